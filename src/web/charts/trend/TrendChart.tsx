/** Draws numbers over time; point, touch or use the arrow keys to read it. */
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { formatQuantity } from '../../../shared/format/number.ts';
import { bucketAt, pointAt, usePointed } from '../crosshair.ts';
import { usePalette } from '../use-palette.ts';
import { Legend } from './Legend.tsx';
import { ReadingBox } from './ReadingBox.tsx';
import { trendOption } from './trend-option.ts';
import { describeTrend, readTrend, speakReading } from './trend-words.ts';
import type { Trend } from './trend.ts';
import classes from './TrendChart.module.css';
import { useSize, useSurface } from './use-surface.ts';

/** The picture named `label`, as high as its place. */
export function TrendChart({ trend, label }: { trend: Trend; label: string }): ReactNode {
  const picture = useRef<HTMLDivElement>(null);
  const palette = usePalette();
  const size = useSize(picture);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [own, setOwn] = useState<{ at: number; isByKey: boolean } | null>(null);
  const shown = useMemo(() => trend.series.filter((series) => !hidden.has(series.key)), [trend, hidden]);
  const drawn = useMemo(() => (size === null ? null : trendOption(trend, shown, palette, size)), [trend, shown, palette, size]);
  const axisText = useMemo(() => (value: number, pane: number) => formatQuantity(value, trend.panes[pane]?.unit ?? null), [trend]);
  useSurface(picture, drawn?.option ?? null, size, axisText);

  const elsewhere = usePointed();
  const at = own?.at ?? (elsewhere === null ? -1 : bucketAt(trend.startsMs, elsewhere));
  const point = (index: number, isByKey: boolean): void => {
    const to = Math.max(0, Math.min(trend.buckets.length - 1, index));
    setOwn({ at: to, isByKey });
    pointAt(trend.startsMs[to] ?? null);
  };
  const leave = (): void => {
    setOwn(null);
    pointAt(null);
  };
  const plot =
    drawn === null || size === null ? null : { left: drawn.margins.left, width: size.widthPx - drawn.margins.left - drawn.margins.right };
  const isBar = trend.shape === 'bar';
  const steps = Math.max(1, isBar ? trend.buckets.length : trend.buckets.length - 1);
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    if (plot === null) return;
    const along = (event.clientX - event.currentTarget.getBoundingClientRect().left - plot.left) / plot.width;
    point(isBar ? Math.floor(along * steps) : Math.round(along * steps), false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = own?.at ?? trend.fillingIndex ?? trend.buckets.length - 1;
    const to = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      Home: 0,
      End: trend.buckets.length - 1,
      PageUp: from - 10,
      PageDown: from + 10,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      point(to, true);
    } else if (event.key === 'Escape') leave();
  };
  const reading = at >= 0 ? readTrend(trend, shown, at) : null;
  const x = plot === null || at < 0 ? null : plot.left + ((at + (isBar ? 0.5 : 0)) / steps) * plot.width;
  return (
    <div className={classes.chart}>
      {trend.series.length > 1 && <Legend trend={trend} hidden={hidden} onChange={setHidden} />}
      <div
        className={classes.plot}
        role="group"
        aria-roledescription="chart"
        aria-label={`${label}. ${describeTrend(trend)} Use the arrow keys to read single values.`}
        tabIndex={0}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={leave}
        onKeyDown={onKeyDown}
        onBlur={leave}
      >
        <div ref={picture} className={classes.picture} aria-hidden="true" />
        {x !== null && <div className={classes.crosshair} style={{ left: x }} aria-hidden="true" />}
        {x !== null && own !== null && reading !== null && size !== null && <ReadingBox reading={reading} xPx={x} widthPx={size.widthPx} />}
        <div className="bw-hidden" aria-live="polite">
          {own?.isByKey === true && reading !== null ? speakReading(reading) : ''}
        </div>
      </div>
    </div>
  );
}
