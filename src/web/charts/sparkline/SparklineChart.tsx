/** Draws a sparkline as plain SVG: no chart library is needed for the first numbers on a page. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { usePalette } from '../use-palette.ts';
import type { SeriesColor } from '../series-color.ts';
import { prepareSparkline } from './sparkline.ts';
import type { SparklineInput } from './sparkline.ts';
import classes from './SparklineChart.module.css';

/** The sparkline, as large as its place; decorative, since the number beside it says the rest. */
export function SparklineChart({ color = 0, ...input }: SparklineInput & { color?: SeriesColor }): ReactNode {
  const palette = usePalette();
  const { values, before, fillingIndex } = input;
  const {
    line,
    tail,
    area,
    before: beforeLine,
    last,
  } = useMemo(() => prepareSparkline({ values, before: before ?? null, fillingIndex }), [values, before, fillingIndex]);
  const stroke = color === 'others' ? palette.others : (palette.series[color] ?? palette.others);
  return (
    <span className={classes.sparkline} aria-hidden="true">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" focusable="false">
        {area !== '' && <path d={area} fill={stroke} opacity={0.1} />}
        {beforeLine !== '' && <path d={beforeLine} className={classes.line} stroke={palette.comparison} strokeWidth={1} />}
        <path d={line} className={classes.line} stroke={stroke} strokeWidth={1.75} />
        {tail !== '' && <path d={tail} className={classes.line} stroke={stroke} strokeWidth={1.75} strokeDasharray="2 3" opacity={0.7} />}
      </svg>
      {last !== null && (
        <span
          className={classes.last}
          style={{ left: `${last.x}%`, top: `${last.y}%`, background: stroke }}
          data-open={fillingIndex !== null || undefined}
        />
      )}
    </span>
  );
}
