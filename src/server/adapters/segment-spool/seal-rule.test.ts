/** When a segment is sealed. */
import { describe, expect, it } from 'vitest';
import { defaultSealRule as rule, sealDelayMs } from './seal-rule.ts';

describe('the seal rule', () => {
  it('seals a full segment at once, also while the committer is behind', () => {
    expect(sealDelayMs(rule, { rows: 20_000, sizeBytes: 1, ageMs: 0 }, true)).toBe(0);
    expect(sealDelayMs(rule, { rows: 1, sizeBytes: 8 * 1_048_576, ageMs: 0 }, false)).toBe(0);
  });

  it('seals a busy segment at 300 ms and a quiet one at 2 s', () => {
    expect(sealDelayMs(rule, { rows: 30, sizeBytes: 1, ageMs: 100 }, false)).toBe(200);
    expect(sealDelayMs(rule, { rows: 29, sizeBytes: 1, ageMs: 100 }, false)).toBe(1_900);
    expect(sealDelayMs(rule, { rows: 99, sizeBytes: 1, ageMs: 1_000 }, false)).toBe(1_000);
    expect(sealDelayMs(rule, { rows: 100, sizeBytes: 1, ageMs: 1_000 }, false)).toBe(0);
  });

  it('leaves age out while the committer is behind', () => {
    expect(sealDelayMs(rule, { rows: 19_999, sizeBytes: 1, ageMs: 60_000 }, true)).toBe(Infinity);
  });
});
