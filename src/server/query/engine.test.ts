/** Tests of the engine around its kinds, on a real warehouse: cache, single flight, budget, cancelling, policy, lineage. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventAt, insertEvents } from '../../../test/fixtures/event-rows.ts';
import { maskSalt } from '../../../test/fixtures/views.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { QueryInput } from '../../shared/model/query.ts';
import type { Policy } from '../identity/policy.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { createQueryEngine, type QueryEngine, type QueryEngineDeps } from './engine.ts';

const now = Date.parse('2024-05-02T12:00:30Z');
const policy: Policy = { workspaceId: 'w', name: 'workspace', rules: {} };
const count: QueryInput = { kind: 'total', range: { last: '7d' } };

let opened: TestWarehouse;
/** statements that reached the warehouse */
let statements: number;
let nowMs: number;
let versions: Record<string, string>;

beforeAll(async () => {
  opened = await openTestWarehouse();
  const events = ['2024-05-01T10:00Z', '2024-05-01T11:00Z', '2024-05-02T12:00Z'].map((time, i) =>
    eventAt(time, 'a', { user: `u${i}`, properties: { city: i === 0 ? 'Rome' : "O'Slo\\`" } }),
  );
  await insertEvents(opened.warehouse, 'w', events);
  await insertEvents(opened.warehouse, 'other', events.slice(0, 1));
});
afterAll(() => opened.close());
beforeEach(() => {
  [statements, nowMs, versions] = [0, now, {}];
});

const counting: Pick<Warehouse, 'ask'> = {
  ask: (statement, options) => {
    statements++;
    return opened.warehouse.ask(statement, options);
  },
};

function engineWith(deps: Partial<QueryEngineDeps> = {}): QueryEngine {
  let ids = 0;
  const cellVersion = (workspaceId: string, dataset: string): string => versions[`${workspaceId}/${dataset}`] ?? '0';
  return createQueryEngine({
    warehouse: counting,
    clock: { now: () => nowMs },
    newId: () => `question-${++ids}`,
    maskSalt,
    cellVersion,
    watermark: () => nowMs - 1000,
    ...deps,
  });
}

describe('cache', () => {
  test('the same question is answered from it while nothing has changed', async () => {
    const engine = engineWith();
    const first = await engine.ask(policy, count);
    const second = await engine.ask(policy, { range: { last: '7d' }, metrics: [{ aggregate: 'count' }], kind: 'total' });
    expect([first.rows, second.rows, statements]).toEqual([[[3]], [[3]], 1]);
    expect([first.lineage.cache, second.lineage.cache]).toEqual(['miss', 'hit']);
    expect(engine.statistics()).toMatchObject({ asked: 2, saved: 1, inFlight: 0 });
  });

  test('a change of its rows, of the range that now means, or of the policy makes it ask again', async () => {
    const engine = engineWith();
    await engine.ask(policy, count);
    versions['w/events'] = '1';
    expect((await engine.ask(policy, count)).lineage.cache).toBe('miss');
    nowMs += 86_400_000;
    expect((await engine.ask(policy, count)).lineage.cache).toBe('miss');
    const rome: Policy = { ...policy, name: 'rome', rules: { events: { rows: [{ field: 'properties.city', is: ['Rome'] }], masks: [] } } };
    expect((await engine.ask(rome, count)).rows).toEqual([[1]]);
    expect((await engine.ask({ ...policy, workspaceId: 'other' }, count)).rows).toEqual([[1]]);
    expect(statements).toBe(5);
  });

  test('questions about persons also depend on the links between ids', async () => {
    const engine = engineWith();
    const persons: QueryInput = { ...count, metrics: [{ aggregate: 'unique', of: 'person' }] };
    await engine.ask(policy, persons);
    versions['w/identity_links'] = '1';
    expect((await engine.ask(policy, persons)).lineage.cache).toBe('miss');
    expect((await engine.ask(policy, count)).lineage.cache).toBe('miss');
    versions['w/identity_links'] = '2';
    expect((await engine.ask(policy, count)).lineage.cache).toBe('hit');
  });

  test('what was answered while rows were changing is not taken for the new state', async () => {
    const changing: Pick<Warehouse, 'ask'> = {
      ask: async (statement, options) => {
        const answer = await counting.ask(statement, options);
        versions['w/events'] = 'later';
        return answer;
      },
    };
    const engine = engineWith({ warehouse: changing });
    await engine.ask(policy, count);
    expect((await engine.ask(policy, count)).lineage.cache).toBe('miss');
  });

  test('with the warehouse away the last answer is given, and says how old it is', async () => {
    let isAway = false;
    const flaky: Pick<Warehouse, 'ask'> = {
      ask: (statement, options) =>
        isAway ? Promise.reject(new Problem('WAREHOUSE_UNAVAILABLE', 'away')) : counting.ask(statement, options),
    };
    const engine = engineWith({ warehouse: flaky });
    await engine.ask(policy, count);
    isAway = true;
    versions['w/events'] = '1';
    nowMs += 5_000;
    const stale = await engine.ask(policy, count);
    expect([stale.rows, stale.lineage.cache, stale.lineage.staleMs]).toEqual([[[3]], 'stale', 5_000]);
    expect(stale.lineage.watermark).toBe(new Date(now - 1000).toISOString());
    await expect(engine.ask(policy, { kind: 'total' })).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
  });

  test('a question that was never asked waits for a warehouse that is being restarted', async () => {
    let isAway = true;
    const restarting: Pick<Warehouse, 'ask' | 'ready'> = {
      ask: (statement, options) =>
        isAway ? Promise.reject(new Problem('WAREHOUSE_UNAVAILABLE', 'away')) : counting.ask(statement, options),
      ready: async () => {
        isAway = false;
      },
    };
    expect((await engineWith({ warehouse: restarting }).ask(policy, count)).lineage.cache).toBe('miss');
  });

  test('without anybody who tells versions nothing is kept', async () => {
    const engine = engineWith({ cellVersion: undefined });
    await engine.ask(policy, count);
    await engine.ask(policy, count);
    expect(statements).toBe(2);
  });
});

describe('running', () => {
  test('equal questions in flight run once', async () => {
    const engine = engineWith();
    const results = await Promise.all(Array.from({ length: 20 }, () => engine.ask(policy, count)));
    expect(new Set(results.map((result) => JSON.stringify(result.rows)))).toEqual(new Set(['[[3]]']));
    expect(statements).toBe(1);
    expect(engine.statistics()).toMatchObject({ asked: 20, saved: 19 });
  });

  test('a question that takes too long is stopped', async () => {
    const engine = engineWith({ limits: { timeoutMs: 1 } });
    await expect(engine.ask(policy, { ...count, metrics: [{ aggregate: 'p95', of: 'properties.ms' }] })).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      status: 408,
    });
  });

  test('its statements share one deadline', async () => {
    const slow: Pick<Warehouse, 'ask'> = {
      ask: (statement, options) => {
        nowMs += 6_000;
        return counting.ask(statement, options);
      },
    };
    const engine = engineWith({ warehouse: slow });
    const grouped: QueryInput = {
      kind: 'breakdown',
      by: ['user'],
      metrics: [{ aggregate: 'unique', of: 'name' }],
      limit: 1,
      range: { last: '7d' },
      compare: 'previous',
    };
    await expect(engine.ask(policy, grouped)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  });

  test('one that reads or returns too much is refused', async () => {
    await expect(
      engineWith({ limits: { rowsToRead: 1 } }).ask(policy, { ...count, where: [{ field: 'user', exists: true }] }),
    ).rejects.toMatchObject({ code: 'QUERY_OVER_BUDGET', status: 422 });
    await expect(
      engineWith({ limits: { resultRows: 10 } }).ask(policy, { kind: 'trend', grain: 'day', by: ['user'], range: { last: '7d' } }),
    ).rejects.toMatchObject({ code: 'QUERY_OVER_BUDGET' });
  });

  test('a caller who leaves is told so, and the statement is aborted', async () => {
    let aborted = false;
    const hanging: Pick<Warehouse, 'ask'> = {
      ask: (_, options) =>
        new Promise((_resolve, reject) =>
          options?.signal?.addEventListener('abort', () => reject(new Error(`aborted ${(aborted = true)}`))),
        ),
    };
    const controller = new AbortController();
    const answer = engineWith({ warehouse: hanging }).ask(policy, count, { signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'QUERY_CANCELLED', status: 408 });
    expect(aborted).toBe(true);
  });
});

describe('policy', () => {
  test('the row filter holds in every kind, whatever the query says', async () => {
    const rome: Policy = { ...policy, name: 'rome', rules: { events: { rows: [{ field: 'properties.city', is: ['Rome'] }], masks: [] } } };
    const engine = engineWith();
    const escape = [
      {
        any: [
          { field: 'name', exists: true },
          { field: 'properties.city', exists: true },
        ],
      },
    ];
    const range = { last: '7d' };
    expect((await engine.ask(rome, { kind: 'total', range, where: escape })).rows).toEqual([[1]]);
    expect((await engine.ask(rome, { kind: 'breakdown', by: ['user'], range, where: escape })).rows).toEqual([['u0', 1]]);
    expect(
      (
        await engine.ask(rome, {
          kind: 'breakdown',
          by: ['user'],
          range,
          limit: 1,
          compare: 'previous',
          metrics: [{ aggregate: 'unique', of: 'user' }],
        })
      ).totals,
    ).toEqual([null, 1]);
    expect((await engine.ask(rome, { kind: 'table', columns: ['user'], range, where: escape })).rows).toEqual([['u0']]);
    const trend = await engine.ask(rome, { kind: 'trend', grain: 'day', by: ['user'], range });
    expect(new Set(trend.rows.map((row) => row[1]))).toEqual(new Set(['u0']));
  });
});

describe('lineage', () => {
  test('says how the answer came to be', async () => {
    const { lineage } = await engineWith().ask(policy, {
      kind: 'trend',
      range: { last: '7d' },
      timezone: 'Europe/Berlin',
      approximate: true,
      metrics: [{ aggregate: 'unique', of: 'user' }],
    });
    expect(lineage).toMatchObject({
      queryId: 'question-1',
      watermark: new Date(now - 1000).toISOString(),
      cache: 'miss',
      policy: 'workspace',
      grain: 'day',
      range: { from: '2024-04-25T22:00:00.000Z', to: '2024-05-02T22:00:00.000Z', timezone: 'Europe/Berlin' },
      approximate: { errorBound: 0.01 },
    });
    expect(lineage.rowsRead).toBeGreaterThan(0);
  });

  test('shows SQL with the values in their places, that gives the same when it is run by hand', async () => {
    const result = await engineWith().ask(policy, { ...count, where: [{ field: 'properties.city', is: ["O'Slo\\`"] }] });
    expect(result.rows).toEqual([[2]]);
    expect(result.lineage.sql).toContain("['O\\'Slo\\\\`']");
    const byHand = await opened.warehouse.ask({ kind: 'statement', text: result.lineage.sql, params: {} });
    expect(byHand.rows).toEqual([[2]]);
  });
});

describe('questions out of proportion', () => {
  test.each([
    [
      'nested endlessly',
      { kind: 'total', where: [Array.from({ length: 5000 }).reduce<object>((inner) => ({ not: inner }), { field: 'name', exists: true })] },
      'QUERY_INVALID',
    ],
    [
      'with thousands of conditions',
      {
        kind: 'total',
        where: Array.from({ length: 10 }, () => ({ any: Array.from({ length: 100 }, () => ({ field: 'name', exists: true })) })),
      },
      'QUERY_INVALID',
    ],
    [
      'with megabytes of values',
      { kind: 'total', where: [{ field: 'name', is: Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(4000, 'x')) }] },
      'QUERY_OVER_BUDGET',
    ],
  ])('%s are refused', async (_, query, code) => {
    await expect(engineWith().ask(policy, query)).rejects.toMatchObject({ code });
    expect(statements).toBe(0);
  });

  test('with more groups than are asked for at once are answered', async () => {
    const events = Array.from({ length: 31_000 }, (_, i) => eventAt(now - 1000, 'a', { user: `u${Math.max(1, i)}` }));
    await insertEvents(opened.warehouse, 'crowd', events);
    const query: QueryInput = { kind: 'trend', grain: 'day', by: ['user'], limit: 1, range: { last: '1d' } };
    const { rows, totals } = await engineWith().ask({ ...policy, workspaceId: 'crowd' }, query);
    expect(rows.map((row) => row.slice(1))).toEqual([
      ['u1', 2],
      [{ others: true }, 30_998],
    ]);
    expect([totals[2], statements]).toEqual([31_000, 3]);
  });

  test('with more groups than a list should have are answered', async () => {
    const events = Array.from({ length: 3000 }, (_, i) =>
      eventAt(now - 1000 - i, 'a', { user: `a user with a long name, number ${String(i).padStart(5, '0')}` }),
    );
    await insertEvents(opened.warehouse, 'many', events);
    const query: QueryInput = {
      kind: 'breakdown',
      by: ['user'],
      limit: 2500,
      range: { last: '1d' },
      metrics: [{ aggregate: 'unique', of: 'user' }],
    };
    const { rows, totals } = await engineWith().ask({ ...policy, workspaceId: 'many' }, query);
    expect([rows.length, rows.at(-1), totals]).toEqual([2501, [{ others: true }, 500], [null, 3000]]);
  });
});

test('nothing from outside becomes SQL text', async () => {
  const evil = "x') OR 1=1 --`\\'\"; DROP TABLE events {p0:String} {x:String} /*";
  const texts: string[] = [];
  const watching: Pick<Warehouse, 'ask'> = {
    ask: (statement, options) => {
      texts.push(statement.text);
      return opened.warehouse.ask(statement, options);
    },
  };
  const engine = engineWith({ warehouse: watching });
  const range = { last: '7d' };
  const where = [
    { field: 'properties.city', is: [evil] },
    { field: 'user', contains: evil },
    { field: 'name', startsWith: evil },
    { field: 'session', gt: evil },
  ];
  const metrics: QueryInput['metrics'] = [{ aggregate: 'count', as: evil, where: [{ field: `properties.${evil}`, is: [evil] }] }];
  await engine.ask(policy, { kind: 'total', range, where, metrics });
  await engine.ask(policy, { kind: 'breakdown', by: [`properties.${evil}`], range, metrics, limit: 1, compare: 'previous' });
  await engine.ask(policy, { kind: 'trend', by: [`properties.${evil}`], range, metrics, order: { by: evil } });
  await engine.ask(policy, { kind: 'table', columns: [`properties.${evil}`], range, order: { by: `properties.${evil}` } });
  const quotedName = /`(?:[^`\\]|\\.)*`/g;
  for (const text of texts) expect(text.replaceAll(quotedName, '')).not.toContain('DROP');
  expect((await engine.ask(policy, count)).rows).toEqual([[3]]);
});
