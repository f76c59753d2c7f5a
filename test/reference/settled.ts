/** Compares numbers as sums allow it. */

/** `actual`, with numbers that differ from the expected ones only in their last digits, as sums do by the order of adding, made equal. */
export function settled(actual: unknown, expected: unknown): unknown {
  if (typeof actual === 'number' && typeof expected === 'number')
    return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? expected : actual;
  if (Array.isArray(actual) && Array.isArray(expected)) return actual.map((item, i) => settled(item, expected[i]));
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null) return actual;
  return Object.fromEntries(
    Object.entries(actual).map(([key, value]) => [key, settled(value, (expected as Record<string, unknown>)[key])]),
  );
}
