/** Decides the shape of a sparkline: a trend small enough to stand beside a number, in a box of 100 by 100. */

/** Paths in a box of 100 by 100, y down. */
export interface Sparkline {
  /** closed buckets */
  line: string;
  /** from the last closed bucket to the one that is still filling; '' if none is */
  tail: string;
  area: string;
  /** the comparison; '' without one */
  before: string;
  /** the newest point; null without values */
  last: { x: number; y: number } | null;
}

/** What is drawn. */
export interface SparklineInput {
  values: readonly (number | null)[];
  before?: readonly (number | null)[] | null;
  /** null: all buckets are closed */
  fillingIndex: number | null;
}

interface Scale {
  x: (at: number) => number;
  y: (value: number) => number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** A path through the values from `from` to `to`, broken where one is missing; a value alone becomes a dash. */
function path(values: readonly (number | null)[], scale: Scale, from = 0, to = values.length - 1): string {
  const parts: string[] = [];
  for (let at = from; at <= to; at++) {
    const value = values[at] ?? null;
    if (value === null) continue;
    const isStart = at === from || (values[at - 1] ?? null) === null;
    parts.push(`${isStart ? 'M' : 'L'}${round(scale.x(at))} ${round(scale.y(value))}`);
    const isAlone = isStart && (at === to || (values[at + 1] ?? null) === null);
    if (isAlone) parts.push('h0.01');
  }
  return parts.join('');
}

function scaleOf(values: readonly (number | null)[], before: readonly (number | null)[]): Scale {
  const known = [...values, ...before].filter((value) => value !== null);
  const high = Math.max(0, ...known);
  const low = Math.min(0, ...known);
  const span = high - low || 1;
  const steps = Math.max(1, values.length - 1);
  return { x: (at) => (at / steps) * 100, y: (value) => 96 - ((value - low) / span) * 92 };
}

/** The sparkline of `values`, from zero. */
export function prepareSparkline({ values, before, fillingIndex }: SparklineInput): Sparkline {
  const scale = scaleOf(values, before ?? []);
  const lastAt = values.findLastIndex((value) => value !== null);
  const closedTo = fillingIndex === null ? values.length - 1 : fillingIndex - 1;
  const lastValue = values[lastAt] ?? null;
  const line = path(values, scale, 0, closedTo);
  const isWhole = values.slice(0, closedTo + 1).every((value) => value !== null) && closedTo > 0;
  const floor = round(scale.y(0));
  return {
    line,
    tail: fillingIndex === null || fillingIndex < 1 ? '' : path(values, scale, fillingIndex - 1, fillingIndex),
    area: isWhole ? `${line}L${round(scale.x(closedTo))} ${floor}L0 ${floor}Z` : '',
    before: path(before ?? [], scale),
    last: lastValue === null ? null : { x: round(scale.x(lastAt)), y: round(scale.y(lastValue)) },
  };
}
