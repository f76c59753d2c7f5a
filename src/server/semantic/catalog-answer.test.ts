/** Tests of the answer that is made from what was discovered. */
import { expect, test } from 'vitest';
import type { Discovered } from '../warehouse/discover.ts';
import { catalogAnswer } from './catalog-answer.ts';

const startMs = Date.UTC(2024, 0, 1);

const discovered: Discovered = {
  uptoMs: startMs,
  events: [
    { name: 'often', count: 9_000, firstSeenMs: startMs, lastSeenMs: startMs + 5 },
    { name: 'rare', count: 1_000, firstSeenMs: startMs - 5, lastSeenMs: startMs },
  ],
  values: [
    // one in ninety was looked at, and every rare one
    { name: 'often', path: '', type: '', count: 100 },
    { name: 'rare', path: '', type: '', count: 1_000 },
    { name: 'often', path: 'price', type: 'Float64', count: 50 },
    { name: 'rare', path: 'price', type: 'String', count: 500 },
    { name: 'rare', path: 'list', type: 'Array(Nullable(String))', count: 1_000 },
    { name: 'rare', path: 'when', type: 'DateTime64(9)', count: 1 },
  ],
  paths: [
    { path: 'list', cardinality: 3, frequentValues: ['[]'], min: null, max: null },
    { path: 'price', cardinality: 7, frequentValues: ['5', 'n/a'], min: 1, max: 9 },
    { path: 'when', cardinality: 1, frequentValues: [], min: null, max: null },
    { path: 'forgotten', cardinality: 1, frequentValues: [], min: null, max: null },
  ],
};

test('a sampled event counts for as many as it stands for', () => {
  const price = catalogAnswer(discovered).properties.find(({ field }) => field === 'properties.price');
  expect(price).toMatchObject({ type: 'number', coverage: 0.5, cardinality: 7, min: 1, max: 9, samples: ['5', 'n/a'] });
  expect(price?.types).toEqual([
    { type: 'number', share: 0.9 },
    { type: 'string', share: 0.1 },
  ]);
  expect(price?.events).toEqual([
    { name: 'often', coverage: 0.5 },
    { name: 'rare', coverage: 0.5 },
  ]);
});

test('the most widespread property is first, and a path of which nothing is known is left out', () => {
  const { properties } = catalogAnswer(discovered);
  expect(properties.map(({ field, type }) => [field, type])).toEqual([
    ['properties.price', 'number'],
    ['properties.list', 'array'],
    ['properties.when', 'other'],
  ]);
});

test('the dataset spans all names', () => {
  expect(catalogAnswer(discovered).datasets[0]).toMatchObject({
    rows: 10_000,
    firstSeen: '2023-12-31T23:59:59.995Z',
    lastSeen: '2024-01-01T00:00:00.005Z',
  });
});
