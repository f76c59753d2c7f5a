/** Hostile input over HTTP: each gives its documented answer, and the next ordinary event is taken as if nothing had been. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openIngestServer, type IngestReply, type IngestServer } from '../../../../test/fixtures/open-ingest-server.ts';

let server: IngestServer;
let spool: IngestServer['spool'];

beforeEach(() => {
  server = openIngestServer();
  ({ spool } = server);
});

afterEach(async () => {
  expect(await send('{"name":"ordinary"}')).toMatchObject({ status: 200, body: { accepted: 1 } });
});

function send(payload: string | Buffer, type = 'application/json', url = '/v1/events'): Promise<IngestReply> {
  return server.post(url, payload, { authorization: 'Bearer wk_good', 'content-type': type });
}

const event = (properties: string): string => `{"name":"h","properties":${properties}}`;
const half = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length / 2));
const bomb = gzipSync(Buffer.alloc(200 * 1_048_576, 0x20));

describe('a body that cannot be decoded is a 4xx, takes nothing and is in no sum', () => {
  test.each([
    ['nothing', '', 400, 'BODY_EMPTY'],
    ['blanks', ' \n\t', 400, 'BODY_EMPTY'],
    ['half an object', '{"name":"x"', 400, 'BODY_UNDECODABLE'],
    ['NDJSON under the wrong type', '{"name":"x"}\n{"name":"y"}', 400, 'BODY_UNDECODABLE'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400, 'BODY_UNDECODABLE'],
    [
      'half a gzip',
      half(gzipSync(JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ name: `n${i * 7919}` }))))),
      400,
      'BODY_UNDECODABLE',
    ],
    ['a gzip header and noise', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]), 400, 'BODY_UNDECODABLE'],
    ['a zip bomb', bomb, 413, 'BODY_TOO_LARGE'],
    ['more than 10 MB', ' '.repeat(10 * 1_048_576 + 1), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_, payload, status, code) => {
    expect(await send(payload)).toMatchObject({ status, body: { code } });
    expect(spool.entries).toEqual([]);
  });

  test.each(['/v1/batch', '/v1/t', '/batch/', '/e/', '/flags/'])('at %s too', async (url) => {
    expect(await send('{', 'application/json', url)).toMatchObject({ status: 400 });
    expect(await send('', 'application/json', url)).toMatchObject({ status: 400 });
    expect(await send(half(gzipSync('[{"event":"x"}]')), 'text/plain', url)).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNDECODABLE' },
    });
    expect(await send(bomb, 'application/json', url)).toMatchObject({ status: 413 });
    expect(spool.entries).toEqual([]);
  });

  test('another encoding than gzip', async () => {
    const headers = { authorization: 'Bearer wk_good', 'content-encoding': 'br' };
    expect(await server.post('/v1/events', 'x', headers)).toMatchObject({ status: 415, body: { code: 'BODY_TYPE_UNKNOWN' } });
  });

  test('half a gzip of NDJSON takes nothing', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `{"name":"n","id":"${i * 7919}"}\n`).join('');
    expect(await send(half(gzipSync(lines)), 'application/x-ndjson')).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNDECODABLE', accepted: 0, rejected: 0 },
    });
    expect(spool.entries).toEqual([]);
  });

  test('nor do 30 MB of it with one wrong byte near the end, however much of it is sound', async () => {
    const line = (i: number) => `{"name":"n","properties":{"noise":"${createHash('sha512').update(String(i)).digest('base64')}"}}\n`;
    const packed = gzipSync(Array.from({ length: 240_000 }, (_, i) => line(i)).join(''), { level: 1 });
    expect(packed.length).toBeGreaterThan(10 * 1_048_576);
    packed[packed.length - 1_000]! ^= 0xff;
    expect(await send(packed, 'application/x-ndjson')).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNDECODABLE', accepted: 0, rejected: 0, detail: expect.stringContaining('Nothing was taken') },
    });
    expect(spool.entries).toEqual([]);
    packed[packed.length - 1_000]! ^= 0xff;
    expect(await send(packed, 'application/x-ndjson')).toMatchObject({ status: 200, body: { accepted: 240_000 } });
  });

  test.each(['application/json', 'application/x-ndjson'])('what is said to be gzip and is not, as %s', async (type) => {
    const headers = { authorization: 'Bearer wk_good', 'content-type': type, 'content-encoding': 'gzip' };
    expect(await server.post('/v1/events', '{"name":"x"}\n', headers)).toMatchObject({ status: 400, body: { code: 'BODY_UNDECODABLE' } });
    expect(spool.entries).toEqual([]);
  });
});

describe('an event that cannot be kept is rejected with its reason and is a dead letter', () => {
  test.each([
    ['from the future', '{"name":"h","time":"2025-06-16T12:00:00.001Z"}', 'TIME_IN_FUTURE'],
    ['a hundred thousand levels deep', event(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'PROPERTIES_TOO_DEEP'],
    ['a hundred thousand objects deep', event(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 'PROPERTIES_TOO_DEEP'],
    ['one path twice', event('{"a.b":1,"a":{"b":2}}'), 'PROPERTY_KEY_INVALID'],
    ['a prototype', event('{"__proto__":{"polluted":true}}'), 'PROPERTY_KEY_INVALID'],
    ['a prototype below', event('{"a":{"__proto__":{"polluted":true}}}'), 'PROPERTY_KEY_INVALID'],
    ['a number beyond doubles', event('{"a":1e999}'), 'PROPERTY_VALUE_INVALID'],
    [
      'ten thousand properties',
      event(JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1])))),
      'PROPERTIES_TOO_MANY',
    ],
    ['two megabytes', event(`{"a":"${'x'.repeat(2_097_152)}"}`), 'EVENT_TOO_LARGE'],
    ['a name that is an object', '{"name":{"toString":null}}', 'NAME_MISSING'],
  ])('%s', async (_, json, reason) => {
    const { status, body } = await send(`[{"name":"neighbour"},${json}]`);
    expect([status, body]).toEqual([
      200,
      { accepted: 1, duplicates: 0, rejected: 1, errors: [{ index: 1, code: reason, message: expect.any(String) }] },
    ]);
    expect(spool.rows('dead_letters')).toMatchObject([{ reason }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('invalid UTF-8 and broken lines spoil only their own line of NDJSON', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"a"}\n{"name":"'), Buffer.from([0xff]), Buffer.from('"}\n{oops}\n{"name":"ü"}\n')]);
    expect(await send(bytes, 'application/x-ndjson')).toMatchObject({
      status: 200,
      body: {
        accepted: 2,
        rejected: 2,
        errors: [
          { index: 1, code: 'NOT_JSON' },
          { index: 2, code: 'NOT_JSON' },
        ],
      },
    });
    expect(spool.rows('events').map((row) => row['name'])).toEqual(['a', 'ü']);
  });
});

test('whatever bytes come, the answer is a 200 or a 4xx', async () => {
  const sound = Buffer.from(
    JSON.stringify({ writeKey: 'wk_good', events: [{ name: 'a', id: '1', time: '2025-01-01', properties: { a: [1, { b: 'ü' }] } }] }),
  );
  const packed = gzipSync(sound);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .tuple(fc.constantFrom(sound, packed), fc.nat(), fc.nat(255))
      .map(([base, at, value]) => Buffer.from(base).fill(value, at % base.length, (at % base.length) + 1)),
  );
  const type = fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', 'application/x-www-form-urlencoded');
  const url = fc.constantFrom('/v1/events', '/v1/batch', '/v1/t', '/batch/', '/e/', '/flags/');
  await fc.assert(
    fc.asyncProperty(bytes, type, url, async (payload, contentType, path) => {
      const { status } = await send(Buffer.from(payload), contentType, path);
      expect([200, 400, 413]).toContain(status);
    }),
    { numRuns: 600 },
  );
});

describe('an event that is odd but sound is kept', () => {
  test.each([
    ['control characters', event('{"a":"\\u0000\\u001f\\u007f"}')],
    ['half a surrogate pair', event('{"a":"\\ud83d"}')],
    ['keys of Object.prototype', event('{"constructor":1,"toString":"x","valueOf":{"hasOwnProperty":1}}')],
    ['the same key twice', event('{"a":1,"a":2}')],
    ['a huge integer', event('{"a":123456789012345678901234567890}')],
    ['markup', '{"name":"<script>alert(1)</script>","user":"\'; DROP TABLE events; --"}'],
  ])('%s', async (_, json) => {
    expect(await send(json)).toMatchObject({ status: 200, body: { accepted: 1 } });
  });
});
