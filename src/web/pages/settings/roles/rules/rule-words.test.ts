/** Rules are told in words, whatever they are made of, and edited only where nothing is lost by it. */
import { expect, test } from 'vitest';
import type { Condition } from '../../../../../shared/model/query.ts';
import { conditionOf, conditionWords, filtersOf, maskExample, rulesWords } from './rule-words.ts';

test('conditions of any shape have words', () => {
  const condition: Condition = {
    any: [
      { field: 'properties.country', is: ['DE', 'AT'] },
      {
        not: {
          all: [
            { field: 'name', startsWith: 'x' },
            { field: 'user', exists: true },
          ],
        },
      },
    ],
  };
  expect(conditionWords(condition)).toBe('(country is DE or AT or not ((name starts with x and user is set)))');
});

test('a test of one field becomes filters and back without loss', () => {
  const condition: Condition = { field: 'properties.amount', gte: 10, lt: 20 };
  const filters = filtersOf(condition) ?? [];
  expect(Object.assign({}, ...filters.map(conditionOf))).toEqual(condition);
  expect(filtersOf({ field: 'user', exists: false })).toEqual([{ field: 'user', operator: 'missing', values: [] }]);
});

test('what is more than that is not taken apart', () => {
  expect(filtersOf({ any: [] })).toBeNull();
  expect(filtersOf({ field: 'user' })).toBeNull();
});

test('rules say what is left and what is covered', () => {
  const rules = {
    events: {
      rows: [{ field: 'properties.sellerId', is: ['{person.sellerId}'] }],
      masks: [
        { field: 'properties.email', as: 'hash' as const },
        { field: 'properties.amount', as: 'bucket' as const, step: 10 },
      ],
    },
    empty: { rows: [], masks: [] },
  };
  expect(rulesWords(rules)).toEqual([
    'events: only rows where sellerId is {person.sellerId}; email as a fingerprint; amount in steps of 10',
  ]);
  expect(maskExample('bucket', 500).after).toBe('1,000');
});
