/** The ingest interface, sentence by sentence, on the real server over HTTP. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/shared/model/ledger.ts';
import { callsOf, sender, type Calls } from '../fixtures/calls.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';

const { writeKey } = testOwner;
const basic = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`, 'content-type': 'application/json' };
const bearer = { authorization: `Bearer ${writeKey}` };
const plain = { 'content-type': 'text/plain' };
const ndjson = { ...bearer, 'content-type': 'application/x-ndjson' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const event = '{"name":"purchase","properties":{"amount":5}}';
const mebibyte = 1_048_576;

let server: TestServer;
let calls: Calls;
beforeAll(async () => {
  server = await openTestServer();
  calls = callsOf(server);
});
afterAll(() => server.close());

const taken = (accepted: number, duplicates = 0, rejected = 0) => ({ accepted, duplicates, rejected, errors: [] });
const post = (body: string | Buffer, headers?: Record<string, string>) => calls.post('/v1/events', body as BodyInit, headers);

async function countNamed(name: string): Promise<unknown> {
  await calls.settled();
  return (await calls.ask({ kind: 'total', where: [{ field: 'name', is: [name] }], range: { from: 0, to: Date.now() + 90_000_000 } }))
    .totals[0];
}

/** Totals without the clock of pending events. */
function totals({ received, accepted, rejected, duplicates }: Ledger): object {
  return { received, accepted, rejected, duplicates };
}

describe('POST /v1/events', () => {
  const noisy = (count: number) => Array.from({ length: count }, (_, i) => `{"name":"bulk","user":"u${i}"}\n`).join('');

  test.each<[string, string | Buffer, Record<string, string>, number]>([
    ['one event', event, sender, 1],
    ['an array', `[${event},${event}]`, sender, 2],
    ['{"events":[...]}', `{"events":[${event},${event},${event}]}`, sender, 3],
    ['NDJSON', `${event}\n\n${event}\r\n${event}`, ndjson, 3],
    ['one event, gzip', gzipSync(event), { ...sender, 'content-encoding': 'gzip' }, 1],
    ['NDJSON, gzip', gzipSync(`${event}\n${event}\n`), { ...ndjson, 'content-encoding': 'gzip' }, 2],
    ['gzip of which no header tells', gzipSync(`[${event}]`), sender, 1],
    ['a text/plain beacon', event, { ...bearer, ...plain }, 1],
    ['the key as Basic user name', event, basic, 1],
    ['the key as writeKey', `{"writeKey":"${writeKey}","events":[${event}]}`, plain, 1],
    ['the key as api_key', `{"api_key":"${writeKey}","name":"purchase"}`, form, 1],
  ])('takes %s', async (_, body, headers, count) => {
    const { status, body: answer } = await post(body, headers);
    expect([status, answer]).toEqual([200, taken(count)]);
  });

  test('an answered event is durable: it is there after a kill -9', async () => {
    expect((await post('[{"name":"survives"},{"name":"survives","id":"survivor"}]')).body).toEqual(taken(2));
    await server.kill('SIGKILL');
    await server.start();
    expect((await post('{"name":"survives","id":"survivor"}')).body).toEqual(taken(0, 1));
    expect(await countNamed('survives')).toBe(2);
  });

  test('an event with an id counts once, without id nothing is deduplicated', async () => {
    const twice = '[{"name":"ided","id":"1"},{"name":"ided","id":"1"},{"name":"ided"},{"name":"ided"}]';
    expect((await post(twice)).body).toEqual(taken(3, 1));
    expect((await post('{"name":"ided","id":"1"}')).body).toEqual(taken(0, 1));
    expect(await countNamed('ided')).toBe(3);
  });

  test('events that fail say why, by index and code; the others are taken', async () => {
    const { status, body } = await post(
      '[{"name":"fine"},{"name":""},7,{"name":"x","time":"yesterday"},{"name":"x","id":5},{"name":"x","properties":[]},{"name":"fine"}]',
    );
    expect([status, body['accepted'], body['rejected']]).toEqual([200, 2, 5]);
    expect((body['errors'] as { index: number; code: string }[]).map(({ index, code }) => [index, code])).toEqual([
      [1, 'NAME_MISSING'],
      [2, 'NOT_AN_OBJECT'],
      [3, 'TIME_INVALID'],
      [4, 'ID_INVALID'],
      [5, 'PROPERTIES_INVALID'],
    ]);
  });

  test('errors are capped at 100, counts are not', async () => {
    const { body } = await post(JSON.stringify([{ name: 'fine' }, ...Array.from({ length: 250 }, () => ({}))]));
    expect([body['accepted'], body['rejected'], (body['errors'] as unknown[]).length]).toEqual([1, 250, 100]);
  });

  test.each<[string, string | Buffer, Record<string, string>, string, number]>([
    ['an empty body', '', sender, 'BODY_EMPTY', 0],
    ['blanks', ' \n', sender, 'BODY_EMPTY', 0],
    ['NDJSON without a line', '\n\n', ndjson, 'BODY_EMPTY', 0],
    ['an empty array', '[]', sender, 'NOTHING_USABLE', 0],
    ['no usable event', '[{"name":""},null]', sender, 'NOTHING_USABLE', 2],
    ['no usable line', '{oops\n', ndjson, 'NOTHING_USABLE', 1],
  ])('%s is 400 with the counts inside the problem document', async (_, body, headers, code, rejected) => {
    const reply = await post(body, headers);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(reply.body).toMatchObject({ status: 400, code, accepted: 0, duplicates: 0, rejected });
    expect(reply.body['errors']).toHaveLength(rejected);
  });

  test.each<[string, Record<string, string>]>([
    ['none', { 'content-type': 'application/json' }],
    ['unknown as bearer', { ...sender, authorization: 'Bearer nope' }],
    ['unknown as Basic', { ...sender, authorization: `Basic ${Buffer.from('nope:').toString('base64')}` }],
    ['of another scheme', { ...sender, authorization: 'Digest x' }],
  ])('a key that is %s is 401, and nothing of it is in the ledger', async (_, headers) => {
    const before = totals(await calls.ledger());
    const reply = await post(event, headers);
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(totals(await calls.ledger())).toEqual(before);
  });

  test('the time is ISO 8601, without a zone UTC, or epoch ms, from 1970 to a day ahead; by default now', async () => {
    const sent = Date.now();
    const good = [
      '2024-05-01',
      '2024-05-01T10:00',
      '2024-05-01T12:00:00+02:00',
      1_714_557_600_000,
      '1970-01-01T00:00:00Z',
      sent + 86_000_000,
    ];
    expect((await post(JSON.stringify(good.map((time) => ({ name: 'timed', time }))))).body).toEqual(taken(6));
    expect((await post('{"name":"timed now"}')).body).toEqual(taken(1));
    const bad = ['soon', sent + 87_000_000, '1969-12-31T23:59:59Z', '2024-02-30', true];
    const { body } = await post(JSON.stringify(bad.map((time) => ({ name: 'timed', time }))));
    expect((body['errors'] as { code: string }[]).map(({ code }) => code)).toEqual([
      'TIME_INVALID',
      'TIME_IN_FUTURE',
      'TIME_TOO_EARLY',
      'TIME_INVALID',
      'TIME_INVALID',
    ]);
    await calls.settled();
    const stored = async (name: string) => {
      const range = { from: 0, to: sent + 90_000_000 };
      const { rows } = await calls.ask({
        kind: 'table',
        columns: ['time'],
        where: [{ field: 'name', is: [name] }],
        range,
        order: { by: 'time' },
      });
      return rows.map(([time]) => Date.parse(String(time)));
    };
    const may = Date.UTC(2024, 4, 1);
    expect(await stored('timed')).toEqual(
      [0, may, may + 36_000_000, may + 36_000_000, 1_714_557_600_000, sent + 86_000_000].sort((a, b) => a - b),
    );
    const [now] = await stored('timed now');
    expect(now).toBeGreaterThanOrEqual(sent);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  test('over 10 MB is 413, packed or not, for every client', async () => {
    const large = 'x'.repeat(11 * mebibyte);
    const tries: [string, string | Buffer, Record<string, string>][] = [
      ['/v1/events', `{"name":"x","properties":{"a":"${large}"}}`, sender],
      ['/v1/events', gzipSync(`{"name":"x","properties":{"a":"${large}"}}`), { ...sender, 'content-encoding': 'gzip' }],
      ['/v1/batch', gzipSync(`{"batch":[{"type":"track","event":"x","properties":{"a":"${large}"}}]}`), basic],
      ['/batch/', gzipSync(`{"api_key":"${writeKey}","batch":[{"event":"x","properties":{"a":"${large}"}}]}`), { ...plain }],
    ];
    for (const [path, body, headers] of tries) {
      const reply = await calls.post(path, body as BodyInit, headers);
      expect([reply.status, reply.body['code']]).toEqual([413, 'BODY_TOO_LARGE']);
    }
  });

  test('NDJSON has no limit, and one bad line in it is one received and one rejected', async () => {
    const before = await calls.ledger();
    const lines = `${noisy(60_000)}{oops\n${`{"name":"bulk","properties":{"pad":"${'x'.repeat(4_000)}"}}\n`.repeat(2_500)}`;
    expect(lines.length).toBeGreaterThan(11 * mebibyte);
    const { status, body } = await post(lines, ndjson);
    expect([status, body['accepted'], body['rejected']]).toEqual([200, 62_500, 1]);
    expect((await calls.ledger()).received - before.received).toBe(62_501);
    expect((await post(gzipSync(lines), { ...ndjson, 'content-encoding': 'gzip' })).body).toMatchObject({ accepted: 62_500, rejected: 1 });
  });

  test('a broken gzip takes nothing, whatever its size', async () => {
    const packed = gzipSync(Array.from({ length: 400_000 }, (_, i) => `{"name":"cut","id":"${(i * 7919) % 999_983}"}\n`).join(''));
    const before = totals(await calls.ledger());
    for (const bytes of [packed.subarray(0, packed.length / 2), packed.subarray(0, packed.length - 1), gzipSync(event).subarray(0, 25)]) {
      const reply = await post(bytes, { ...ndjson, 'content-encoding': 'gzip' });
      expect([reply.status, reply.body['code'], reply.body['accepted']]).toEqual([400, 'BODY_UNDECODABLE', 0]);
    }
    expect(totals(await calls.ledger())).toEqual(before);
    expect(await countNamed('cut')).toBe(0);
  });

  test('pages of any site may send', async () => {
    const origin = 'https://shop.example';
    for (const path of ['/v1/events', '/v1/t', '/v1/b', '/v1/batch', '/e/', '/batch/', '/i/v0/e/', '/flags/']) {
      const preflight = await calls.call(path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
      expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/);
    }
    for (const headers of [
      { ...sender, origin },
      { ...sender, authorization: 'Bearer nope', origin },
    ])
      expect((await post(event, headers)).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('the calls of Segment and RudderStack', () => {
  const message = (type: string, more: object = {}) => ({ type, userId: 'seg', timestamp: new Date().toISOString(), ...more });
  const messages = {
    track: message('track', { event: 'seg track' }),
    identify: message('identify', { traits: { plan: 'team' } }),
    page: message('page', { name: 'Home' }),
    screen: message('screen', { name: 'Main' }),
    group: message('group', { groupId: 'g' }),
    alias: message('alias', { previousId: 'before' }),
  };
  const done = [200, { success: true }];

  test.each(Object.entries(messages))('%s, long and short', async (type, body) => {
    const long = await calls.post(`/v1/${type}`, JSON.stringify(body), basic);
    const short = await calls.post(`/v1/${type[0]}`, JSON.stringify({ ...body, writeKey }), plain);
    expect([long.status, long.body]).toEqual(done);
    expect([short.status, short.body]).toEqual(done);
  });

  test.each<[string, string, (json: string) => string | Buffer, Record<string, string>]>([
    ['batch', '/v1/batch', String, basic],
    ['import', '/v1/import', String, basic],
    ['b with the key in the body', '/v1/b', String, plain],
    ['batch, gzip', '/v1/batch', (json) => gzipSync(json), { ...basic, 'content-encoding': 'gzip' }],
    ["RudderStack's form that is JSON", '/v1/batch', String, { ...basic, ...form }],
  ])('%s', async (name, path, pack, headers) => {
    const json = JSON.stringify({ writeKey, batch: [message('track', { event: `seg ${name}` }), message('page')] });
    const { status, body } = await calls.post(path, pack(json) as BodyInit, headers);
    expect([status, body]).toEqual(done);
  });

  test('all of these are stored', async () => {
    await calls.settled();
    const { rows } = await calls.ask({
      kind: 'breakdown',
      by: ['name'],
      where: [{ field: 'name', startsWith: 'seg ' }],
      range: { last: '2d' },
    });
    const expected = ['b with the key in the body', 'batch', 'batch, gzip', 'import', "RudderStack's form that is JSON", 'track'];
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected.map((name) => [`seg ${name}`, name === 'track' ? 2 : 1])));
  });

  test('events that fail are answered like the others and go to dead letters', async () => {
    const before = (await calls.ledger()).rejected;
    const batch = [message('track', {}), message('unheard'), message('track', { event: 'seg good' })];
    const { status, body } = await calls.post('/v1/batch', JSON.stringify({ batch }), basic);
    expect([status, body]).toEqual(done);
    expect(await countNamed('seg good')).toBe(1);
    expect((await calls.ledger()).rejected - before).toBe(2);
    const { deadLetters } = await server.json<{ deadLetters: { reason: string; source: string; body: string }[] }>(
      '/api/analytics/dead-letters?source=segment',
    );
    expect(deadLetters.map(({ reason }) => reason).sort()).toEqual(['NAME_MISSING', 'TYPE_UNKNOWN']);
    expect(JSON.stringify(deadLetters)).not.toContain(writeKey);
  });

  test('settings for the browser library, with the key only', async () => {
    const settings = await calls.call(`/v1/projects/${writeKey}/settings`);
    expect([settings.status, settings.body['integrations']]).toEqual([
      200,
      { 'Segment.io': expect.objectContaining({ apiKey: writeKey }) },
    ]);
    expect((await calls.call('/v1/projects/nope/settings')).status).toBe(401);
  });
});

describe('the calls of PostHog', () => {
  const one = { api_key: writeKey, event: 'hog', distinct_id: 'd' };
  const json = JSON.stringify(one);
  const encoded = encodeURIComponent(Buffer.from(json).toString('base64'));

  test.each<[string, string | Buffer, Record<string, string>]>([
    ['/batch/', JSON.stringify({ api_key: writeKey, batch: [one] }), plain],
    ['/batch/', gzipSync(JSON.stringify({ api_key: writeKey, batch: [one] })), { ...plain, 'content-encoding': 'gzip' }],
    ['/capture/', json, plain],
    ['/e/?ip=1', `data=${encoded}`, form],
    ['/e/?compression=gzip-js', gzipSync(json), plain],
    ['/i/v0/e/', json, plain],
  ])('%s', async (path, body, headers) => {
    const reply = await calls.post(path, body as BodyInit, headers);
    expect([reply.status, reply.body]).toEqual([200, { status: 1 }]);
  });

  test('all of them are stored', async () => {
    expect(await countNamed('hog')).toBe(6);
  });

  test('flags are an empty set, the configuration is there as JSON and as a script', async () => {
    for (const path of ['/flags/?v=2', '/decide/?v=3'])
      expect((await calls.post(path, JSON.stringify({ api_key: writeKey, distinct_id: 'd' }), plain)).body).toMatchObject({
        featureFlags: {},
      });
    expect((await calls.call(`/array/${writeKey}/config`)).status).toBe(200);
    expect((await calls.call(`/array/${writeKey}/config.js`)).headers.get('content-type')).toContain('javascript');
    expect((await calls.post('/batch/', '{"api_key":"nope","batch":[]}', plain)).status).toBe(401);
  });
});

test('the ledger balances at every instant under load, in sum and by source', async () => {
  const sending = new AbortController();
  const failures: Ledger[] = [];
  let looks = 0;
  const watch = async () => {
    for (; !sending.signal.aborted; looks++) {
      const ledger = await calls.ledger();
      for (const row of [ledger, ...ledger.bySource])
        if (row.received !== row.accepted + row.duplicates + row.rejected || row.accepted !== row.stored + row.pending)
          failures.push(ledger);
    }
  };
  const send = async (lane: number) => {
    for (let i = 0; i < 30; i++) {
      const batch = Array.from({ length: 40 }, (_, n) => ({ name: n === 7 ? '' : 'load', id: `${lane}-${i}-${n === 9 ? 8 : n}` }));
      await post(JSON.stringify(batch));
    }
  };
  const before = totals(await calls.ledger()) as Ledger;
  const watching = watch();
  await Promise.all([0, 1, 2, 3].map(send));
  sending.abort();
  await watching;
  expect(failures).toEqual([]);
  expect(looks).toBeGreaterThan(5);
  await calls.settled();
  const after = await calls.ledger();
  expect([after.received - before.received, after.duplicates - before.duplicates, after.rejected - before.rejected]).toEqual([
    4_800, 120, 120,
  ]);
  expect([after.pending, after.stored]).toEqual([0, after.accepted]);
  expect(await countNamed('load')).toBe(4_560);
});

test('hostile names and properties come back as they were sent and harm nothing', async () => {
  const hostile = [
    "'; DROP TABLE events; --",
    '"quoted"',
    '`tick`',
    '{{x}}',
    '<script>alert(1)</script>',
    '𝕌𝕟𝕚 🚀 العربية',
    '\\',
    '%s%n',
    '${1}',
  ];
  const events = hostile.map((text) => ({ name: text, user: text, properties: { [text]: text, n: 1 } }));
  expect((await post(JSON.stringify(events))).body).toEqual(taken(hostile.length));
  for (const name of hostile) expect(await countNamed(name)).toBe(1);
  const { rows } = await calls.ask({
    kind: 'breakdown',
    by: ['name', 'user'],
    where: [{ field: 'user', is: hostile }],
    range: { last: '2d' },
  });
  expect(rows.map(([name, user]) => [name, user]).sort()).toEqual(hostile.map((text) => [text, text]).sort());
});

test('what a later version takes is not there yet, and says so', async () => {
  for (const path of ['/v1/traces', '/v1/metrics', '/v1/logs', '/v1/hooks/stripe'])
    expect((await calls.post(path, '{}')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('neither keys nor passwords are ever printed', () => {
  for (const secret of [testOwner.writeKey, testOwner.apiKey, testOwner.password]) expect(server.output()).not.toContain(secret);
});
