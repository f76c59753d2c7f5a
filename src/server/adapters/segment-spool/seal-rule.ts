/** When the open segment is sealed: by size, or by age while the committer keeps up. */

/** Bounds of a segment. */
export interface SealRule {
  rows: number;
  sizeBytes: number;
  /** age at which a busy segment is sealed */
  busyMs: number;
  /** age at which any segment is sealed */
  quietMs: number;
  /** rows per second from which a segment counts as busy */
  busyRowsPerSecond: number;
}

/** Large enough for the engine to take rows cheaply, young enough for answers to be fresh. */
export const defaultSealRule: SealRule = { rows: 20_000, sizeBytes: 8 * 1_048_576, busyMs: 300, quietMs: 2_000, busyRowsPerSecond: 100 };

/**
 * In how many ms a segment with so many `rows`, `sizeBytes` and `ageMs` is to be sealed if nothing is added: 0 means now,
 * Infinity not before it is full. While the committer `isBehind`, age does not count: an outage must not make thousands
 * of tiny segments.
 */
export function sealDelayMs(rule: SealRule, open: { rows: number; sizeBytes: number; ageMs: number }, isBehind: boolean): number {
  if (open.rows >= rule.rows || open.sizeBytes >= rule.sizeBytes) return 0;
  if (isBehind) return Infinity;
  const isBusy = open.rows * 1_000 >= rule.busyRowsPerSecond * Math.max(open.ageMs, rule.busyMs);
  return Math.max(0, (isBusy ? rule.busyMs : rule.quietMs) - open.ageMs);
}
