/** Budgets are kept however many share them, and nobody waits longer than needed for them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SharedTime, TokenBucket, Turnstile } from './pace.ts';

describe('time that is shared', () => {
  test('is never used up beyond the share', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 50 }), (costs) => {
        const shared = new SharedTime(0.4);
        const members = costs.map((costMs) => ({ costMs }));
        for (const member of members) shared.report(member, member.costMs);
        const used = members.reduce((sum, member) => sum + member.costMs / shared.gapMs(member), 0);
        expect(used).toBeCloseTo(0.4, 6);
      }),
    );
  });

  test('lets a cheap member run often beside a dear one', () => {
    const shared = new SharedTime(0.5);
    const [cheap, dear] = [{}, {}];
    shared.report(cheap, 0.1);
    shared.report(dear, 100);
    expect(shared.gapMs(cheap)).toBeLessThan(10);
    expect(shared.gapMs(dear)).toBeLessThan(220);
  });

  test('is free again when a member has gone', () => {
    const shared = new SharedTime(1);
    const [stays, goes] = [{}, {}];
    shared.report(stays, 9);
    shared.report(goes, 100);
    shared.remove(goes);
    expect(shared.gapMs(stays)).toBeCloseTo(9);
    expect(shared.gapMs(goes)).toBe(0);
  });
});

describe('a turnstile', () => {
  test('lets so many in at once, in order, and nobody who has given up', async () => {
    const turnstile = new Turnstile(2);
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const pass = (name: string, isWanted = true) =>
      turnstile.pass(
        () => isWanted,
        async () => {
          log.push(name);
          await new Promise<void>((resolve) => ends.push(resolve));
          return name;
        },
      );
    const answers = Promise.all([pass('a'), pass('b'), pass('c', false), pass('d')]);
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    ends[0]?.();
    while (log.length < 3) await Promise.resolve();
    ends[1]?.();
    ends[2]?.();
    expect(await answers).toEqual(['a', 'b', null, 'd']);
  });

  test('opens again after a failure', async () => {
    const turnstile = new Turnstile(1);
    const yes = () => true;
    await expect(turnstile.pass(yes, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turnstile.pass(yes, () => Promise.resolve(1))).toBe(1);
  });
});

test('a token bucket allows a burst, then a steady rate', () => {
  const bucket = new TokenBucket(10, 5, 0);
  const taken = (nowMs: number) => Array.from({ length: 20 }, () => bucket.take(nowMs)).filter(Boolean).length;
  expect([taken(0), taken(0), taken(200), taken(10_000), taken(9_000)]).toEqual([5, 0, 2, 5, 0]);
});
