/** Tests of the cache of answers. */
import { expect, test } from 'vitest';
import { VersionedCache } from './cache.ts';

test('a value is good for the version that it was made from, and no other', () => {
  const cache = new VersionedCache<string>(1000);
  cache.set('a', '1', 'x', 10);
  expect(cache.get('a', '1')).toBe('x');
  expect(cache.get('a', '2')).toBeUndefined();
  expect(cache.peek('a')).toBe('x');
  cache.set('a', '2', 'y', 10);
  expect(cache.get('a', '1')).toBeUndefined();
  expect(cache.statistics()).toMatchObject({ entries: 1, sizeBytes: 10, hits: 1, misses: 2 });
});

test('what was used longest ago goes first when the room is short', () => {
  const cache = new VersionedCache<number>(100);
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, '', 1, 25);
  cache.get('a', '');
  cache.set('e', '', 1, 25);
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => cache.peek(key) !== undefined)).toEqual([true, false, true, true, true]);
  expect(cache.statistics()).toMatchObject({ entries: 4, sizeBytes: 100, evictions: 1 });
});

test('a value that would push out most others is not kept', () => {
  const cache = new VersionedCache<number>(100);
  cache.set('a', '', 1, 20);
  cache.set('b', '', 1, 26);
  cache.set('a', '2', 1, 90);
  expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, undefined]);
  expect(cache.statistics().sizeBytes).toBe(0);
});

test('it can be emptied', () => {
  const cache = new VersionedCache<number>(100);
  cache.set('a', '', 1, 20);
  cache.clear();
  expect(cache.statistics()).toMatchObject({ entries: 0, sizeBytes: 0 });
});
