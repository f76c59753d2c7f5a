/** Sockets of embed tokens and of keys that end: what they may follow, and that they close by themselves. */
import { afterEach, expect, test } from 'vitest';
import { openTestLive, type TestLive } from '../../../test/fixtures/open-live.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { until } from '../../../test/fixtures/until.ts';
import { Problem } from '../../shared/model/errors.ts';
import { orderedText } from '../../shared/model/ordered-text.ts';
import { querySchema, type QueryInput } from '../../shared/model/query.ts';
import type { Principal } from '../identity/principal.ts';
import type { LiveParts } from './live.ts';

const total: QueryInput = { kind: 'total', range: { last: '1h' } };
const breakdown: QueryInput = { kind: 'breakdown', by: ['name'], range: { last: '1h' } };

let server: TestLive;
afterEach(() => server.close());

const embed = principalFor('embed', 'w', 'embed:1', ['events:read', 'dashboards:read'], { embed: { dashboards: ['d'], panels: null } });
/** Lets everybody in as `principal`, and embed tokens ask what `allowed` holds. */
const openWith = async (principal: Principal, allowed: QueryInput[], parts: Partial<LiveParts> = {}): Promise<TestLive> =>
  openTestLive({
    authenticate: async () => principal,
    assertMayAsk: async ({ embed: limits }, query) => {
      if (limits === undefined || allowed.some((each) => orderedText(querySchema.parse(each)) === orderedText(query))) return;
      throw new Problem('FORBIDDEN', 'Not a panel of yours.');
    },
    ...parts,
  });

test('an embed token follows what its panels ask, and neither other queries nor channels', async () => {
  server = await openWith(embed, [total]);
  const client = await server.connect();
  expect(await client.subscribe({ id: 'a', query: total })).toEqual({ ok: true });
  await client.waitFor('a', (messages) => messages.length > 0);
  for (const message of [
    { query: breakdown },
    { query: { ...total, by: ['name'] } },
    { channel: 'activity' },
    { channel: 'vitals' },
    { channel: 'alerts' },
  ])
    expect(await client.subscribe({ id: 'b', ...message })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  expect(server.asked).toHaveLength(1);
});

test('what it follows ends within a second after its panel has gone, and the rest stays', async () => {
  const allowed = [total, breakdown];
  server = await openWith(embed, allowed);
  const client = await server.connect();
  for (const [id, query] of [
    ['total', total],
    ['breakdown', breakdown],
  ] as const)
    expect(await client.subscribe({ id, query })).toEqual({ ok: true });
  allowed.pop();
  await until(() => client.problems.length > 0, 'the end of a subscription');
  expect(client.problems).toEqual([expect.objectContaining({ id: 'breakdown', code: 'FORBIDDEN' })]);
  expect(client.socket.connected).toBe(true);
  allowed.push(breakdown);
  expect(await client.subscribe({ id: 'breakdown', query: breakdown })).toEqual({ ok: true });
});

test('sockets end when the credentials that opened them do', async () => {
  let nowMs = Date.now();
  const clock = { now: () => nowMs };
  server = await openWith(principalFor('api-key', 'w', 'k', ['ask'], { expiresMs: nowMs + 60_000 }), [], { clock });
  const client = await server.connect();
  nowMs += 60_000;
  await until(() => !client.socket.connected, 'the end of the socket');
  expect(client.problems).toEqual([expect.objectContaining({ code: 'CREDENTIALS_INVALID' })]);
});

test('when anything of identity changes all sockets are looked at, however many credentials they have', async () => {
  let generation = 1;
  const revoked = new Set<string>();
  const checked: string[] = [];
  server = await openTestLive({
    identityGeneration: async () => generation,
    authenticate: async ({ token }) => {
      checked.push(token!);
      return revoked.has(token!) ? null : principalFor('api-key', 'w', token!, ['ask']);
    },
  });
  const clients = await Promise.all(Array.from({ length: 300 }, (_, i) => server.connect({ auth: { token: `k${i}` } })));
  revoked.add('k299');
  generation++;
  await until(() => !clients[299]!.socket.connected, 'the end of the last socket');
  expect(clients.filter(({ socket }) => socket.connected)).toHaveLength(299);
  expect(new Set(checked).size).toBe(300);
});

test('a key that is bound to places is checked for each place by itself', async () => {
  const allowed = new Set(['https://a.example', 'https://b.example']);
  let generation = 1;
  server = await openTestLive({
    identityGeneration: async () => generation,
    authenticate: async ({ headers, address }) =>
      allowed.has(headers.origin ?? '') && address !== '' ? principalFor('api-key', 'w', 'k', ['ask']) : null,
  });
  const from = (origin: string) => server.connect({ extraHeaders: { origin } });
  const [a, b, c] = [await from('https://a.example'), await from('https://b.example'), await from('https://c.example')];
  expect([a.socket.connected, b.socket.connected, c.refusal?.message]).toEqual([true, true, 'Authentication failed']);
  allowed.delete('https://b.example');
  generation++;
  await until(() => !b.socket.connected, 'the end of the socket of b');
  expect(a.socket.connected).toBe(true);
});
