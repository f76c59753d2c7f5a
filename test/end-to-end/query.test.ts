/** Questions over HTTP on the whole server: events in by the ingest call, answers out, caches that notice, refusals with codes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProblemDocument } from '../../src/shared/model/errors.ts';
import type { Result } from '../../src/shared/model/result.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await send([
    { name: 'identify', time: '2024-03-31T00:10:00Z', user: 'ann', anonymous: 'device' },
    { name: 'view', time: '2024-03-31T00:20:00Z', anonymous: 'device', properties: { ms: 40 } },
    { name: 'view', time: '2024-03-31T01:20:00Z', user: 'ann', properties: { ms: 60 } },
  ]);
  await until(async () => (await total()) === 3, 'three events to be answerable');
});
afterAll(() => server.close());

const range = { from: '2024-03-31', to: '2024-04-01' };

async function send(events: readonly object[]): Promise<void> {
  await server.json('/v1/events', {
    method: 'POST',
    body: JSON.stringify({ events }),
    headers: { authorization: `Bearer ${testOwner.writeKey}` },
  });
}

function ask(query: object): Promise<Result> {
  return server.json<Result>('/api/analytics/query', { method: 'POST', body: JSON.stringify(query) });
}

async function total(): Promise<unknown> {
  return (await ask({ kind: 'total', range })).rows[0]?.[0];
}

async function refusal(body: string, key: string = testOwner.apiKey): Promise<[number, string]> {
  const response = await fetch(`${server.url}/api/analytics/query`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  return [response.status, ((await response.json()) as ProblemDocument).code];
}

test('numbers that were sent come back by the hour of a zone, and people by what identify linked', async () => {
  const trend = await ask({
    kind: 'trend',
    grain: 'hour',
    timezone: 'Europe/Berlin',
    range: { from: '2024-03-31T01:00', to: '2024-03-31T04:00' },
    metrics: [
      { aggregate: 'sum', of: 'properties.ms' },
      { aggregate: 'unique', of: 'person' },
    ],
  });
  expect(trend.rows).toEqual([
    ['2024-03-31T01:00:00+01:00', 40, 1],
    ['2024-03-31T03:00:00+02:00', 60, 1],
  ]);
  expect(trend.totals).toEqual([null, 100, 1]);
});

test('an answer is kept while nothing changes, and not longer', async () => {
  const query = { kind: 'breakdown', by: ['name'], range };
  await ask(query);
  expect((await ask(query)).lineage.cache).toBe('hit');
  await send([{ name: 'view', time: '2024-03-31T05:00:00Z' }]);
  await until(async () => (await ask(query)).totals[1] === 4, 'the fourth event to be in the answer');
  await send([{ name: 'view', time: '2023-01-01T05:00:00Z' }]);
  await until(
    async () => (await ask({ kind: 'total', range: { from: '2023-01-01', to: '2023-01-02' } })).rows[0]?.[0] === 1,
    'the event of another year',
  );
  expect((await ask(query)).lineage.cache).toBe('hit');
});

describe('refusals', () => {
  test.each([
    ['{"kind":"pie"}', 400, 'REQUEST_INVALID'],
    ['{"kind":"total","metrics":[{"aggregate":"sum"}]}', 400, 'QUERY_INVALID'],
    ['{"kind":"breakdown","by":["city"]}', 400, 'FIELD_UNKNOWN'],
    ['{"kind":"total","metrics":[{"metric":"revenue"}]}', 400, 'METRIC_UNKNOWN'],
    ['{"kind":"total","dataset":"orders"}', 400, 'DATASET_UNKNOWN'],
    ['{"kind":"total","where":[{"field":"name","matches":"("}]}', 400, 'QUERY_INVALID'],
    ['{"kind":"trend","grain":"minute","range":{"last":"9y"}}', 422, 'QUERY_OVER_BUDGET'],
    ['{"kind":', 400, 'BODY_UNDECODABLE'],
  ])('%s is %i %s', async (body, status, code) => {
    expect(await refusal(body)).toEqual([status, code]);
  });

  test('a write key may not ask', async () => {
    expect(await refusal('{"kind":"total"}', testOwner.writeKey)).toEqual([403, 'FORBIDDEN']);
    expect(await refusal('{"kind":"total"}', 'bw_a_nobody')).toEqual([401, 'CREDENTIALS_INVALID']);
  });
});
