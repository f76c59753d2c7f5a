/** One question per kind and feature, with its SQL and its result written down: a change of either shows in the diff. */
import { afterAll, beforeAll, test, expect } from 'vitest';
import { createQueryEngine } from '../../src/server/query/engine.ts';
import type { Mask } from '../../src/shared/model/policy.ts';
import type { Condition, QueryInput } from '../../src/shared/model/query.ts';
import { eventAt, insertEvents } from '../fixtures/event-rows.ts';
import { maskSalt, policyFor } from '../fixtures/views.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';

const range = { from: '2024-03-30', to: '2024-04-02' };
const berlin = { timezone: 'Europe/Berlin', range };

const questions: Record<string, QueryInput> = {
  total: { kind: 'total', ...berlin, metrics: [{ aggregate: 'count' }, { aggregate: 'unique', of: 'user', as: 'people' }, { aggregate: 'avg', of: 'properties.amount' }], compare: 'previous' },
  'total-approximate': { kind: 'total', ...berlin, approximate: true, metrics: [{ aggregate: 'unique', of: 'user' }, { aggregate: 'p95', of: 'properties.amount' }] },
  'trend-hour': { kind: 'trend', grain: 'hour', timezone: 'Europe/Berlin', range: { from: '2024-03-31T00:00', to: '2024-03-31T05:00' } },
  'trend-day-clock-change': { kind: 'trend', grain: 'day', ...berlin, metrics: [{ aggregate: 'p95', of: 'properties.amount' }, { aggregate: 'sum', of: 'properties.amount' }] },
  'trend-by-with-others': { kind: 'trend', grain: 'day', ...berlin, by: ['properties.city'], limit: 1, metrics: [{ aggregate: 'unique', of: 'user' }], compare: 'previousWeek' },
  breakdown: { kind: 'breakdown', ...berlin, by: ['properties.city'] },
  'breakdown-two-keys-with-others': { kind: 'breakdown', ...berlin, by: ['properties.city', 'time.weekday'], limit: 2, metrics: [{ aggregate: 'max', of: 'properties.amount' }], order: { by: 'properties.city' } },
  'breakdown-clock-over-a-change': { kind: 'breakdown', ...berlin, by: ['time.hour'], order: { by: 'time.hour' } },
  table: { kind: 'table', ...berlin, limit: 2, columns: ['time', 'user', 'properties.city', 'properties.amount'] },
  'table-by-field': { kind: 'table', ...berlin, limit: 2, columns: ['user', 'properties.amount'], order: { by: 'properties.amount', desc: true } },
  conditions: {
    kind: 'total',
    ...berlin,
    where: [
      { field: 'name', is: ['buy', null] },
      { any: [{ field: 'properties.city', contains: 'r' }, { field: 'properties.amount', gte: 10, lt: 100 }, { not: { field: 'properties.gift', exists: true } }] },
      { field: 'properties.gift', isNot: [true, 'yes', 1, null] },
      { field: 'user', startsWith: 'a', matches: 'n+$' },
      { field: 'time.hour', gt: 8 },
      { field: 'received', gte: '2024-03-30' },
    ],
  },
};

const rows: Condition[] = [{ field: 'properties.city', is: ['Rome', 'Oslo'] }, { not: { field: 'user', is: ['eve'] } }];

/** Questions of somebody who sees a part of the rows, and some columns only behind a mask. */
const limited: Record<string, { query: QueryInput; masks: Mask[] }> = {
  'limited-total': {
    query: { kind: 'total', ...berlin, metrics: [{ aggregate: 'count' }, { aggregate: 'unique', of: 'user' }, { aggregate: 'p90', of: 'properties.amount' }], where: [{ field: 'user', startsWith: 'a' }] },
    masks: [{ field: 'user', as: 'hash' }, { field: 'properties.amount', as: 'bucket', step: 10 }],
  },
  'limited-trend': {
    query: { kind: 'trend', grain: 'day', ...berlin, by: ['properties.city'], metrics: [{ aggregate: 'sum', of: 'properties.amount' }] },
    masks: [{ field: 'properties', as: 'hide' }],
  },
  'limited-breakdown': {
    query: { kind: 'breakdown', ...berlin, by: ['user', 'properties.city'], where: [{ field: 'properties.city', is: ['Rome', null] }] },
    masks: [{ field: 'user', as: 'last4' }, { field: 'properties.city', as: 'hash' }],
  },
  'limited-table': {
    query: { kind: 'table', ...berlin, limit: 2, columns: ['time', 'name', 'user', 'received', 'properties.amount', 'properties'], order: { by: 'properties.amount', desc: true } },
    masks: [{ field: 'user', as: 'hash' }, { field: 'received', as: 'hide' }, { field: 'properties.amount', as: 'last4' }],
  },
  'limited-person': { query: { kind: 'breakdown', ...berlin, by: ['person'] }, masks: [] },
};

let opened: TestWarehouse;
beforeAll(async () => {
  opened = await openTestWarehouse();
  await insertEvents(opened.warehouse, 'golden', [
    eventAt('2024-03-30T09:00Z', 'buy', { id: '1', user: 'ann', properties: { city: 'Rome', amount: 10, gift: false } }),
    eventAt('2024-03-31T00:30Z', 'buy', { id: '2', user: 'bob', properties: { city: 'Rome', amount: 20 } }),
    eventAt('2024-03-31T01:30Z', 'buy', { id: '3', user: 'ann', properties: { city: 'Oslo', amount: 30 } }),
    eventAt('2024-03-31T22:30Z', 'view', { id: '4', user: 'eve', properties: { city: 5 } }),
    eventAt('2024-04-01T12:00Z', 'view', { id: '5', anonymous: 'device', properties: {} }),
    eventAt('2024-03-24T12:00Z', 'view', { id: '6', user: 'bob', properties: { city: 'Rome', amount: 1.5 } }),
  ]);
});
afterAll(() => opened.close());

const rowText = (row: readonly unknown[]): string => row.map((cell) => JSON.stringify(cell)).join(' | ');

const cases = [
  ...Object.entries(questions).map(([name, query]) => ({ name, query, rule: null })),
  ...Object.entries(limited).map(([name, { query, masks }]) => ({ name, query, rule: { rows, masks } })),
];

test.each(cases)('$name', async ({ name, query, rule }) => {
  const engine = createQueryEngine({ warehouse: opened.warehouse, clock: { now: () => Date.parse('2024-04-01T12:00Z') }, newId: () => 'id', maskSalt });
  const { columns, rows, totals, comparison, lineage } = await engine.ask(policyFor('golden', rule?.rows, rule?.masks), query);
  const text = [
    `-- ${JSON.stringify(query)}`,
    ...(rule === null ? [] : [`-- under ${JSON.stringify(rule)}`]),
    '',
    `${lineage.sql};`,
    '',
    `-- ${columns.map((column) => `${column.name} (${column.type})`).join(' | ')}`,
    ...rows.map((row) => `-- ${rowText(row)}`),
    `-- totals: ${rowText(totals)}`,
    ...(comparison === undefined ? [] : [`-- compared with ${comparison.range.from} to ${comparison.range.to}`, ...comparison.rows.map((row) => `-- ${rowText(row)}`), `-- totals: ${rowText(comparison.totals)}`]),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(`${name}.sql`);
});
