/** Every message and channel of the live contract, tried by everybody who must not: none is let in or told a thing, each try is on the audit. */
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { embedAudience } from '../../src/shared/contract/embed.ts';
import { workspaceHeader } from '../../src/shared/contract/identity.ts';
import { channels, type Channel, type ClientToServer } from '../../src/shared/contract/live.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { until } from '../fixtures/until.ts';
import { describeOnEachWorld } from './each-world.ts';
import { forgedTokens, sign, soon, tokensOfOwnKey } from './forged-tokens.ts';
import { marker, type World } from './world.ts';
import { deniedActions, denialsOf } from './world-state.ts';

type Message = { id: string } & Record<string, unknown>;
type Handshake = Partial<ManagerOptions & SocketOptions>;

const total = { kind: 'total', metrics: [{ aggregate: 'count', as: 'n' }] };
const byName = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['name'], range: { last: '1d' } };
const byNote = {
  kind: 'breakdown',
  metrics: [{ aggregate: 'count' }],
  by: ['properties.note'],
  where: [{ field: 'name', contains: marker.slice(0, 5) }],
};

/** What each message of a client is tried with. A message that is missing here does not compile. */
const messages = {
  subscribe: [
    { id: 'q', query: byName },
    { id: 'q', after: 0, query: byNote },
    { id: 'q', channel: 'activity' },
    { id: 'q', channel: 'vitals', after: 0 },
  ],
  unsubscribe: [{ id: 'q' }],
} as const satisfies Record<keyof ClientToServer, readonly Message[]>;

/** What somebody who sees a part of the workspace may follow. A channel that is missing here does not compile. */
const channelRules = {
  activity: { isForPart: true },
  vitals: { isForPart: false },
} as const satisfies Record<Channel, { isForPart: boolean }>;

test('every channel has a rule', () => {
  expect(Object.keys(channelRules)).toEqual([...channels]);
});

/** Where an attacker would like the server to fetch keys from. */
const elsewhere = 'http://127.0.0.1:9/keys.json';

describeOnEachWorld('live', (open) => {
  let world: World;
  let embedSecrets: { ours: string; theirs: string };
  let outsideSecret: string;
  const clients: TestClient[] = [];
  /** connections that were refused so far */
  let refused = 0;

  beforeAll(async () => {
    world = await open();
    const rotate = async (id: string) =>
      (await world.operate<{ secret: string }>(id, 'POST', '/api/admin/embed/secret', { overlapHours: 0 })).secret;
    embedSecrets = { ours: await rotate(world.ours.id), theirs: await rotate(world.theirs.id) };
    outsideSecret = `${marker} shared secret of enough length`;
  }, 60_000);
  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.disconnect();
  });

  const connect = async (options: Handshake): Promise<TestClient> => {
    const client = new TestClient(io(world.url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options }));
    clients.push(client);
    await client.connected();
    return client;
  };
  /** Connects as each; what let somebody in, or said more than that it failed. */
  const mistakes = async (
    ways: Iterable<readonly [string, Handshake]>,
    texts: readonly RegExp[] = [/^Authentication failed$/],
  ): Promise<string[]> => {
    const found: string[] = [];
    for (const [what, options] of ways) {
      const { socket, refusal, messages: told, statuses } = await connect(options);
      refused++;
      const said = JSON.stringify([refusal?.message, refusal?.data, told, statuses]);
      const isRefused = !socket.connected && texts.some((text) => text.test(refusal?.message ?? ''));
      if (!isRefused || said.includes(marker) || told.length + statuses.length > 0) found.push(`${what}: ${said}`);
    }
    return found;
  };
  const withToken = (token: unknown): Handshake => ({ auth: { token } });
  const asTokens = (tokens: ReadonlyMap<string, string>): (readonly [string, Handshake])[] =>
    [...tokens].map(([what, token]) => [what, withToken(token)]);
  const cookieOf = (role: string, more: Record<string, string> = {}, whose = world.ours): Handshake => ({
    extraHeaders: { cookie: whose.people[role]!.cookie, origin: world.url, ...more },
  });
  const makeKey = async (workspaceId: string, body: object): Promise<{ id: string; secret: string }> => {
    const { key, secret } = await world.operate<{ key: { id: string }; secret: string }>(workspaceId, 'POST', '/api/admin/keys', {
      kind: 'api',
      name: 'attacker',
      ...body,
    });
    return { id: key.id, secret };
  };
  const embedClaims = (more: object = {}) => ({
    aud: embedAudience,
    ws: world.ours.id,
    dashboards: [world.ours.ids.dashboard],
    exp: soon(),
    ...more,
  });
  const outsideClaims = (more: object = {}) => ({ sub: 'u', client_id: 'c1', exp: soon(), ...more });
  /** All that a client was told, as text. */
  const heardBy = ({ messages: told, statuses, problems }: TestClient): string => JSON.stringify([told, statuses, problems]);

  test('nobody without credentials, or with such as are none, are bent, or have ended', async () => {
    const good = world.ours.people.owner!.cookie;
    const left = await world.signIn('viewer@ours.example');
    await fetch(`${world.url}/api/auth/sign-out`, { method: 'POST', headers: left.as });
    const revoked = await makeKey(world.ours.id, { scopes: ['admin', 'ask'] });
    const expired = await makeKey(world.ours.id, { scopes: ['ask'], expiresAt: new Date(Date.now() + 1_000).toISOString() });
    await world.operate(world.ours.id, 'DELETE', `/api/admin/keys/${revoked.id}`);
    const isOver = async () =>
      (await fetch(`${world.url}/api/analytics/catalog`, { headers: { authorization: `Bearer ${expired.secret}` } })).status === 401;
    await until(isOver, 'the end of the key', 10_000);
    const odd: unknown[] = [
      '',
      'nope',
      7,
      true,
      null,
      {},
      { a: 1 },
      ['x'],
      'x'.repeat(8_193),
      'bw_a_0000000000000000000000000000000000000000',
      '\u0000',
      '{}',
    ];
    expect(
      await mistakes([
        ['nothing', {}],
        ...odd.map((token, i) => [`odd token ${i}`, withToken(token)] as const),
        ['a revoked key', withToken(revoked.secret)],
        ['an expired key', withToken(expired.secret)],
        ['an ended session', { extraHeaders: { cookie: left.cookie, origin: world.url } }],
        ['a cookie bent at its end', { extraHeaders: { cookie: `${good.slice(0, -6)}AAAAAA`, origin: world.url } }],
        ['a cookie bent at its beginning', { extraHeaders: { cookie: good.replace(/=.{6}/, '=AAAAAA'), origin: world.url } }],
        ['a good cookie beside a bad token', { ...cookieOf('owner'), ...withToken('nope') }],
        ['the owner in the query string', { query: { token: world.server.token, auth: world.server.token } }],
      ]),
    ).toEqual([]);
  }, 60_000);

  test('nobody who may not ask', async () => {
    const write = await world.operate<{ secret: string }>(world.ours.id, 'POST', '/api/admin/keys', { kind: 'write', name: 'tried' });
    const weak = await makeKey(world.ours.id, { scopes: ['dashboards:read', 'keys:manage', 'events:export'] });
    expect(
      await mistakes([
        ['a write key', withToken(write.secret)],
        ['a key without events:read', withToken(weak.secret)],
        ['an auditor', cookieOf('auditor')],
      ]),
    ).toEqual([]);
  });

  test('no page of another site, though the cookie is good', async () => {
    const origins = [
      'https://evil.example',
      'null',
      `${world.url}.evil.example`,
      world.url.replace(/:\d+$/, ':1'),
      world.url.replace('localhost', '127.0.0.1'),
      'file://',
      '',
    ];
    expect(await mistakes(origins.map((origin) => [origin, cookieOf('owner', { origin })]))).toEqual([]);
    const polled = await fetch(`${world.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'https://evil.example' } });
    expect(polled.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('no signed token that is bent, replayed, or too late', async () => {
    const embeds = forgedTokens(embedSecrets.ours, embedClaims());
    const others: [string, string][] = [
      ['embed of their secret for us', sign(embedSecrets.theirs, embedClaims())],
      ['embed of our secret for them', sign(embedSecrets.ours, embedClaims({ ws: world.theirs.id }))],
      ['embed for nobody', sign(embedSecrets.ours, embedClaims({ ws: 'w_none' }))],
      ['embed for ever', sign(embedSecrets.ours, embedClaims({ exp: soon() + 100 * 86_400 }))],
      ['embed with a claim of its own', sign(embedSecrets.ours, embedClaims({ isAdmin: true }))],
      ['embed for another page', sign(embedSecrets.ours, embedClaims({ origin: 'https://other.example' }))],
      ['embed by the outside secret', sign(outsideSecret, embedClaims())],
      ['outside by the embed secret', sign(embedSecrets.ours, outsideClaims())],
      ['outside meant as embed', sign(outsideSecret, outsideClaims({ aud: embedAudience }))],
      ['outside without its claim', sign(outsideSecret, { sub: 'u', exp: soon() })],
      ['outside with an empty claim', sign(outsideSecret, outsideClaims({ client_id: [] }))],
      ['outside with a claim that is an object', sign(outsideSecret, outsideClaims({ client_id: { isNot: 'c1' } }))],
      ['outside with a claim of everything', sign(outsideSecret, outsideClaims({ client_id: [null] }))],
    ];
    const outsides = forgedTokens(outsideSecret, outsideClaims());
    const own = await tokensOfOwnKey(outsideClaims(), elsewhere);
    const ownEmbeds = await tokensOfOwnKey(embedClaims(), elsewhere);
    expect(await mistakes(asTokens(embeds))).toEqual([]);
    expect(await mistakes(asTokens(outsides))).toEqual([]);
    expect(await mistakes(asTokens(new Map(others)))).toEqual([]);
    expect(await mistakes([...asTokens(own), ...asTokens(ownEmbeds)])).toEqual([]);
  }, 60_000);

  test('nobody into a workspace or a role that is not theirs', async () => {
    const theirs = world.theirs.people.owner!.cookie;
    const asThem = (auth: object, headers: Record<string, string> = {}): Handshake => ({
      auth,
      extraHeaders: { cookie: theirs, origin: world.url, ...headers },
    });
    const outside = sign(outsideSecret, outsideClaims());
    const role = world.ours.ids.role!;
    expect(
      await mistakes(
        [
          ['workspace in the handshake', asThem({ workspace: world.ours.id })],
          ['workspace in a header', asThem({}, { [workspaceHeader]: world.ours.id })],
          ['role in the handshake', asThem({ seeAs: role })],
          ['role in a header', asThem({}, { 'bellwether-see-as': role })],
          ['outside token for them', { auth: { token: outside, workspace: world.theirs.id } }],
        ],
        [/^Authentication failed$/, /^There is no role/, /^You are not a member/],
      ),
    ).toEqual([]);
  });

  test('a key and a token of another workspace stay where they are from, whatever they say', async () => {
    const key = await makeKey(world.theirs.id, { scopes: ['admin', 'ask'] });
    const embed = sign(embedSecrets.theirs, embedClaims({ ws: world.theirs.id }));
    for (const token of [key.secret, embed]) {
      const client = await connect({ auth: { token, workspace: world.ours.id }, extraHeaders: { [workspaceHeader]: world.ours.id } });
      if (!client.socket.connected) refused++;
      else for (const message of messages.subscribe) await client.subscribe(message);
      expect(heardBy(client)).not.toContain(marker);
    }
  });

  test('no message of a client that was not let in', async () => {
    for (const [name, tries] of Object.entries(messages)) {
      for (const message of tries) {
        const heard: string[] = [];
        const socket = new WebSocket(`${world.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
        socket.addEventListener('open', () => socket.send(`420${JSON.stringify([name, message])}`));
        socket.addEventListener('message', ({ data }) => heard.push(String(data)));
        await new Promise((resolve) => socket.addEventListener('close', resolve));
        expect(heard.filter((packet) => !packet.startsWith('0{"sid"'))).toEqual([]);
      }
    }
    const { secret } = await makeKey(world.ours.id, { scopes: ['ask'] });
    const client = new TestClient(
      io(`${world.url}/admin`, { transports: ['websocket'], auth: { token: secret }, reconnection: false, forceNew: true }),
    );
    clients.push(client);
    await client.connected();
    expect(client.refusal?.message).toBe('Invalid namespace');
  });

  test('an embed token follows the queries of its panels, and nothing else', async () => {
    const before = (await deniedActions(world, world.ours.id)).get('subscribeLive') ?? 0;
    const client = await connect(withToken(sign(embedSecrets.ours, embedClaims())));
    expect(await client.subscribe({ id: 'panel', query: total })).toMatchObject({ ok: false });
    const panel = { kind: 'total', metrics: [{ aggregate: 'count' }] };
    expect(await client.subscribe({ id: 'panel', query: panel })).toEqual({ ok: true });
    await client.waitFor('panel', (told) => told.length > 0);
    const tries: Message[] = [
      ...channels.map((channel) => ({ id: 'x', channel })),
      ...messages.subscribe.filter((message) => 'query' in message),
      { id: 'x', query: { ...panel, by: ['name'] } },
      { id: 'x', query: { ...panel, where: [] as unknown[], limit: 1 } },
      { id: 'x', query: { ...panel, kind: 'table', columns: ['name'] } },
    ];
    const answers = await Promise.all(tries.map((message) => client.subscribe(message)));
    const codes = answers.map((answer) => (answer.ok ? 'let in' : answer.error.code));
    expect(codes.filter((code) => code !== 'FORBIDDEN' && code !== 'REQUEST_INVALID')).toEqual([]);
    const foreign = await connect(withToken(sign(embedSecrets.theirs, embedClaims({ ws: world.theirs.id }))));
    expect(await foreign.subscribe({ id: 'panel', query: panel })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    const none = await connect(withToken(sign(embedSecrets.ours, embedClaims({ panels: ['p2'] }))));
    expect(await none.subscribe({ id: 'panel', query: panel })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(heardBy(client) + heardBy(foreign) + heardBy(none)).not.toContain(marker);
    const denials = (await denialsOf(world, world.ours.id)).filter(({ action }) => action === 'subscribeLive');
    const forbidden = codes.filter((code) => code === 'FORBIDDEN').length;
    expect(denials.length - before).toBe(forbidden + 2);
    expect(denials.at(-1)?.actor.kind).toBe('embed');
  });

  test('who sees a part of the workspace follows that part', async () => {
    const { role } = await world.operate<{ role: { id: string } }>(world.ours.id, 'POST', '/api/admin/roles', {
      name: 'Part',
      permissions: ['events:read'],
      rules: { events: { rows: [{ field: 'properties.client_id', is: ['c1'] }], masks: [] } },
    });
    const { secret } = await makeKey(world.ours.id, { scopes: ['ask'], role: role.id });
    const outside = sign(outsideSecret, outsideClaims());
    for (const token of [secret, outside]) {
      const client = await connect(withToken(token));
      for (const channel of channels) {
        const answer = await client.subscribe({ id: channel, channel });
        expect([channel, answer.ok]).toEqual([channel, channelRules[channel].isForPart]);
      }
      expect(await client.subscribe({ id: 'names', query: byName })).toEqual({ ok: true });
      await client.waitFor('names', (told) => told.length > 0);
      await client.waitFor('activity', (told) => told.length > 0);
      expect(heardBy(client)).not.toContain(marker);
    }
  });

  test('a subscriber of one workspace hears nothing of another while events flow into both', async () => {
    const write = async (id: string) =>
      (await world.operate<{ secret: string }>(id, 'POST', '/api/admin/keys', { kind: 'write', name: 'flow' })).secret;
    const keys = { ours: await write(world.ours.id), theirs: await write(world.theirs.id) };
    const send = (key: string, name: string) =>
      fetch(`${world.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify([{ name, user: name, properties: { note: name, amount: 3 } }]),
      });
    const asKey = withToken((await makeKey(world.theirs.id, { scopes: ['admin', 'ask'] })).secret);
    const theirs = [await connect(asKey), await connect(cookieOf('owner', {}, world.theirs)), await connect(withToken(world.server.token))];
    theirs.pop()!.socket.disconnect();
    const ours = await connect(cookieOf('viewer'));
    const subscribeAll = async (client: TestClient): Promise<void> => {
      for (const channel of channels) expect(await client.subscribe({ id: channel, channel })).toEqual({ ok: true });
      expect(await client.subscribe({ id: 'names', query: byName })).toEqual({ ok: true });
      expect(await client.subscribe({ id: 'notes', query: byNote })).toEqual({ ok: true });
    };
    for (const client of [...theirs, ours]) await subscribeAll(client);
    for (let i = 0; i < 20; i++) await Promise.all([send(keys.ours, `${marker} flows`), send(keys.theirs, 'theirs')]);
    const rowsOf = (client: TestClient, name: string) => (client.results.get('names')?.rows ?? []).find(([key]) => key === name)?.[1];
    await until(() => theirs.every((client) => rowsOf(client, 'theirs') === 20), 'their events to arrive');
    await until(() => rowsOf(ours, `${marker} flows`) === 20, 'our events to arrive');
    for (const client of theirs) {
      await client.waitFor('activity', (told) => JSON.stringify(told).includes('"theirs"'));
      // what ours hold by the name that they follow cannot be ended from outside
      expect(await client.unsubscribe('ours only')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
      expect(heardBy(client)).not.toContain(marker);
    }
    expect(heardBy(ours)).toContain(marker);
    expect(heardBy(ours)).not.toContain('"theirs"');
    await theirs[0]!.unsubscribe('names');
    await send(keys.ours, `${marker} goes on`);
    await until(() => rowsOf(ours, `${marker} goes on`) === 1, 'our subscription to go on');
  }, 60_000);

  test('and every refused connection is on the audit log', async () => {
    expect((await deniedActions(world, '')).get('connectLive')).toBe(refused);
  });
});
