/** The rate limiter against a reference, and within its memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

describe('a rate limiter', () => {
  test('allows a minute at once, then one after the other', () => {
    const limiter = new RateLimiter();
    const verdicts = Array.from({ length: 5 }, () => limiter.take('a', 3, 1_000));
    expect(verdicts.map((verdict) => verdict.isAllowed)).toEqual([true, true, true, false, false]);
    expect(verdicts.map((verdict) => verdict.remaining)).toEqual([2, 1, 0, 0, 0]);
    expect(verdicts[2]).toMatchObject({ resetSeconds: 60, retryAfterSeconds: 0 });
    expect(verdicts[3]).toMatchObject({ resetSeconds: 60, retryAfterSeconds: 20 });
    expect(limiter.take('a', 3, 20_999).isAllowed).toBe(false);
    expect(limiter.take('a', 3, 21_000).isAllowed).toBe(true);
    expect(limiter.take('a', 3, 21_000).isAllowed).toBe(false);
    expect(limiter.take('b', 3, 21_000).isAllowed).toBe(true);
    expect(limiter.look('a', 3, 3_600_000)).toMatchObject({ isAllowed: true, remaining: 3, resetSeconds: 0 });
  });

  test('looking counts nothing and says what a try would come to', () => {
    const limiter = new RateLimiter();
    for (let i = 0; i < 10; i++) expect(limiter.look('a', 1, 0).isAllowed).toBe(true);
    limiter.take('a', 1, 0);
    expect(limiter.look('a', 1, 0)).toMatchObject({ isAllowed: false, retryAfterSeconds: 60 });
  });

  test('whoever waits as long as they are told is let in, and never more than the minute and what came back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 10_000 })),
        fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 }),
        (perMinute, waitsMs) => {
          const limiter = new RateLimiter();
          let nowMs = 1_700_000_000_000;
          const startMs = nowMs;
          let allowed = 0;
          for (const waitMs of waitsMs) {
            nowMs += waitMs;
            const looked = limiter.look('a', perMinute, nowMs);
            const taken = limiter.take('a', perMinute, nowMs);
            expect(taken.isAllowed).toBe(looked.isAllowed);
            nowMs += taken.retryAfterSeconds * 1_000;
            expect(taken.isAllowed || limiter.take('a', perMinute, nowMs).isAllowed).toBe(true);
            allowed++;
            expect(allowed).toBeLessThanOrEqual(perMinute + ((nowMs - startMs) * perMinute) / 60_000 + 1e-3);
          }
        },
      ),
    );
  });

  test('remembers no more keys than it may, and the latest of them', () => {
    const limiter = new RateLimiter(1_000);
    for (let i = 0; i < 100_000; i++) limiter.take(`k${i}`, 1, 0);
    expect(limiter.size).toBeLessThanOrEqual(1_000);
    expect(limiter.look('k99999', 1, 0).isAllowed).toBe(false);
    expect(limiter.look('k99600', 1, 0).isAllowed).toBe(false);
    expect(limiter.look('k1', 1, 0).isAllowed).toBe(true);
  });

  test('a key in use is not forgotten, however many others come', () => {
    const limiter = new RateLimiter(1_000);
    limiter.take('mine', 2, 0);
    limiter.take('mine', 2, 0);
    for (let round = 0; round < 25; round++) {
      for (let i = 0; i < 400; i++) limiter.take(`k${round}-${i}`, 1, 0);
      expect(limiter.take('mine', 2, 0).isAllowed).toBe(false);
    }
  });
});
