/** The picture as an ECharts option: plain JSON, the same for the same input, so that snapshots can judge it. */
import { formatQuantity } from '../../../shared/format/number.ts';
import type { Palette } from '../../ui/theme/tokens.ts';
import type { SeriesColor } from '../series-color.ts';
import { tickLabels } from './ticks.ts';
import type { Trend, TrendSeries } from './trend.ts';

/** Size of the picture. */
export interface PictureSize {
  widthPx: number;
  heightPx: number;
}

/** A part of an ECharts option. */
export type OptionPart = Record<string, unknown>;

/** The option; `margins` tells where the plot lies inside the picture. */
export interface TrendOption {
  margins: { left: number; right: number };
  option: { animation: boolean; textStyle: OptionPart; grid: OptionPart[]; xAxis: OptionPart[]; yAxis: OptionPart[]; series: OptionPart[] };
}

const labelPx = 78;
const characterPx = 7.2;
const paneGapPx = 20;
const axisPx = 26;
const topPx = 12;

/** The colour of a series in one theme. */
export function colorIn(palette: Palette, color: SeriesColor): string {
  return color === 'others' ? palette.others : (palette.series[color] ?? palette.others);
}

/** Extent and step of an axis with few, round ticks, no finer than `leastStep`; from zero, unless lines lie far away from it. */
export function niceScale(
  low: number,
  high: number,
  isFromZero: boolean,
  ticks: number,
  leastStep = 0,
): { min: number; max: number; interval: number } {
  const isFar = !isFromZero && low > 0 && high > low && (high - low) / high < 0.2;
  const from = isFar ? low : Math.min(0, low);
  const end = Math.max(isFar ? high : 0, high);
  const to = end === from ? from + (Math.abs(from) || 1) : end;
  const raw = Math.max((to - from) / ticks, leastStep);
  const power = 10 ** Math.floor(Math.log10(raw));
  const interval = ([1, 2, 2.5, 5, 10].find((step) => step * power >= raw * 0.999) ?? 10) * power;
  const min = Math.floor(from / interval + 1e-9) * interval;
  const max = Math.max(Math.ceil(to / interval - 1e-9) * interval, min + interval);
  const round = (value: number): number => Number(value.toPrecision(12));
  return { min: round(min), max: round(max), interval: round(interval) };
}

/** Smallest and largest value that the pane draws, stacked where it stacks. */
function extent(trend: Trend, shown: readonly TrendSeries[], pane: number): [low: number, high: number] {
  const here = shown.filter((series) => series.pane === pane);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < trend.buckets.length; at++) {
    const values = here.map((series) => series.values[at]).filter((value) => value !== null && value !== undefined);
    if (values.length > 0) {
      high = Math.max(high, trend.isStacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values));
      low = Math.min(low, ...values);
    }
    const before = here.length === 1 ? here[0]?.before?.[at] : null;
    if (before !== null && before !== undefined) [low, high] = [Math.min(low, before), Math.max(high, before)];
  }
  return low > high ? [0, 1] : [low, high];
}

/** Whether the pane draws nothing but whole numbers, whose axis then has whole steps. */
function isWhole(shown: readonly TrendSeries[], pane: number): boolean {
  return shown.every((series) => series.pane !== pane || series.values.every((value) => value === null || Number.isInteger(value)));
}

/** A point whose neighbours are missing has no segment, so it gets a dot. */
function withDots(values: readonly (number | null)[]): (number | null | OptionPart)[] {
  return values.map((value, at) => {
    const isAlone = value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
    return isAlone ? { value, symbol: 'circle', symbolSize: 6 } : value;
  });
}

function lastValue(series: TrendSeries): number | null {
  return series.values.findLast((value) => value !== null) ?? null;
}

/** How strongly an area is filled: closed and still filling. */
function areaOpacity(trend: Trend): { closed: number; filling: number } {
  return trend.isStacked ? { closed: 0.55, filling: 0.25 } : { closed: 0.1, filling: 0.04 };
}

/** Lines: what is closed solid, the bucket that is still filling dotted and pale. */
function lineSeries(trend: Trend, series: TrendSeries, color: string, endLabel: OptionPart): OptionPart[] {
  const filling = trend.fillingIndex;
  const hasTail = filling !== null && (series.values[filling] ?? null) !== null;
  const width = trend.isStacked ? 1 : 1.75;
  const part = (id: string, values: readonly (number | null)[], opacity: number): OptionPart => ({
    type: 'line',
    id,
    name: series.label,
    xAxisIndex: series.pane,
    yAxisIndex: series.pane,
    data: trend.isStacked ? values : withDots(values),
    showSymbol: true,
    showAllSymbol: true,
    symbol: 'none',
    silent: true,
    color,
    ...(trend.shape === 'area' ? { areaStyle: { color, opacity } } : {}),
  });
  const { closed, filling: pale } = areaOpacity(trend);
  const solid = series.values.map((value, at) => (at === filling ? null : value));
  const tail = series.values.map((value, at) => (filling !== null && (at === filling || at === filling - 1) ? value : null));
  const stack = (name: string): OptionPart => (trend.isStacked ? { stack: name } : {});
  const parts: OptionPart[] = [
    { ...part(series.key, solid, closed), ...stack('closed'), lineStyle: { width, color }, endLabel: hasTail ? { show: false } : endLabel },
  ];
  if (hasTail)
    parts.push({
      ...part(`${series.key} filling`, tail, pale),
      ...stack('filling'),
      lineStyle: { width, color, type: [2, 3], opacity: 0.75 },
      endLabel,
    });
  return parts;
}

function barSeries(trend: Trend, series: TrendSeries, color: string): OptionPart {
  const data = series.values.map((value, at) =>
    at === trend.fillingIndex ? { value, itemStyle: { opacity: 0.45, borderColor: color, borderType: 'dotted', borderWidth: 1 } } : value,
  );
  return {
    type: 'bar',
    id: series.key,
    name: series.label,
    xAxisIndex: series.pane,
    yAxisIndex: series.pane,
    data,
    silent: true,
    color,
    barCategoryGap: '24%',
    barMaxWidth: 36,
    ...(trend.isStacked ? { stack: 'all' } : {}),
  };
}

function comparisonSeries(series: TrendSeries, palette: Palette): OptionPart {
  return {
    type: 'line',
    id: `${series.key} before`,
    name: 'before',
    xAxisIndex: series.pane,
    yAxisIndex: series.pane,
    data: series.before,
    silent: true,
    symbol: 'none',
    lineStyle: { width: 1.25, color: palette.comparison },
    color: palette.comparison,
    z: 1,
  };
}

/** Room that a label at the end of a line needs. */
const endLabelPx = 15;

/** Which series have their last value written at their end: the largest first, and none over another. */
function labelledEnds(
  shown: readonly TrendSeries[],
  scales: readonly { min: number; max: number }[],
  paneHeight: number,
): ReadonlySet<string> {
  const taken: { pane: number; y: number }[] = [];
  const labelled = new Set<string>();
  const ends = shown.flatMap((series) => {
    const value = lastValue(series);
    const scale = scales[series.pane];
    if (value === null || scale === undefined) return [];
    return [{ series, y: ((value - scale.min) / (scale.max - scale.min)) * paneHeight }];
  });
  for (const { series, y } of ends.sort((a, b) => b.y - a.y)) {
    if (taken.some((one) => one.pane === series.pane && Math.abs(one.y - y) < endLabelPx)) continue;
    taken.push({ pane: series.pane, y });
    labelled.add(series.key);
  }
  return labelled;
}

/** The option of the series of `trend` that are `shown`. */
export function trendOption(
  trend: Trend,
  shown: readonly TrendSeries[],
  palette: Palette,
  { widthPx, heightPx }: PictureSize,
): TrendOption {
  const paneHeight = (heightPx - topPx - axisPx - paneGapPx * (trend.panes.length - 1)) / trend.panes.length;
  const ticks = Math.max(2, Math.min(5, Math.round(paneHeight / 44)));
  const scales = trend.panes.map((_, pane) =>
    niceScale(...extent(trend, shown, pane), trend.shape !== 'line', ticks, isWhole(shown, pane) ? 1 : 0),
  );
  const axisTexts = scales.flatMap((scale, pane) =>
    [scale.min, scale.max, scale.min + scale.interval].map((value) => formatQuantity(value, trend.panes[pane]?.unit ?? null)),
  );
  const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const left = Math.ceil(longest(axisTexts) * characterPx) + 14;
  const hasEndLabels = trend.shape !== 'bar' && !trend.isStacked;
  const lastKnown = Math.max(-1, ...shown.map((series) => series.values.findLastIndex((value) => value !== null)));
  const endTexts =
    hasEndLabels && lastKnown > trend.buckets.length * 0.85 ? shown.map((series) => formatQuantity(lastValue(series), series.unit)) : [];
  const right = Math.ceil(longest(endTexts) * characterPx) + 14;
  const labels = tickLabels(trend.buckets, trend.grain, Math.max(2, Math.floor((widthPx - left - right) / labelPx)));
  const isLast = (pane: number): boolean => pane === trend.panes.length - 1;
  const labelled = hasEndLabels ? labelledEnds(shown, scales, paneHeight) : new Set<string>();
  const endLabel = (series: TrendSeries): OptionPart => ({
    show: labelled.has(series.key),
    formatter: formatQuantity(lastValue(series), series.unit),
    color: palette.text,
    fontSize: 12,
    fontWeight: 600,
    distance: 6,
  });
  const isAlone = shown.length === 1;
  return {
    margins: { left, right },
    option: {
      animation: false,
      textStyle: { fontFamily: "'Inter Variable', system-ui, sans-serif" },
      grid: trend.panes.map((_, pane) => ({ left, right, top: topPx + pane * (paneHeight + paneGapPx), height: paneHeight })),
      xAxis: trend.panes.map((_, pane) => ({
        type: 'category',
        gridIndex: pane,
        data: labels,
        boundaryGap: trend.shape === 'bar',
        axisTick: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: palette.line } },
        axisLabel: { show: isLast(pane), interval: 0, hideOverlap: true, color: palette.quiet, fontSize: 12, margin: 9 },
      })),
      yAxis: scales.map((scale, pane) => ({
        type: 'value',
        gridIndex: pane,
        ...scale,
        axisLabel: { color: palette.quiet, fontSize: 12, margin: 8 },
        splitLine: { lineStyle: { color: palette.grid } },
      })),
      series: shown.flatMap((series) => {
        const color = colorIn(palette, series.color);
        const own = trend.shape === 'bar' ? [barSeries(trend, series, color)] : lineSeries(trend, series, color, endLabel(series));
        return isAlone && series.before !== null ? [comparisonSeries(series, palette), ...own] : own;
      }),
    },
  };
}
