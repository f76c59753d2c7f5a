/** Which bucket of a window a row lies in, as SQL that agrees with shared/time by construction. */
import { bind, sql, type Statement } from '../../sql/statement.ts';
import type { Window } from '../plan.ts';
import { epochMs } from './field-sql.ts';

/** A bucket expression, and the position in the window's buckets that its value means. */
export interface BucketKey {
  expression: Statement;
  indexOf: (value: number) => number;
}

/**
 * The bucket key of `window`. Buckets of equal width are found by division; where the clock changes or months differ, by
 * looking up the starts, which costs about twice as much.
 */
export function bucketKey({ starts, toMs }: Window): BucketKey {
  const first = starts[0] ?? 0;
  const widthMs = (starts[1] ?? toMs) - first;
  // the last bucket may be an hour longer than those before it
  if (toMs <= first + starts.length * widthMs && starts.every((start, i) => start === first + i * widthMs)) {
    return { expression: sql`intDiv(${epochMs('time')} - ${bind('Int64', first)}, ${bind('Int64', widthMs)})`, indexOf: (value) => value };
  }
  const indexByStart = new Map(starts.map((start, i) => [start, i]));
  return {
    expression: sql`roundDown(${epochMs('time')}, ${bind('Array(Int64)', starts)})`,
    indexOf: (value) => indexByStart.get(value) ?? -1,
  };
}
