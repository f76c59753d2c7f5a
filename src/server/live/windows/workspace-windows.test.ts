/** The windows agree with a plain model that keeps every event. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Countable } from './future.ts';
import { WorkspaceWindows } from './workspace-windows.ts';

const startMs = Date.UTC(2026, 4, 4, 12, 0, 0);

/** Every event that was let in, and the answer by filtering. */
class Model {
  readonly events: Countable[] = [];

  add(events: readonly Countable[], nowMs: number): void {
    this.events.push(...events.filter((event) => event.timeMs >= nowMs - 300_000));
  }

  read(nowMs: number) {
    const now = Math.floor(nowMs / 1000);
    const secondOf = (event: Countable) => Math.floor(event.timeMs / 1000);
    const within = (seconds: number) => this.events.filter((event) => secondOf(event) <= now && secondOf(event) > now - seconds);
    const minute = Math.floor(now / 60);
    const slotsWithin = (slots: number) =>
      this.events.filter(
        (e) => Math.floor(secondOf(e) / 5) <= Math.floor(now / 5) && Math.floor(secondOf(e) / 5) > Math.floor(now / 5) - slots,
      );
    const sum = (events: Countable[]) => events.reduce((total, event) => total + (event.properties['amount'] as number), 0);
    const names = [...new Set(within(3600).map((event) => event.name))];
    return {
      events: { m1: within(60).length, m5: within(300).length, m15: within(900).length, m60: within(3600).length },
      perMinute: Array.from({ length: 60 }, (_, i) => within(3600).filter((e) => Math.floor(secondOf(e) / 60) === minute - 59 + i).length),
      activeUsers: new Set(within(1800).map((event) => event.user || event.anonymous)).size,
      byName: names
        .map((name) => ({
          name,
          m1: within(60).filter((e) => e.name === name).length,
          m60: within(3600).filter((e) => e.name === name).length,
        }))
        .sort((a, b) => b.m60 - a.m60 || (a.name < b.name ? -1 : 1)),
      sums: Object.fromEntries(
        [...new Set(slotsWithin(720).map((e) => e.name))].map((name) => [
          name,
          [sum(slotsWithin(60).filter((e) => e.name === name)), sum(slotsWithin(720).filter((e) => e.name === name))],
        ]),
      ),
    };
  }
}

const event = (name: string, timeMs: number, user = 'u1', amount = 1): Countable => ({
  name,
  timeMs,
  user,
  anonymous: 'a',
  properties: { amount, plan: 'pro' },
});

const eventMove = fc.record({
  name: fc.constantFrom('view', 'click', 'buy'),
  /** mostly around now, at times late, near or far ahead */
  offsetMs: fc.oneof(
    fc.integer({ min: -20_000, max: 0 }),
    fc.integer({ min: -700_000, max: 300_000 }),
    fc.integer({ min: 0, max: 8_000_000 }),
  ),
  user: fc.constantFrom('', 'u1', 'u2', 'u3', 'u4'),
  amount: fc.integer({ min: 1, max: 9 }),
});
const moves = fc.array(
  fc.record({
    events: fc.array(eventMove, { maxLength: 12 }),
    waitMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 5_000_000 })),
  }),
  { maxLength: 14 },
);

describe('the windows of a workspace', () => {
  test('agree with a model that keeps every event', () => {
    fc.assert(
      fc.property(moves, (steps) => {
        const windows = new WorkspaceWindows(startMs);
        const model = new Model();
        let nowMs = startMs;
        for (const { events, waitMs } of steps) {
          const made = events.map(({ name, offsetMs, user, amount }) => event(name, nowMs + offsetMs, user, amount));
          windows.add(made, nowMs);
          model.add(made, nowMs);
          nowMs += waitMs;
          const { sums, ...read } = windows.read(nowMs);
          const { sums: expectedSums, ...expected } = model.read(nowMs);
          expect(read).toMatchObject(expected);
          expect(Object.fromEntries(sums.map((s) => [s.event, [s.m5, s.m60]]))).toEqual(expectedSums);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('an event six minutes late does not count, one four minutes late does', () => {
    const windows = new WorkspaceWindows(startMs);
    windows.add([event('late', startMs - 360_000), event('view', startMs - 240_000)], startMs);
    expect(windows.read(startMs)).toMatchObject({ events: { m1: 0, m5: 1 }, byName: [{ name: 'view', m60: 1 }] });
    expect(windows.ignored).toBe(1);
  });

  test('an event dated ahead counts when its time comes, even hours later', () => {
    const windows = new WorkspaceWindows(startMs);
    windows.add([event('soon', startMs + 90_000), event('far', startMs + 20 * 3_600_000)], startMs);
    expect(windows.read(startMs).events.m60).toBe(0);
    expect(windows.read(startMs + 90_000)).toMatchObject({ events: { m1: 1 }, activeUsers: 1 });
    expect(windows.read(startMs + 20 * 3_600_000 - 1_000).events.m60).toBe(0);
    expect(windows.read(startMs + 20 * 3_600_000).events).toMatchObject({ m1: 1, m60: 1 });
  });

  test('the past from the warehouse is added once, however often it is read again', () => {
    const windows = new WorkspaceWindows(startMs);
    const second = startMs / 1000 - 100;
    const history = {
      totals: [{ second, count: 7 }],
      names: [{ name: 'view', second, count: 7 }],
      sums: [{ name: 'view', property: 'amount', second, sum: 70 }],
      users: [{ user: 'u9', second }],
    };
    windows.add([event('view', startMs)], startMs);
    windows.install(history, startMs);
    windows.install({ ...history, totals: [{ second, count: 9 }], names: [{ name: 'view', second, count: 9 }] }, startMs + 1_000);
    expect(windows.read(startMs + 1_000)).toMatchObject({
      events: { m1: 1, m5: 10 },
      activeUsers: 2,
      byName: [{ name: 'view', m1: 1, m60: 10 }],
      sums: [{ event: 'view', property: 'amount', m5: 71, m60: 71 }],
    });
  });

  test('with more names than places the frequent ones are kept, and totals stay exact', () => {
    const windows = new WorkspaceWindows(startMs);
    const rare = Array.from({ length: 5_000 }, (_, i) => event(`rare-${i}`, startMs));
    windows.add(rare, startMs);
    for (let minute = 1; minute <= 5; minute++) {
      const nowMs = startMs + minute * 60_000;
      windows.add(
        Array.from({ length: 500 }, () => event('frequent', nowMs)),
        nowMs,
      );
    }
    const read = windows.read(startMs + 300_000);
    expect(read.byName[0]?.name).toBe('frequent');
    expect(read.byName).toHaveLength(20);
    expect(read.events.m60).toBe(7_500);
  });

  test('a million different properties do not fill the memory', () => {
    const windows = new WorkspaceWindows(startMs);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1_000; i++) {
      const properties = Object.fromEntries(Array.from({ length: 200 }, (_, j) => [`p${i}-${j}`, j]));
      windows.add([{ name: `n${i % 2_000}`, timeMs: startMs, user: '', anonymous: `a${i}`, properties }], startMs);
    }
    expect(windows.read(startMs).sums).toHaveLength(20);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(12_000_000);
  });
});
