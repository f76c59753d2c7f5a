/** The live interface, sentence by sentence, over real sockets of the real server. */
import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callsOf, type Calls } from '../fixtures/calls.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

let server: TestServer;
let calls: Calls;
const clients: TestClient[] = [];
beforeAll(async () => {
  server = await openTestServer({ WEB_ORIGINS: 'https://friend.example' });
  calls = callsOf(server);
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.disconnect();
});
afterAll(() => server.close());

async function connect(options: Partial<ManagerOptions & SocketOptions> = {}): Promise<TestClient> {
  const client = new TestClient(
    io(server.url, { transports: ['websocket'], auth: { token: testOwner.apiKey }, forceNew: true, reconnection: false, ...options }),
  );
  clients.push(client);
  await client.connected();
  return client;
}

const send = (...names: string[]) => calls.post('/v1/events', JSON.stringify(names.map((name) => ({ name, user: 'ann' }))));
const perMinute = { kind: 'trend', metrics: [{ aggregate: 'count', as: 'n' }], by: ['name'], grain: 'minute', range: { last: '5m' } };
const byName = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['name'], range: { last: '1d' } };
const namesOf = (client: TestClient, id: string) =>
  client.of(id).flatMap((message) => ('activities' in message ? message.activities.map(({ name }) => name) : []));

async function signIn(): Promise<string> {
  const { headers } = await calls.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: testOwner.email, password: testOwner.password }),
  });
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

describe('being let in', () => {
  test('without good credentials the text is "Authentication failed"', async () => {
    for (const auth of [{}, { token: '' }, { token: 'nope' }, { token: testOwner.writeKey }, { token: 7 }, { token: { a: 1 } }]) {
      const { refusal, socket } = await connect({ auth });
      expect([socket.connected, refusal?.message]).toEqual([false, 'Authentication failed']);
    }
  });

  test('an API key is enough, and so is the session cookie of an own page or of WEB_ORIGINS', async () => {
    expect((await connect()).refusal).toBeNull();
    const cookie = await signIn();
    const from = async (origin: string) => (await connect({ auth: {}, extraHeaders: { cookie, origin } })).refusal?.message ?? 'in';
    expect(await from(server.url)).toBe('in');
    expect(await from('https://friend.example')).toBe('in');
    expect(await from('https://stranger.example')).toBe('Authentication failed');
  });

  test('other origins of WEB_ORIGINS may poll with credentials', async () => {
    const handshake = (origin: string) => calls.call('/socket.io/?EIO=4&transport=polling', { headers: { origin } });
    const friend = await handshake('https://friend.example');
    expect(friend.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    expect(friend.headers.get('access-control-allow-credentials')).toBe('true');
  });
});

describe('following', () => {
  test('a question: acknowledged, a snapshot at once, deltas that replace rows of the same bucket and group', async () => {
    await send('first');
    await calls.settled();
    const client = await connect();
    expect(await client.subscribe({ id: 'q', query: perMinute })).toEqual({ ok: true });
    const [snapshot] = await client.waitFor('q', (messages) => messages.length > 0);
    expect(snapshot).toMatchObject({ id: 'q', seq: expect.any(Number), kind: 'snapshot', partial: true, watermark: expect.any(String) });
    await send('first', 'second');
    const rows = await client.waitForRows('q', (all) => all.some(([, name, n]) => name === 'second' && n === 1));
    const total = (name: string) => rows.filter((row) => row[1] === name).reduce((sum, row) => sum + Number(row[2]), 0);
    expect([total('first'), total('second')]).toEqual([2, 1]);
    expect(
      client
        .of('q')
        .slice(1)
        .every(({ kind }) => kind === 'delta'),
    ).toBe(true);
    const numbers = client.of('q').map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
    const answer = await calls.ask({ ...perMinute, kind: 'trend', grain: 'minute', metrics: [{ aggregate: 'count', as: 'n' }] });
    expect(
      rows
        .filter(([, , n]) => n !== 0)
        .map((row) => JSON.stringify(row))
        .sort(),
    ).toEqual(
      answer.rows
        .filter(([, , n]) => n !== 0)
        .map((row) => JSON.stringify(row))
        .sort(),
    );
  });

  test('a question over closed time is not partial', async () => {
    const client = await connect();
    await client.subscribe({ id: 'past', query: { kind: 'total', range: { from: '2024-01-01', to: '2024-02-01' } } });
    const [message] = await client.waitFor('past', (messages) => messages.length > 0);
    expect(message).toMatchObject({ kind: 'snapshot', partial: false });
  });

  test('the channels activity and vitals', async () => {
    const client = await connect();
    for (const channel of ['activity', 'vitals']) expect(await client.subscribe({ id: channel, channel })).toEqual({ ok: true });
    await send('felt');
    await until(() => namesOf(client, 'activity').includes('felt'), 'the activity');
    await client.waitFor('vitals', (messages) =>
      messages.some((message) => 'vitals' in message && message.vitals.byName.some(({ name }) => name === 'felt')),
    );
  });

  test('windows go by event time, 5 minutes late at most, and imports do not move them', async () => {
    const client = await connect();
    await client.subscribe({ id: 'v', channel: 'vitals' });
    await client.waitFor('v', (messages) => messages.length > 0);
    const now = Date.now();
    const times = { 'an hour ahead': now + 3_600_000, 'two minutes ago': now - 120_000, 'two days ago': now - 172_800_000 };
    await calls.post('/v1/events', JSON.stringify(Object.entries(times).map(([name, time]) => ({ name, time }))));
    await send('just now');
    const windows = () => {
      const last = client.of('v').at(-1);
      return last !== undefined && 'vitals' in last ? last.vitals.byName : [];
    };
    await until(() => windows().some(({ name }) => name === 'just now'), 'the windows');
    const shown = new Map(windows().map((row) => [row.name, row]));
    expect(shown.get('two minutes ago')).toMatchObject({ m1: 0, m60: 1 });
    expect(shown.has('two days ago')).toBe(false);
    expect(shown.get('an hour ahead')?.m1 ?? 0).toBe(0);
  });

  test('polling works where WebSockets do not', async () => {
    const client = await connect({ transports: ['polling'] });
    expect(client.socket.io.engine.transport.name).toBe('polling');
    await client.subscribe({ id: 'q', query: byName });
    await send('polled');
    await client.waitForRows('q', (rows) => rows.some(([name]) => name === 'polled'));
  });

  test('after the last seq one gets what was missed, or a snapshot', async () => {
    const first = await connect();
    const witness = await connect();
    for (const client of [first, witness]) await client.subscribe({ id: 'feed', channel: 'activity' });
    await send('seen');
    await until(() => namesOf(first, 'feed').includes('seen'), 'the first event');
    const after = first.of('feed').at(-1)!.seq;
    first.socket.disconnect();
    await send('missed');
    await until(() => namesOf(witness, 'feed').includes('missed'), 'the second event');
    const again = await connect();
    expect(await again.subscribe({ id: 'feed', channel: 'activity', after })).toEqual({ ok: true });
    const [message] = await again.waitFor('feed', (messages) => messages.length > 0);
    expect(message).toMatchObject({ kind: 'delta', seq: after + 1 });
    expect(namesOf(again, 'feed')).toEqual(['missed']);
    expect(await again.subscribe({ id: 'long ago', channel: 'activity', after: 1 })).toEqual({ ok: true });
    expect((await again.waitFor('long ago', (messages) => messages.length > 0))[0]?.kind).toBe('snapshot');
  });

  test('nothing more comes after unsubscribe', async () => {
    const client = await connect();
    await client.subscribe({ id: 'left', channel: 'activity' });
    await client.subscribe({ id: 'kept', channel: 'activity' });
    expect(await client.unsubscribe('left')).toEqual({ ok: true });
    const told = client.of('left').length;
    await send('after leaving');
    await until(() => namesOf(client, 'kept').includes('after leaving'), 'the other subscription');
    expect(client.of('left')).toHaveLength(told);
  });
});

describe('being refused', () => {
  test.each<[string, object, string]>([
    ['an unknown channel', { id: 'x', channel: 'gossip' }, 'REQUEST_INVALID'],
    ['a channel of a later version', { id: 'x', channel: 'insights' }, 'NOT_IN_THIS_VERSION'],
    ['no id', { channel: 'activity' }, 'REQUEST_INVALID'],
    ['neither query nor channel', { id: 'x' }, 'REQUEST_INVALID'],
    ['a query of an unknown kind', { id: 'x', query: { kind: 'pie' } }, 'QUERY_INVALID'],
    ['an unknown field', { id: 'x', query: { kind: 'breakdown', by: ['nope'] } }, 'FIELD_UNKNOWN'],
    ['an unknown dataset', { id: 'x', query: { kind: 'total', dataset: 'nope' } }, 'DATASET_UNKNOWN'],
    ['too much', { id: 'x', query: { kind: 'trend', grain: 'minute', range: { last: '10y' } } }, 'QUERY_OVER_BUDGET'],
  ])('%s: the acknowledgement is a problem document', async (_, message, code) => {
    const client = await connect();
    const answer = await client.subscribe(message);
    expect(answer).toMatchObject({
      ok: false,
      error: { code, status: expect.any(Number), title: expect.any(String), detail: expect.any(String) },
    });
    expect(client.socket.connected).toBe(true);
  });

  test('a refusal that nobody waits for comes as an error event', async () => {
    const client = await connect();
    client.socket.emit('subscribe', { id: 'x', channel: 'gossip' });
    await until(() => client.problems.length > 0, 'the error');
    expect(client.problems[0]).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

test('the state is told at once, and freshness with it', async () => {
  const client = await connect();
  await until(() => client.statuses.length > 0, 'the status');
  expect(client.statuses[0]).toEqual({ state: expect.stringMatching(/^(live|catching-up)$/), freshnessMs: expect.any(Number) });
});
