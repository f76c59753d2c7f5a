/** Live end to end over real sockets: snapshot and deltas, channels, resuming, sharing one answer among many. */
import { afterEach, describe, expect, test } from 'vitest';
import { openTestLive, type TestLive } from '../../../test/fixtures/open-live.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { until } from '../../../test/fixtures/until.ts';
import { policyFor } from '../../../test/fixtures/views.ts';
import { Problem } from '../../shared/model/errors.ts';

const byName = { kind: 'breakdown', metrics: [{ aggregate: 'count' }], by: ['name'], range: { last: '60m' } };
const perMinute = { kind: 'trend', metrics: [{ aggregate: 'count' }], grain: 'minute', range: { last: '10m' } };
const total = { kind: 'total', metrics: [{ aggregate: 'count' }], range: { last: '1d' } };

let server: TestLive;
afterEach(() => server.close());

describe('following a question', () => {
  test('brings a snapshot at once, then a delta when a commit changed the answer', async () => {
    server = await openTestLive();
    server.accept('view', 'view', 'click');
    const client = await server.connect();
    expect(await client.subscribe({ id: 'p1', query: byName })).toEqual({ ok: true });
    const [snapshot] = await client.waitFor('p1', (messages) => messages.length === 1);
    expect(snapshot).toMatchObject({
      id: 'p1',
      kind: 'snapshot',
      partial: true,
      result: {
        rows: [
          ['view', 2],
          ['click', 1],
        ],
      },
    });

    server.accept('click', 'click');
    server.commit();
    expect(await client.waitForRows('p1', (rows) => rows[0]?.[1] === 3)).toEqual([
      ['click', 3],
      ['view', 2],
    ]);
    const delta = client.of('p1')[1];
    expect(delta).toMatchObject({
      kind: 'delta',
      seq: (snapshot?.seq ?? 0) + 1,
      result: { rows: [['click', 3]], totals: [null, 5] },
      order: [1, 0],
    });
  });

  test('sends nothing when a commit changed nothing, or other hours', async () => {
    server = await openTestLive();
    const client = await server.connect();
    await client.subscribe({ id: 'p1', query: byName });
    server.live.onCommit({ workspaceId: 'w', dataset: 'events', hours: [1], watermarkMs: server.now() });
    server.live.onCommit({ workspaceId: 'another', dataset: 'events', hours: null, watermarkMs: server.now() });
    server.commit();
    await until(() => server.asked.length === 2, 'the second question');
    server.accept('view');
    server.commit();
    await client.waitForRows('p1', (rows) => rows.length === 1);
    expect(client.of('p1').map(({ kind }) => kind)).toEqual(['snapshot', 'delta']);
    expect(server.asked).toHaveLength(3);
  });

  test('rolls over with the clock, without any event', async () => {
    server = await openTestLive({ startMs: Date.UTC(2026, 4, 4, 12, 0, 59, 200) });
    const client = await server.connect();
    await client.subscribe({ id: 'p1', query: perMinute });
    const rows = await client.waitForRows('p1', (now) => now.at(-1)?.[0] === '2026-05-04T12:01:00.000Z');
    expect(rows).toHaveLength(10);
    expect(client.of('p1').at(-1)).toMatchObject({ kind: 'delta', removed: [['2026-05-04T11:51:00.000Z']], partial: true });
  });

  test('of a range that ends says when the answer is final', async () => {
    server = await openTestLive({ startMs: Date.UTC(2026, 4, 4, 12, 0, 59, 300) });
    const client = await server.connect();
    await client.subscribe({ id: 'p1', query: { ...total, range: { from: '2026-05-04T12:00:00Z', to: '2026-05-04T12:01:00Z' } } });
    await client.waitFor('p1', (messages) => messages.length === 2);
    expect(client.of('p1').map((message) => 'partial' in message && message.partial)).toEqual([true, false]);
  });

  test('asks once for 200 subscribers, whatever the order of the keys they wrote', async () => {
    server = await openTestLive();
    const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
    const turned = Object.fromEntries(Object.entries(total).reverse());
    await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: 10 }, (_, i) => client.subscribe({ id: `p${i}`, query: i % 2 === 0 ? total : turned })),
      ),
    );
    expect(server.asked).toHaveLength(1);
    server.accept('view');
    server.commit();
    for (const client of clients) for (let i = 0; i < 10; i++) await client.waitForRows(`p${i}`, (rows) => rows[0]?.[0] === 1);
    expect(server.asked).toHaveLength(2);
    expect(server.live.stats()).toEqual({ sockets: 20, rooms: { questions: 1, channels: 0 }, behind: 0 });
  });

  test('stops asking when nobody follows any more', async () => {
    server = await openTestLive();
    const [leaves, vanishes] = [await server.connect(), await server.connect()];
    await leaves.subscribe({ id: 'p1', query: total });
    await vanishes.subscribe({ id: 'p1', query: total });
    expect(await leaves.unsubscribe('p1')).toEqual({ ok: true });
    vanishes.socket.disconnect();
    await until(() => server.live.stats().rooms.questions === 0, 'an empty room');
    for (let i = 0; i < 3; i++) server.commit();
    const watcher = await server.connect();
    await watcher.subscribe({ id: 'p2', query: byName });
    server.commit();
    await until(() => server.asked.length === 3, 'the answers of another question');
    expect(server.asked.map(({ kind }) => kind)).toEqual(['total', 'breakdown', 'breakdown']);
  });

  test('gives a question up in mid-answer when the only one who asked has gone', async () => {
    server = await openTestLive();
    let isAborted = false;
    await server.close();
    server = await openTestLive({
      ask: (_, __, { signal }) =>
        new Promise((___, reject) =>
          signal.addEventListener('abort', () => {
            isAborted = true;
            reject(new Problem('QUERY_CANCELLED', 'gone'));
          }),
        ),
    });
    const client = await server.connect();
    const answer = client.subscribe({ id: 'p1', query: total });
    await until(() => server.live.stats().rooms.questions === 1, 'the question');
    await client.unsubscribe('p1');
    expect(await answer).toMatchObject({ ok: false, error: { code: 'QUERY_CANCELLED' } });
    expect(isAborted).toBe(true);
  });
});

describe('answers that cannot be had', () => {
  test('a question that cannot be asked is refused with its problem', async () => {
    server = await openTestLive();
    const client = await server.connect();
    expect(await client.subscribe({ id: 'p1', query: { kind: 'pie' } })).toMatchObject({
      ok: false,
      error: { code: 'QUERY_INVALID', status: 400 },
    });
    server.answer = () => Promise.reject(new Problem('FIELD_UNKNOWN', 'no such field'));
    expect(await client.subscribe({ id: 'p1', query: total })).toMatchObject({
      ok: false,
      error: { code: 'FIELD_UNKNOWN', detail: 'no such field' },
    });
    server.answer = () => Promise.reject(new Error('a secret of the house'));
    const refusal = await client.subscribe({ id: 'p1', query: total });
    expect(refusal).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });

  test('one that fails later is told by id, and recovers', async () => {
    server = await openTestLive();
    const client = await server.connect();
    const answer = server.answer;
    await client.subscribe({ id: 'p1', query: total });
    server.answer = () => Promise.reject(new Problem('QUERY_OVER_BUDGET', 'too dear'));
    server.accept('view');
    server.commit();
    await until(() => client.problems.length === 1, 'the problem');
    expect(client.problems[0]).toMatchObject({ id: 'p1', code: 'QUERY_OVER_BUDGET' });
    server.answer = answer;
    await client.waitForRows('p1', (rows) => rows[0]?.[0] === 1);
  });

  test('while the warehouse is down the last answer stays, the state says so, and the answer follows', async () => {
    server = await openTestLive();
    const client = await server.connect();
    const answer = server.answer;
    await client.subscribe({ id: 'p1', query: total });
    server.answer = () => Promise.reject(new Problem('WAREHOUSE_UNAVAILABLE', 'down'));
    server.setHealth('down');
    server.accept('view');
    server.commit();
    await until(() => client.statuses.at(-1)?.state === 'degraded', 'the state');
    const late = await server.connect();
    expect(await late.subscribe({ id: 'p1', query: total })).toEqual({ ok: true });
    await late.waitForRows('p1', (rows) => rows[0]?.[0] === 0);
    expect(client.problems).toEqual([]);
    server.answer = answer;
    server.setHealth('ready');
    await client.waitForRows('p1', (rows) => rows[0]?.[0] === 1);
    expect(client.statuses.map(({ state }) => state)).toEqual(['live', 'degraded', 'live']);
  });
});

describe('channels', () => {
  test('activity shows events as they become durable, before any commit', async () => {
    server = await openTestLive();
    server.accept('before');
    const client = await server.connect();
    await client.subscribe({ id: 'feed', channel: 'activity' });
    await client.waitFor('feed', (messages) => messages.length === 1);
    server.accept('first', 'second');
    server.accept('third');
    await client.waitFor('feed', (messages) => JSON.stringify(messages).includes('third'));
    const told = client.of('feed').flatMap((message) => ('activities' in message ? message.activities : []));
    expect(told.map(({ name }) => name)).toEqual(['before', 'first', 'second', 'third']);
    expect(told.map(({ n }) => n - (told[0]?.n ?? 0))).toEqual([0, 1, 2, 3]);
    expect(told[1]).toMatchObject({ user: 'u0', properties: { amount: 2 } });
  });

  test('vitals move with events and slide without them', async () => {
    server = await openTestLive();
    const client = await server.connect();
    await client.subscribe({ id: 'v', channel: 'vitals' });
    server.accept('view', 'view', 'click');
    const vitals = async (isThere: (text: string) => boolean) => {
      const messages = await client.waitFor('v', (all) => isThere(JSON.stringify(all.at(-1) ?? '')));
      const last = messages.at(-1);
      return last !== undefined && 'vitals' in last ? last.vitals : null;
    };
    expect(await vitals((text) => text.includes('"m1":3'))).toMatchObject({
      events: { m1: 3, m5: 3, m15: 3, m60: 3 },
      activeUsers: 3,
      byName: [
        { name: 'view', m1: 2, m60: 2 },
        { name: 'click', m1: 1, m60: 1 },
      ],
      watermark: null,
    });
    server.commit();
    expect(await vitals((text) => !text.includes('"watermark":null'))).toMatchObject({ events: { m1: 3 } });
  });

  test('of a later version, or with numbers of a workspace that may be seen only in part, are refused', async () => {
    const part = policyFor('w', [{ field: 'name', is: ['x'] }]);
    server = await openTestLive({
      authenticate: async () => principalFor('api-key', 'w', 'key-1', ['ask'], { policy: part }),
    });
    const client = await server.connect();
    expect(await client.subscribe({ id: 'a', channel: 'alerts' })).toMatchObject({ ok: false, error: { code: 'NOT_IN_THIS_VERSION' } });
    expect(await client.subscribe({ id: 'a', channel: 'gossip' })).toMatchObject({ ok: false, error: { code: 'REQUEST_INVALID' } });
    expect(await client.subscribe({ id: 'a', channel: 'vitals' })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await client.subscribe({ id: 'q', query: total })).toEqual({ ok: true });
  });

  test('of one workspace say nothing to another', async () => {
    server = await openTestLive();
    const [ours, theirs] = [await server.connect(), await server.connect({ auth: { token: 'ak_other' } })];
    for (const client of [ours, theirs]) await client.subscribe({ id: 'feed', channel: 'activity' });
    server.accept('secret');
    await ours.waitFor('feed', (messages) => messages.length === 2);
    expect(JSON.stringify(theirs.messages)).not.toContain('secret');
  });
});

describe('coming back', () => {
  test('with the last seq brings what was missed, and no more', async () => {
    server = await openTestLive();
    const [stays, goes] = [await server.connect(), await server.connect()];
    for (const client of [stays, goes]) await client.subscribe({ id: 'p1', query: byName });
    goes.socket.disconnect();
    for (const name of ['a', 'b']) {
      server.accept(name);
      server.commit();
      await stays.waitForRows('p1', (rows) => rows.some((row) => row[0] === name));
    }
    const seen = goes.of('p1').length;
    goes.socket.connect();
    await until(() => goes.socket.connected, 'the connection');
    await goes.subscribe({ id: 'p1', query: byName, after: goes.of('p1').at(-1)?.seq });
    await goes.waitForRows('p1', (rows) => rows.length === 2);
    expect(
      goes
        .of('p1')
        .slice(seen)
        .map(({ kind, seq }) => [kind, seq]),
    ).toEqual(
      stays
        .of('p1')
        .slice(-2)
        .map(({ kind, seq }) => [kind, seq]),
    );
    expect(goes.results.get('p1')?.rows).toEqual(stays.results.get('p1')?.rows);
  });

  test('to a room that was empty meanwhile brings what happened since', async () => {
    server = await openTestLive();
    const client = await server.connect();
    await client.subscribe({ id: 'p1', query: total });
    await client.subscribe({ id: 'feed', channel: 'activity' });
    const after = (id: string) => client.of(id).at(-1)?.seq;
    client.socket.disconnect();
    await until(() => server.live.stats().sockets === 0, 'the end of the connection');
    server.accept('away');
    server.commit();
    client.socket.connect();
    await until(() => client.socket.connected, 'the connection');
    await client.subscribe({ id: 'p1', query: total, after: after('p1') });
    await client.subscribe({ id: 'feed', channel: 'activity', after: after('feed') });
    await client.waitForRows('p1', (rows) => rows[0]?.[0] === 1);
    await client.waitFor('feed', (messages) => JSON.stringify(messages).includes('away'));
    expect(client.of('p1').map(({ kind }) => kind)).toEqual(['snapshot', 'delta']);
  });

  test('with a seq that is not known, also of an earlier process, brings a snapshot', async () => {
    server = await openTestLive();
    const before = await server.connect();
    await before.subscribe({ id: 'p1', query: total });
    const [{ seq: earlier } = { seq: 0 }] = await before.waitFor('p1', (messages) => messages.length === 1);
    await server.close();
    server = await openTestLive({ startMs: Date.UTC(2026, 4, 4, 12, 1) });
    const client = await server.connect();
    for (const [i, after] of [earlier, 0, -1, 1e15, Number.MAX_SAFE_INTEGER].entries()) {
      await client.subscribe({ id: `p${i}`, query: total, after });
      const [first] = await client.waitFor(`p${i}`, (messages) => messages.length === 1);
      expect(first).toMatchObject({ kind: 'snapshot' });
      expect(first?.seq).toBeGreaterThan(earlier);
    }
  });

  test('by itself, after the server has dropped the connection', async () => {
    server = await openTestLive();
    const client = await server.connect();
    let connects = 0;
    client.socket.on('connect', () => connects++);
    await client.subscribe({ id: 'p1', query: total });
    server.drop();
    await until(() => connects === 1, 'a new connection');
    await client.subscribe({ id: 'p1', query: total, after: client.of('p1').at(-1)?.seq });
    server.accept('view');
    server.commit();
    await client.waitForRows('p1', (rows) => rows[0]?.[0] === 1);
  });
});
