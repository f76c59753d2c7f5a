/** The cache behind key and session checks: what it asks, when it forgets, and what it does without the catalog. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../shared/model/errors.ts';
import { versionedCache, watchVersion, type VersionedCache, type WatchedVersion } from './versioned-cache.ts';

let nowMs: number;
let stored: number;
let looks: number;
let loads: string[];
let outage: Error | null;
let version: WatchedVersion;
let cache: VersionedCache<string>;

const clock = { now: () => nowMs };
const get = (key: string): Promise<string> =>
  cache.get(key, async () => {
    loads.push(key);
    return `${key}@${stored}`;
  });

beforeEach(() => {
  nowMs = 1_000_000;
  stored = 0;
  looks = 0;
  loads = [];
  outage = null;
  version = watchVersion(async () => {
    looks++;
    if (outage !== null) throw outage;
    return stored;
  }, clock);
  cache = versionedCache(version, clock, { maxAgeMs: 60_000, capacity: 3 });
});

test('a value is loaded once, also when it is asked for ten times at once', async () => {
  expect(await Promise.all(Array.from({ length: 10 }, () => get('a')))).toEqual(Array.from({ length: 10 }, () => 'a@0'));
  await get('a');
  expect(loads).toEqual(['a']);
  expect(looks).toBe(1);
});

test('the version is looked at twice a second, and when it has risen everything is loaded anew', async () => {
  await get('a');
  stored = 1;
  nowMs += 499;
  expect(await get('a')).toBe('a@0');
  nowMs += 1;
  expect(await get('a')).toBe('a@1');
  expect(looks).toBe(2);
});

test('what this node changed is forgotten at once', async () => {
  await get('a');
  stored = 1;
  version.forget();
  expect(await get('a')).toBe('a@1');
});

test('a value that was being loaded while it changed is not kept', async () => {
  let finish: (value: string) => void = () => undefined;
  const early = cache.get('a', () => new Promise((resolve) => (finish = resolve)));
  await Promise.resolve();
  await Promise.resolve();
  await expect.poll(() => looks).toBe(1);
  stored = 1;
  version.forget();
  finish('read before the change');
  expect(await early).toBe('read before the change');
  expect(await get('a')).toBe('a@1');
});

test('beyond its capacity what was unused for longest goes, and values age', async () => {
  for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await get(key);
  expect(loads).toEqual(['a', 'b', 'c', 'd', 'b']);
  nowMs += 60_000;
  await get('a');
  expect(loads.at(-1)).toBe('a');
});

test('a failed load is not kept', async () => {
  await expect(cache.get('a', () => Promise.reject(new Error('once')))).rejects.toThrow('once');
  expect(await get('a')).toBe('a@0');
});

describe('while the catalog is away', () => {
  test('what is known is trusted for five minutes', async () => {
    cache = versionedCache(version, clock, { maxAgeMs: Infinity, capacity: 3 });
    await get('a');
    outage = new Problem('CATALOG_UNAVAILABLE', 'away');
    nowMs += 300_000;
    expect(await get('a')).toBe('a@0');
    nowMs += 1_000;
    await expect(get('a')).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    outage = null;
    expect(await get('a')).toBe('a@0');
  });

  test('nothing is known at the start', async () => {
    outage = new Problem('CATALOG_UNAVAILABLE', 'away');
    await expect(get('a')).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
  });
});
