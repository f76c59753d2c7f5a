/** Plan: which instants and buckets a resolved query covers, and what answering it may cost. */
import { Problem } from '../../shared/model/errors.ts';
import type { Grain } from '../../shared/model/query.ts';
import { bucketStarts } from '../../shared/time/bucket.ts';
import { comparisonRange } from '../../shared/time/comparison.ts';
import { chooseGrain, estimateBuckets } from '../../shared/time/grain.ts';
import { resolveRange } from '../../shared/time/range.ts';
import type { ResolvedQuery } from './resolve.ts';

/** A half-open stretch of time with the starts of its buckets (none where the kind has no buckets). */
export interface Window {
  fromMs: number;
  toMs: number;
  /** ascending; the first may lie before `fromMs` */
  starts: number[];
}

/** A question with its instants settled. */
export interface Plan {
  query: ResolvedQuery;
  main: Window;
  comparison: Window | null;
  grain: Grain | null;
  limits: QueryLimits;
}

/** Bounds of one question. */
export interface QueryLimits {
  timeoutMs: number;
  memoryBytes: number;
  rowsToRead: number;
  buckets: number;
  /** rows of a result, buckets x groups for a trend */
  resultRows: number;
}

/** What one question may cost unless the server is told otherwise. */
export const defaultLimits: QueryLimits = {
  timeoutMs: 10_000,
  memoryBytes: 1_500_000_000,
  rowsToRead: 2_000_000_000,
  buckets: 50_000,
  resultRows: 200_000,
};

/** The plan of `query` at the instant `nowMs`. @throws QUERY_INVALID, QUERY_OVER_BUDGET */
export function plan(query: ResolvedQuery, nowMs: number, limits: QueryLimits): Plan {
  const range = resolveRange(query.range, query.zone, nowMs);
  const grain = query.kind === 'trend' ? (query.grain ?? chooseGrain(range.fromMs, range.toMs)) : null;
  const compared = query.compare === null ? null : comparisonRange(query.zone, range, query.compare, grain);
  return {
    query,
    grain,
    limits,
    main: windowOf(query.zone, range, grain, limits),
    comparison: compared === null ? null : windowOf(query.zone, compared, grain, limits),
  };
}

function windowOf(zone: string, range: { fromMs: number; toMs: number }, grain: Grain | null, limits: QueryLimits): Window {
  const { fromMs, toMs } = range;
  if (grain === null) return { fromMs, toMs, starts: [] };
  const expected = estimateBuckets(grain, fromMs, toMs);
  if (expected > limits.buckets) {
    throw new Problem(
      'QUERY_OVER_BUDGET',
      `grain: "${grain}" would make about ${expected} buckets of this range, more than ${limits.buckets}. Use a coarser grain, such as "${chooseGrain(fromMs, toMs)}", or a shorter range.`,
    );
  }
  return { fromMs, toMs, starts: bucketStarts(zone, grain, fromMs, toMs) };
}
