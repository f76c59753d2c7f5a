/** `POST /v1/events` over HTTP: every accepted way of sending, the exact answers, and pages of other sites. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { ingestNow, openIngestServer, senderHeaders, type IngestServer } from '../../../../test/fixtures/open-ingest-server.ts';
import { Problem } from '../../../shared/model/errors.ts';

const { bearer, basic, json, ndjson } = senderHeaders;

let app: IngestServer['app'];
let spool: IngestServer['spool'];
let post: IngestServer['post'];
let names: IngestServer['names'];

beforeEach(() => {
  ({ app, spool, post, names } = openIngestServer());
});

describe('POST /v1/events', () => {
  const event = { name: 'a', id: '1' };
  const taken = { accepted: 1, duplicates: 0, rejected: 0, errors: [] };

  test.each([
    ['one event', JSON.stringify(event), json],
    ['an array', JSON.stringify([event]), json],
    ['an envelope', JSON.stringify({ events: [event] }), json],
    ['Basic credentials', JSON.stringify(event), { ...basic, 'content-type': 'application/json' }],
    [
      'a key in the body, as beacons send it',
      JSON.stringify({ writeKey: 'wk_good', events: [event] }),
      { 'content-type': 'text/plain;charset=UTF-8' },
    ],
    ['an api_key in the body', JSON.stringify({ api_key: 'wk_good', events: [event] }), { 'content-type': 'application/json' }],
    ['no content type', JSON.stringify(event), bearer],
    ['a byte order mark', `\ufeff${JSON.stringify(event)}`, json],
    ['gzip', gzipSync(JSON.stringify([event])), { ...json, 'content-encoding': 'gzip' }],
    ['gzip that does not say so', gzipSync(JSON.stringify([event])), json],
    ['NDJSON', `${JSON.stringify(event)}\n`, ndjson],
    ['NDJSON without a last newline, with CRLF and blank lines', `\r\n\n${JSON.stringify(event)}\r\n\n`, ndjson],
    ['gzipped NDJSON', gzipSync(JSON.stringify(event)), { ...ndjson, 'content-encoding': 'gzip' }],
  ])('takes %s', async (_, payload, headers) => {
    expect(await post('/v1/events', payload, headers)).toMatchObject({ status: 200, body: taken });
    expect(names()).toEqual(['a']);
    expect(spool.entries[0]).toMatchObject({ workspaceId: 'ws_1', source: 'http' });
  });

  test('counts, and says which events failed and why', async () => {
    const { status, body } = await post('/v1/events', JSON.stringify([event, event, { name: 'b', time: 'soon' }, 5]));
    expect(status).toBe(200);
    expect(body).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: 2,
      errors: [
        { index: 2, code: 'TIME_INVALID', message: expect.stringContaining('"soon"') },
        { index: 3, code: 'NOT_AN_OBJECT', message: expect.any(String) },
      ],
    });
  });

  test('answers 400 with the counts when nothing can be used, and still keeps the dead letters', async () => {
    const { status, body, headers } = await post('/v1/events', '[{"name":""}]');
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({
      code: 'NOTHING_USABLE',
      accepted: 0,
      duplicates: 0,
      rejected: 1,
      errors: [{ index: 0, code: 'NAME_MISSING' }],
    });
    expect(spool.rows('dead_letters')).toHaveLength(1);
    expect(await post('/v1/events', '[]')).toMatchObject({ status: 400, body: { code: 'NOTHING_USABLE', rejected: 0 } });
    expect(spool.entries).toHaveLength(1);
  });

  test('duplicates alone are no failure', async () => {
    await post('/v1/events', JSON.stringify(event));
    expect(await post('/v1/events', JSON.stringify(event))).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 1 } });
  });

  test('corrects the times of an envelope whose sender has a wrong clock', async () => {
    const events = [{ name: 'a', time: '2030-01-01T00:00:00Z' }];
    await post('/v1/events', JSON.stringify({ events, sentAt: '2030-01-01T00:00:10Z' }));
    expect(spool.rows('events')[0]?.['time']).toBe(ingestNow - 10_000);
  });

  test('puts the country of the sender into the events', async () => {
    await post('/v1/events', JSON.stringify(event), { ...json, 'x-country': 'DE' });
    expect(spool.rows('events')[0]?.['properties']).toEqual({ $country: 'DE' });
  });

  test('marks the events of an import, for administrators only', async () => {
    const header = { 'x-bellwether-import': 'imp_1', 'x-country': 'DE' };
    await post('/v1/events', `${JSON.stringify(event)}\n`, { ...ndjson, ...header, authorization: 'Bearer ak_admin' });
    expect(spool.entries[0]).toMatchObject({ source: 'import:imp_1' });
    expect(spool.rows('events')[0]).toMatchObject({ source: 'import:imp_1', import_id: 'imp_1', properties: {} });
    expect(await post('/v1/events', JSON.stringify(event), { ...json, ...header })).toMatchObject({ status: 403 });
    expect(
      await post('/v1/events', JSON.stringify(event), { ...json, authorization: 'Bearer ak_admin', 'x-bellwether-import': '../x' }),
    ).toMatchObject({ status: 400 });
  });

  test.each([
    ['no key', {}, 'CREDENTIALS_MISSING', 401],
    ['an unknown key', { authorization: 'Bearer nope' }, 'CREDENTIALS_INVALID', 401],
    ['an unknown scheme', { authorization: 'Digest x' }, 'CREDENTIALS_INVALID', 401],
    ['a key that may only ask', { authorization: 'Bearer ak_ask' }, 'FORBIDDEN', 403],
  ])('refuses %s', async (_, headers, code, status) => {
    expect(await post('/v1/events', JSON.stringify(event), { ...headers, 'content-type': 'application/json' })).toMatchObject({
      status,
      body: { code },
    });
    expect(await post('/v1/events', JSON.stringify(event), { ...headers, 'content-type': 'application/x-ndjson' })).toMatchObject({
      status,
      body: { code },
    });
    expect(spool.entries).toEqual([]);
  });

  test('says when to come back', async () => {
    spool.failWith = new Problem('SPOOL_FULL', 'full', { retryAfterSeconds: 7 });
    const { status, headers, body } = await post('/v1/events', JSON.stringify(event));
    expect([status, headers['retry-after'], body['code']]).toEqual([503, '7', 'SPOOL_FULL']);
  });
});

describe('a stream of NDJSON', () => {
  const line = (i: number): string => `${JSON.stringify({ name: 'n', id: `i${i}`, properties: { pad: 'x'.repeat(1000) } })}\n`;
  const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(i)).join('');

  test('is taken in steps of about 1 MB, without a limit', async () => {
    const text = lines(20_000);
    const chunks = Readable.from(
      Array.from({ length: Math.ceil(text.length / 70_001) }, (_, i) => Buffer.from(text.slice(i * 70_001, (i + 1) * 70_001))),
    );
    expect(await post('/v1/events', chunks, ndjson)).toMatchObject({ status: 200, body: { accepted: 20_000, rejected: 0 } });
    expect(spool.entries.length).toBeGreaterThan(15);
    expect(new Set(spool.rows('events').map((row) => row['id'])).size).toBe(20_000);
  });

  test('numbers its errors through all steps', async () => {
    const { body } = await post('/v1/events', `${lines(3_000)}{"name":\n{}\n`, ndjson);
    expect(body).toMatchObject({
      accepted: 3_000,
      rejected: 2,
      errors: [
        { index: 3_000, code: 'NOT_JSON' },
        { index: 3_001, code: 'NAME_MISSING' },
      ],
    });
    expect(spool.rows('dead_letters')[0]).toMatchObject({ reason: 'NOT_JSON', body: '{"name":' });
  });

  test('says how many were taken when a step fails', async () => {
    const append = spool.append.bind(spool);
    spool.append = async (entry) => {
      if (spool.entries.length === 2) spool.failWith = new Problem('DISK_FULL', 'The disk is full.');
      await append(entry);
    };
    const { status, body } = await post(
      '/v1/events',
      Readable.from(
        lines(5_000)
          .match(/[^]{1,65536}/g)!
          .map((chunk) => Buffer.from(chunk)),
      ),
      ndjson,
    );
    const kept = spool.rows('events').length;
    expect(kept).toBeGreaterThan(1_000);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'DISK_FULL', accepted: kept, duplicates: 0, rejected: 0 });
    expect(body['detail']).toContain(`${kept} events before that were taken`);
  });

  test('an event of more than 1 MB is rejected alone', async () => {
    const huge = `{"name":"huge","properties":{"x":"${'y'.repeat(3_000_000)}"}}\n`;
    const text = Buffer.from(line(1) + huge + line(2) + huge.slice(0, 2_000_000));
    const chunks = Readable.from(
      Array.from({ length: Math.ceil(text.length / 65_536) }, (_, i) => text.subarray(i * 65_536, (i + 1) * 65_536)),
    );
    const { body } = await post('/v1/events', chunks, ndjson);
    expect(body).toMatchObject({
      accepted: 2,
      rejected: 2,
      errors: [
        { index: 1, code: 'EVENT_TOO_LARGE' },
        { index: 3, code: 'EVENT_TOO_LARGE' },
      ],
    });
    expect(String(spool.rows('dead_letters')[0]?.['body']).slice(0, 15)).toBe('{"name":"huge",');
  });

  test('empty is 400', async () => {
    for (const payload of ['', '\n\n \n', gzipSync('')])
      expect(await post('/v1/events', payload, ndjson)).toMatchObject({ status: 400, body: { code: 'BODY_EMPTY' } });
  });
});

describe('pages of other sites', () => {
  test('may send without credentials', async () => {
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/v1/events',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    const sent = await post('/v1/events', '{"name":"a"}', { ...json, origin: 'https://shop.example' });
    expect(sent.headers['access-control-allow-origin']).toBe('*');
  });

  test('may read errors too', async () => {
    const { headers } = await post('/v1/events', '', { ...json, origin: 'https://shop.example' });
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  test.each(['/v1/batch', '/v1/t', '/batch/', '/e/', '/flags/'])('are answered a preflight of %s', async (url) => {
    expect(
      (await app.inject({ method: 'OPTIONS', url, headers: { origin: 'https://x.example', 'access-control-request-method': 'POST' } }))
        .statusCode,
    ).toBe(204);
  });
});
