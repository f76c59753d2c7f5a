/** The routes of Segment's and RudderStack's libraries over HTTP. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { openIngestServer, senderHeaders, type IngestServer } from '../../../../test/fixtures/open-ingest-server.ts';

const { basic } = senderHeaders;

let app: IngestServer['app'];
let spool: IngestServer['spool'];
let post: IngestServer['post'];
let names: IngestServer['names'];

beforeEach(() => {
  ({ app, spool, post, names } = openIngestServer());
});

describe('Segment', () => {
  const success = { status: 200, body: { success: true } };

  test('batches become events, each type by its name, and messages count once by messageId', async () => {
    const context = {
      page: { url: 'https://x.example/p', path: '/p' },
      campaign: { source: 'mail' },
      ip: '203.0.113.9',
      userAgent: 'x',
      sessionId: 1718,
    };
    const batch = [
      {
        type: 'track',
        event: 'Order Completed',
        messageId: 'm1',
        userId: 'u',
        anonymousId: 'a',
        timestamp: '2025-06-15T11:59:00Z',
        properties: { total: 5 },
        context,
      },
      { type: 'page', messageId: 'm2', anonymousId: 'a', name: 'Home', category: 'Docs', properties: { path: '/' } },
      { type: 'screen', messageId: 'm3', anonymousId: 'a', name: 'Cart' },
      { type: 'identify', messageId: 'm4', userId: 7, anonymousId: 'a', traits: { plan: 'team' } },
      { type: 'group', messageId: 'm5', userId: 'u', groupId: 'g', traits: { size: 3 } },
      { type: 'alias', messageId: 'm6', userId: 'u', previousId: 'a' },
      { type: 'delete', messageId: 'm7', userId: 'u' },
      { type: 'track', event: 'Order Completed', messageId: 'm1', userId: 'u' },
    ];
    expect(
      await post('/v1/batch', JSON.stringify({ batch, sentAt: '2025-06-15T12:00:00Z' }), { ...basic, 'content-type': 'application/json' }),
    ).toMatchObject(success);
    expect(names()).toEqual(['Order Completed', 'page', 'screen', 'identify', 'group', 'alias']);
    expect(spool.rows('events')[0]).toMatchObject({
      id: 'm1',
      user: 'u',
      anonymous: 'a',
      session: '1718',
      time: Date.UTC(2025, 5, 15, 11, 59),
      source: 'segment',
      properties: { total: 5, $url: 'https://x.example/p', $path: '/p', $utm_source: 'mail' },
    });
    expect(spool.rows('events')[1]?.['properties']).toEqual({ path: '/', name: 'Home', category: 'Docs' });
    expect(spool.rows('traits').map((row) => [row['kind'], row['id']])).toEqual([
      ['user', '7'],
      ['group', 'g'],
    ]);
    expect(spool.rows('identity_links').map((row) => [row['alias'], row['person']])).toEqual([
      ['a', '7'],
      ['a', 'u'],
    ]);
    expect(spool.entries[0]?.tally).toEqual({ received: 8, duplicates: 1, rejected: { TYPE_UNKNOWN: 1 } });
  });

  test.each([
    ['/v1/track', { event: 'x', userId: 'u' }, 'x'],
    ['/v1/t', { event: 'x', userId: 'u' }, 'x'],
    ['/v1/p', { type: 'page', anonymousId: 'a' }, 'page'],
    ['/v1/identify', { userId: 'u', traits: {} }, 'identify'],
    ['/v1/import', { batch: [{ type: 'track', event: 'y' }] }, 'y'],
    ['/v1/b', { batch: [{ type: 'track', event: 'y' }] }, 'y'],
  ])('%s takes JSON under text/plain with the key in the body', async (url, message, name) => {
    expect(await post(url, JSON.stringify({ ...message, writeKey: 'wk_good' }), { 'content-type': 'text/plain' })).toMatchObject(success);
    expect(names()).toEqual([name]);
  });

  test('a dead letter does not hold the write key', async () => {
    await post('/v1/t', JSON.stringify({ writeKey: 'wk_good', userId: 'u' }), { 'content-type': 'text/plain' });
    expect(spool.rows('dead_letters')).toMatchObject([{ reason: 'NAME_MISSING', body: '{"userId":"u"}' }]);
  });

  test("RudderStack's Node library sends JSON as a form, and gzip", async () => {
    const body = JSON.stringify({ batch: [{ type: 'track', event: 'r', userId: 'u' }] });
    expect(await post('/v1/batch', body, { ...basic, 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject(success);
    expect(
      await post('/v1/batch', gzipSync(body), { ...basic, 'content-type': 'application/json', 'content-encoding': 'gzip' }),
    ).toMatchObject(success);
    expect(names()).toEqual(['r', 'r']);
  });

  test('a clock that is an hour slow is corrected, one that is a minute off is left alone', async () => {
    const send = (id: string, sentAt: string) =>
      post('/v1/batch', JSON.stringify({ sentAt, batch: [{ type: 'track', event: id, timestamp: '2025-06-15T10:59:50Z' }] }), basic);
    await send('slow', '2025-06-15T11:00:00Z');
    await send('fine', '2025-06-15T11:59:00Z');
    expect(spool.rows('events').map((row) => row['time'])).toEqual([Date.UTC(2025, 5, 15, 11, 59, 50), Date.UTC(2025, 5, 15, 10, 59, 50)]);
  });

  test('the browser library gets settings that send everything here', async () => {
    const answer = await app.inject({
      url: '/v1/projects/wk_good/settings',
      headers: { host: 'stats.example:3000', origin: 'https://x.example' },
    });
    expect(answer.json()).toMatchObject({
      integrations: { 'Segment.io': { apiKey: 'wk_good', apiHost: 'stats.example:3000/v1', protocol: 'http' } },
    });
    expect((await app.inject({ url: '/v1/projects/nope/settings' })).statusCode).toBe(401);
  });
});
