/** The routes of PostHog's libraries over HTTP. */
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { ingestNow as now, openIngestServer, type IngestServer } from '../../../../test/fixtures/open-ingest-server.ts';

let app: IngestServer['app'];
let spool: IngestServer['spool'];
let post: IngestServer['post'];

beforeEach(() => {
  ({ app, spool, post } = openIngestServer());
});

describe('PostHog', () => {
  const done = { status: 200, body: { status: 1 } };
  const plain = { 'content-type': 'application/json' };

  test('batches become events under our names', async () => {
    const batch = [
      {
        event: 'bought',
        uuid: 'u1',
        distinct_id: 'd',
        timestamp: '2025-06-15T11:59:00Z',
        properties: { $lib: 'posthog-node', token: 'wk_good', $session_id: 's', n: 1 },
      },
      { event: '$pageview', uuid: 'u2', distinct_id: 'anon', properties: { $is_identified: false, $current_url: 'https://x.example' } },
      {
        event: '$identify',
        uuid: 'u3',
        distinct_id: 'd',
        properties: { $anon_distinct_id: 'anon', $set: { plan: 'team' }, $set_once: { first: 1 } },
      },
      { event: '$create_alias', uuid: 'u4', distinct_id: 'd', properties: { alias: 'old' } },
      {
        event: '$groupidentify',
        uuid: 'u5',
        distinct_id: 'd',
        properties: { $group_type: 'company', $group_key: 'acme', $group_set: { size: 3 } },
      },
      { event: 'bought', uuid: 'u1', distinct_id: 'd' },
    ];
    expect(await post('/batch/', JSON.stringify({ api_key: 'wk_good', batch, sent_at: '2025-06-15T12:00:00Z' }), plain)).toMatchObject(
      done,
    );
    const rows = spool.rows('events');
    expect(rows.map((row) => [row['name'], row['user'], row['anonymous']])).toEqual([
      ['bought', 'd', ''],
      ['page', '', 'anon'],
      ['identify', 'd', 'anon'],
      ['alias', 'd', ''],
      ['group', 'd', ''],
    ]);
    expect(rows[0]).toMatchObject({
      id: 'u1',
      session: 's',
      time: Date.UTC(2025, 5, 15, 11, 59),
      source: 'posthog',
      properties: { $lib: 'posthog-node', n: 1 },
    });
    expect(JSON.stringify(rows)).not.toContain('wk_good');
    expect(spool.rows('traits').map((row) => row['traits'])).toEqual([
      { first: 1, plan: 'team' },
      { size: 3, groupId: 'acme', groupType: 'company' },
    ]);
    expect(spool.rows('identity_links').map((row) => [row['alias'], row['person']])).toEqual([
      ['anon', 'd'],
      ['old', 'd'],
    ]);
    expect(spool.entries[0]?.tally.duplicates).toBe(1);
  });

  const single = JSON.stringify({ api_key: 'wk_good', event: 'x', distinct_id: 'd' });
  const browser = JSON.stringify([{ event: 'x', properties: { token: 'wk_good', distinct_id: 'd' }, offset: 2_000 }]);

  test.each([
    ['/capture/', single, plain],
    ['/capture', single, plain],
    ['/e/?ip=1&_=1749988800000', browser, { 'content-type': 'text/plain' }],
    ['/i/v0/e/?compression=gzip-js', gzipSync(browser), { 'content-type': 'text/plain' }],
    [
      '/e/?compression=base64',
      `data=${encodeURIComponent(Buffer.from(browser).toString('base64'))}`,
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['/e/', `data=${encodeURIComponent(browser)}`, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['/batch/', single, { ...plain, authorization: 'Bearer wk_good' }],
  ])('%s takes %.20s', async (url, payload, headers) => {
    expect(await post(url, payload, headers)).toMatchObject(done);
    expect(spool.rows('events')[0]).toMatchObject({ name: 'x', user: 'd' });
  });

  test('an event is as old as its offset says', async () => {
    await post('/e/', browser, { 'content-type': 'text/plain' });
    expect(spool.rows('events')[0]?.['time']).toBe(now - 2_000);
  });

  test('flags are an empty set, and the configuration switches off what is not here', async () => {
    expect(await post('/flags/?v=2', JSON.stringify({ token: 'wk_good', distinct_id: 'd' }), plain)).toMatchObject({
      status: 200,
      body: { flags: {}, featureFlags: {} },
    });
    expect(await post('/decide/?v=3', JSON.stringify({ api_key: 'wk_good' }), plain)).toMatchObject({
      status: 200,
      body: { sessionRecording: false },
    });
    expect((await app.inject({ url: '/array/wk_good/config' })).json()).toMatchObject({ token: 'wk_good', hasFeatureFlags: false });
    const script = await app.inject({ url: '/array/wk_good/config.js' });
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.body).toContain('_POSTHOG_REMOTE_CONFIG');
  });

  test('a wrong key is refused everywhere', async () => {
    for (const url of ['/batch/', '/capture/', '/e/', '/flags/', '/decide/'])
      expect(await post(url, '{"api_key":"nope","event":"x"}', plain)).toMatchObject({ status: 401 });
    expect((await app.inject({ url: '/array/nope/config.js' })).statusCode).toBe(401);
  });
});
