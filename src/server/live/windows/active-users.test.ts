/** Distinct users: exact up to the bound, close beyond it, exact again after a peak. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActiveUsers } from './active-users.ts';

const startSecond = 1_777_000_000;

describe('active users', () => {
  test('agree with a set of everybody seen in the last 30 minutes', () => {
    const steps = fc.array(
      fc.record({
        user: fc.integer({ min: 0, max: 60 }),
        lateSeconds: fc.integer({ min: 0, max: 300 }),
        wait: fc.integer({ min: 0, max: 400 }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        let now = startSecond;
        const users = new ActiveUsers(now);
        const seen: { user: number; second: number }[] = [];
        for (const { user, lateSeconds, wait } of sequence) {
          users.see(`user-${user}`, now - lateSeconds);
          seen.push({ user, second: now - lateSeconds });
          now += wait;
          users.advance(now);
          const expected = new Set(seen.filter(({ second }) => second > now - 1_800).map((s) => s.user)).size;
          expect(users.count()).toEqual({ users: expected, errorRatio: 0 });
        }
      }),
    );
  });

  test('200,000 users are counted exactly', () => {
    const users = new ActiveUsers(startSecond);
    for (let i = 0; i < 400_000; i++) users.see(`3f2504e0-4f89-11d3-9a0c-${i % 200_000}`, startSecond);
    expect(users.count()).toEqual({ users: 200_000, errorRatio: 0 });
  });

  test('beyond the bound the count is an estimate and says so', () => {
    const users = new ActiveUsers(startSecond, 20_000);
    for (let i = 0; i < 1_000_000; i++) users.see(`user-${i}`, startSecond - (i % 3));
    const { users: estimate, errorRatio } = users.count();
    expect(errorRatio).toBeGreaterThan(0.005);
    expect(errorRatio).toBeLessThan(0.015);
    expect(Math.abs(estimate / 1_000_000 - 1)).toBeLessThan(4 * errorRatio);
  });

  test('after a peak the count becomes exact again', () => {
    let now = startSecond;
    const users = new ActiveUsers(now, 1_000);
    for (let i = 0; i < 50_000; i++) users.see(`peak-${i}`, now);
    expect(users.count().errorRatio).toBeGreaterThan(0);
    for (let minute = 0; minute < 240; minute++) {
      now += 60;
      users.advance(now);
      for (let i = 0; i < 10; i++) users.see(`calm-${(minute * 10 + i) % 200}`, now);
    }
    expect(users.count()).toEqual({ users: 200, errorRatio: 0 });
  });
});
