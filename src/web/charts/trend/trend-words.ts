/** What a picture of numbers over time says in words: the sentence for those who cannot see it, and the reading at one point. */
import { formatChange, formatQuantity, formatShare } from '../../../shared/format/number.ts';
import type { Change } from '../../../shared/format/number.ts';
import { formatBucket } from '../../../shared/format/time.ts';
import type { SeriesColor } from '../series-color.ts';
import type { Trend, TrendSeries } from './trend.ts';

function sentenceOf(trend: Trend, series: TrendSeries): string {
  const known = series.values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  const last = known.at(-1);
  if (last === undefined) return `${series.label}: no values.`;
  const most = known.reduce((best, one) => (one.value > best.value ? one : best));
  const least = known.reduce((best, one) => (one.value < best.value ? one : best));
  const name = (at: number): string => formatBucket(trend.buckets[at] ?? '', trend.grain);
  const quantity = (value: number): string => formatQuantity(value, series.unit);
  const filling = last.at === trend.fillingIndex ? ', still filling' : '';
  return `${series.label}: last ${quantity(last.value)} (${name(last.at)}${filling}), highest ${quantity(most.value)} (${name(most.at)}), lowest ${quantity(least.value)} (${name(least.at)}).`;
}

/** The picture in sentences, at most three series of it. */
export function describeTrend(trend: Trend): string {
  const first = trend.buckets[0];
  const last = trend.buckets.at(-1);
  if (first === undefined || last === undefined || trend.series.length === 0) return 'Nothing to show.';
  const shape = { line: 'Lines', area: 'Areas', bar: 'Bars' }[trend.shape];
  const span = `${shape} by ${trend.grain} from ${formatBucket(first, trend.grain)} to ${formatBucket(last, trend.grain)}.`;
  const spoken = trend.series.slice(0, 3).map((series) => sentenceOf(trend, series));
  const more = trend.series.length + trend.notDrawn - spoken.length;
  return [span, ...spoken, ...(more > 0 ? [`${more} more in the table.`] : [])].join(' ');
}

/** One line of a reading. */
export interface ReadingLine {
  key: string;
  label: string;
  color: SeriesColor;
  value: string;
  /** of all lines; null where shares mean nothing */
  share: string | null;
  /** against the comparison; null without one */
  change: Change | null;
  before: string | null;
}

/** What stands at one bucket. */
export interface Reading {
  title: string;
  isFilling: boolean;
  lines: ReadingLine[];
}

/** The reading of the `shown` series at bucket `at`, the largest first. */
export function readTrend(trend: Trend, shown: readonly TrendSeries[], at: number): Reading {
  const valued = shown.map((series) => ({ series, value: series.values[at] ?? null, before: series.before?.[at] ?? null }));
  const whole = valued.reduce((sum, one) => sum + (one.value ?? 0), 0);
  const hasShares = trend.isStacked && whole > 0;
  valued.sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
  return {
    title: formatBucket(trend.buckets[at] ?? '', trend.grain),
    isFilling: at === trend.fillingIndex,
    lines: valued.map(({ series, value, before }) => ({
      key: series.key,
      label: series.label,
      color: series.color,
      value: formatQuantity(value, series.unit),
      share: hasShares && value !== null ? formatShare(value / whole) : null,
      change: series.before === null ? null : formatChange(value, before),
      before: series.before === null ? null : formatQuantity(before, series.unit),
    })),
  };
}

/** The reading as one sentence, for screen readers. */
export function speakReading(reading: Reading): string {
  const lines = reading.lines.map(
    (line) => `${line.label} ${line.value}${line.change === null ? '' : `, ${line.change.text} against ${line.before}`}`,
  );
  return `${reading.title}${reading.isFilling ? ', still filling' : ''}: ${lines.join('; ')}.`;
}
