/** The properties that Home picks are those that a person would pick. */
import { expect, test } from 'vitest';
import { proposeGroups, proposeNumbers } from './propose.ts';
import type { PropertyFacts } from './propose.ts';

function property(name: string, type: PropertyFacts['type'], coverage: number, cardinality: number): PropertyFacts {
  return {
    field: `properties.${name}`,
    type,
    coverage,
    cardinality,
    min: 0,
    max: 9,
    events: [
      { name: 'purchase', coverage: 1 },
      { name: 'refund', coverage: 1 },
    ],
  };
}

const shop = [
  property('order_id', 'string', 0.3, 100_000),
  property('plan', 'string', 0.9, 4),
  property('country', 'string', 0.95, 38),
  property('constant', 'string', 1, 1),
  property('path', 'string', 1, 250),
  property('isTrial', 'boolean', 0.5, 2),
  property('rare', 'string', 0.001, 5),
  property('amount', 'number', 0.1, 900),
  property('zip', 'number', 0.9, 5000),
  property('duration_ms', 'number', 0.4, 3000),
  property('score', 'number', 0.5, 100),
  { ...property('level', 'number', 1, 1), min: 5, max: 5 },
  property('userId', 'number', 1, 90_000),
];

test('groups: what most events have and an eye can take in, never ids or constants', () => {
  expect(proposeGroups(shop, 10).map(({ field }) => field.slice(11))).toEqual(['plan', 'country', 'path', 'isTrial']);
});

test('while only a few events are known, one value is better than nothing', () => {
  const few = [property('plan', 'string', 1, 1), property('country', 'string', 1, 2)];
  expect(proposeGroups(few, 4).map(({ field }) => field.slice(11))).toEqual(['country']);
  expect(proposeGroups(few, 4, true).map(({ field }) => field.slice(11))).toEqual(['country', 'plan']);
});

test('groups say why they were picked', () => {
  expect(proposeGroups(shop, 1)[0]?.why).toBe('90 % of events have it, 4 values');
});

test('numbers: amounts are added up, durations are judged by their slow end, codes are left out', () => {
  expect(proposeNumbers(shop, 10).map(({ field, aggregate, unit, event }) => [field.slice(11), aggregate, unit, event])).toEqual([
    ['duration_ms', 'p95', 'ms', null],
    ['amount', 'sum', null, 'purchase'],
    ['score', 'sum', null, 'purchase'],
  ]);
});
