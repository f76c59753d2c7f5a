/** The id window tells new ids from known ones, across tables, runs, merges, restarts and the window's end. */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/fixtures/until.ts';
import type { Log } from '../../ports/log.ts';
import type { IdWindow } from '../../ports/spool.ts';
import { type IdWindowOptions, openIdWindow } from './id-window.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-ids-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openWindow(folder: string, over: Partial<IdWindowOptions> = {}): Promise<IdWindow> {
  const window = await openIdWindow({ folder, clock: Date, random: randomBytes, log: quietLog, capacity: 100_000, ...over });
  closers.push(() => window.close());
  return window;
}

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `event-${from + i}`);

/** Takes ids as an entry that becomes durable at once. */
function takeDurably(window: IdWindow, ids: string[], workspaceId = 'w'): boolean[] {
  const { isNew, keys } = window.take(workspaceId, ids);
  window.settle(keys);
  return isNew;
}

const newCount = (isNew: boolean[]): number => isNew.filter(Boolean).length;

/** Takes many ids in calls of 100, no faster than they go to disk. */
async function takeMany(window: IdWindow, from: number, to: number): Promise<number> {
  let count = 0;
  for (let at = from; at < to; at += 100) {
    count += newCount(takeDurably(window, range(at, Math.min(at + 100, to))));
    await until(() => window.state().ids - window.state().idsOnDisk < 1_500, 'ids to go to disk');
  }
  return count;
}

describe('an id window', () => {
  it('takes an id once per workspace, and once in a call', async () => {
    const window = await openWindow(await temporaryFolder());
    expect(takeDurably(window, ['a', 'b', 'a'])).toEqual([true, true, false]);
    expect(takeDurably(window, ['b', 'c'])).toEqual([false, true]);
    expect(takeDurably(window, ['b', 'c'], 'v')).toEqual([true, true]);
    expect(window.state()).toMatchObject({ ids: 5, capacity: 100_000 });
  });

  it('never takes the empty id for known, and gives it no key', async () => {
    const window = await openWindow(await temporaryFolder());
    const { isNew, keys } = window.take('w', ['', 'a', '']);
    expect(isNew).toEqual([true, true, true]);
    expect(keys).toHaveLength(1);
  });

  it('tells ids apart by every character, whatever the alphabet', async () => {
    const window = await openWindow(await temporaryFolder());
    const ids = ['a', 'aa', 'aaa', 'aaaa', 'aaaaa', '\0', '\0\0', 'é', 'e\u0301', 'Ā', '\u0100\0', 'a\u0100', '日本', '日本\0', '😀'];
    expect(newCount(takeDurably(window, ids))).toBe(ids.length);
    expect(newCount(takeDurably(window, ids))).toBe(0);
  });

  it('takes a released id again', async () => {
    const window = await openWindow(await temporaryFolder());
    const { keys } = window.take('w', ['a', 'b']);
    expect(window.take('w', ['a']).isNew).toEqual([false]);
    window.release(keys);
    expect(takeDurably(window, ['a', 'b'])).toEqual([true, true]);
  });

  it('knows ids through tables, fresh runs, the middle run and the parts', async () => {
    const window = await openWindow(await temporaryFolder());
    expect(await takeMany(window, 0, 20_000)).toBe(20_000);
    await until(() => window.state().runs < 12, 'the merges');
    expect(await takeMany(window, 0, 20_000)).toBe(0);
    expect(window.state().ids).toBe(20_000);
  });

  it('keeps ids in flight out of the runs', async () => {
    const folder = await temporaryFolder();
    const window = await openWindow(folder);
    const { keys } = window.take('w', ['in flight']);
    for (let at = 0; at < 700; at += 100) takeDurably(window, range(at, at + 100));
    expect((await readdir(folder)).filter((name) => name.endsWith('.run'))).toEqual([]);
    window.release(keys);
    await until(async () => (await readdir(folder)).some((name) => name.endsWith('.run')), 'the first run');
    expect(takeDurably(window, ['in flight', 'event-0'])).toEqual([true, false]);
  });

  it('forgets at most what is older than its capacity', async () => {
    const window = await openWindow(await temporaryFolder(), { capacity: 10_000 });
    await takeMany(window, 0, 40_000);
    await until(() => window.state().runs < 20, 'the merges');
    const { ids } = window.state();
    expect(ids).toBeGreaterThanOrEqual(10_000);
    // what takeMany lets wait for the disk, two slots, three tables
    expect(ids).toBeLessThanOrEqual(10_000 + 1_500 + 2 * 200 + 3 * 256);
    expect(newCount(takeDurably(window, range(30_000, 40_000)))).toBe(0);
    expect(newCount(takeDurably(window, range(0, 1_000)))).toBe(1_000);
  });

  it('forgets what is older than its span, and deletes runs that hold nothing else', async () => {
    const hourMs = 3_600_000;
    let nowMs = 1_000 * hourMs;
    const folder = await temporaryFolder();
    const window = await openWindow(folder, { clock: { now: () => nowMs } });
    takeDurably(window, ['first']);
    nowMs += 12 * hourMs;
    takeDurably(window, ['second']);
    await until(() => window.state().idsOnDisk === 1, 'the first run');
    nowMs += 11.9 * hourMs;
    expect(takeDurably(window, ['first', 'second'])).toEqual([false, false]);
    nowMs += 0.3 * hourMs;
    expect(takeDurably(window, ['second', 'first'])).toEqual([false, true]);
    await until(() => window.state().idsOnDisk === 1 && window.state().ids === 2, 'the second run');
    nowMs += 100 * hourMs;
    expect(takeDurably(window, ['second', 'first'])).toEqual([true, true]);
    nowMs += hourMs;
    takeDurably(window, ['third']);
    await until(() => window.state().idsOnDisk === 2, 'the third run');
    await until(() => window.state().runs === 1, 'old runs to go');
    expect(window.state()).toMatchObject({ ids: 3, oldestMs: nowMs - hourMs });
  });
});

describe('an id window after a restart', () => {
  it('knows what was persisted, and what the spool tells it', async () => {
    const folder = await temporaryFolder();
    const first = await openWindow(folder);
    const committed = first.take('w', ['a', 'b']);
    const pending = first.take('w', ['c']);
    first.settle(committed.keys);
    first.settle(pending.keys);
    first.take('w', ['never durable']);
    await first.persist(committed.keys);
    await first.close();
    const second = await openWindow(folder);
    second.recover(pending.keys);
    expect(takeDurably(second, ['a', 'b', 'c', 'never durable'])).toEqual([false, false, false, true]);
  });

  it('keeps its seed, its runs and its slots', async () => {
    const folder = await temporaryFolder();
    const first = await openWindow(folder);
    await takeMany(first, 0, 20_000);
    await until(() => first.state().runs < 12, 'the merges');
    const { keys } = first.take('w', ['committed']);
    first.settle(keys);
    await first.persist(keys);
    await first.close();
    const second = await openWindow(folder);
    const known = second.state().ids;
    expect(known).toBeGreaterThan(18_000);
    expect(await takeMany(second, 0, 20_000)).toBe(20_001 - known);
    expect(takeDurably(second, ['committed'])).toEqual([false]);
  });

  it('is whole in a copy of its folder that was made while it was still', async () => {
    const folder = await temporaryFolder();
    const copy = await temporaryFolder();
    const first = await openWindow(folder);
    const taking = takeMany(first, 0, 6_000);
    await until(() => first.state().idsOnDisk > 1_000, 'the first runs');
    await first.whileStill(() => cp(folder, copy, { recursive: true }));
    await taking;
    const errors: string[] = [];
    const second = await openWindow(copy, { log: { ...quietLog, error: (_, message) => void errors.push(message) } });
    expect(errors).toEqual([]);
    expect(newCount(takeDurably(second, range(0, 1_000)))).toBe(0);
  });

  it('leaves out a damaged run, and removes files that belong to nothing', async () => {
    const folder = await temporaryFolder();
    const first = await openWindow(folder);
    await takeMany(first, 0, 400);
    await until(() => first.state().idsOnDisk > 0, 'the first run');
    await first.close();
    await writeFile(join(folder, '1.run'), 'not a run');
    await writeFile(join(folder, '77.run'), 'left by a crash');
    const errors: string[] = [];
    const second = await openWindow(folder, { log: { ...quietLog, error: (_, message) => void errors.push(message) } });
    expect(errors).toEqual([expect.stringContaining('cannot be read')]);
    expect(newCount(takeDurably(second, range(0, 10)))).toBe(10);
    expect((await readdir(folder)).includes('77.run')).toBe(false);
  });
});

describe('an id window against a plain set', () => {
  type Step =
    | { kind: 'entry'; from: number; count: number; fate: 'committed' | 'pending' | 'failed' }
    | { kind: 'restart' }
    | { kind: 'breathe' };
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('entry' as const),
        from: fc.nat(3_000),
        count: fc.integer({ min: 1, max: 400 }),
        fate: fc.constantFrom('committed' as const, 'committed' as const, 'pending' as const, 'failed' as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'breathe' as const }) },
  );

  it('answers the same, whatever happens in between', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
        const folder = await temporaryFolder();
        const known = new Set<string>();
        const pending: BigUint64Array[] = [];
        let window = await openWindow(folder);
        for (const one of steps) {
          if (one.kind === 'breathe') await new Promise((resolve) => setTimeout(resolve, 2));
          if (one.kind === 'restart') {
            await window.close();
            window = await openWindow(folder);
            for (const keys of pending) window.recover(keys);
          }
          if (one.kind !== 'entry') continue;
          const ids = range(one.from, one.from + one.count);
          const { isNew, keys } = window.take('w', ids);
          expect(isNew).toEqual(ids.map((id) => !known.has(id)));
          if (one.fate === 'failed') {
            window.release(keys);
            continue;
          }
          window.settle(keys);
          for (const id of ids) known.add(id);
          if (one.fate === 'committed') await window.persist(keys);
          else pending.push(keys);
        }
        await window.close();
      }),
      { numRuns: 15 },
    );
  });
});

describe('forgetting', () => {
  it('lets ids in memory be taken once more, also after a restart', async () => {
    const folder = await temporaryFolder();
    const window = await openWindow(folder);
    const { keys } = window.take('w', ['a', 'b']);
    window.settle(keys);
    await window.persist(keys);
    await window.forget('w', ['a', 'never seen', '']);
    await window.close();
    const again = await openWindow(folder);
    expect(takeDurably(again, ['a', 'b'])).toEqual([true, false]);
    expect(takeDurably(again, ['a', 'b'])).toEqual([false, false]);
  });

  it('lets ids on disk be taken once more, and keeps what became of them through restarts and runs', async () => {
    const folder = await temporaryFolder();
    let window = await openWindow(folder, { capacity: 4_000 });
    await takeMany(window, 0, 4_000);
    const known = newKnown(window, 3_000, 3_100);
    expect(known).toBe(100);
    await window.forget('w', range(3_000, 3_100));
    await window.close();
    window = await openWindow(folder, { capacity: 4_000 });
    const { isNew, keys } = window.take('w', range(3_000, 3_050));
    expect(newCount(isNew)).toBe(50);
    window.settle(keys);
    await window.persist(keys);
    await window.close();
    window = await openWindow(folder, { capacity: 4_000 });
    expect(newCount(takeDurably(window, range(3_000, 3_050)))).toBe(0);
    expect(newCount(takeDurably(window, range(3_050, 3_100)))).toBe(50);
  });

  it('a forgotten id whose new entry fails stays forgotten', async () => {
    const window = await openWindow(await temporaryFolder());
    takeDurably(window, ['a']);
    await window.forget('w', ['a']);
    window.release(window.take('w', ['a']).keys);
    expect(takeDurably(window, ['a'])).toEqual([true]);
  });

  it('remembers an id that a pending segment holds although it was forgotten before', async () => {
    const folder = await temporaryFolder();
    const window = await openWindow(folder);
    takeDurably(window, ['a']);
    await window.forget('w', ['a']);
    const { keys } = window.take('w', ['a']);
    window.settle(keys);
    const inSegment = keys.slice();
    await window.close();
    const again = await openWindow(folder);
    again.recover(inSegment);
    expect(takeDurably(again, ['a'])).toEqual([false]);
  });
});

/** How many of the ids are known, without taking the others. */
function newKnown(window: IdWindow, from: number, to: number): number {
  const { isNew, keys } = window.take('w', range(from, to));
  window.release(keys);
  return isNew.filter((each) => !each).length;
}
