/** The box beside the crosshair: every series at that time, the largest first. */
import type { ReactNode } from 'react';
import { usePalette } from '../use-palette.ts';
import { colorIn } from './trend-option.ts';
import type { Reading } from './trend-words.ts';
import classes from './TrendChart.module.css';

/** The box for `reading` at `xPx` of a picture `widthPx` wide; it keeps to the side that has more room. */
export function ReadingBox({ reading, xPx, widthPx }: { reading: Reading; xPx: number; widthPx: number }): ReactNode {
  const palette = usePalette();
  const side = xPx > widthPx / 2 ? { right: widthPx - xPx + 12 } : { left: xPx + 12 };
  return (
    <div className={classes.reading} style={side} aria-hidden="true">
      <div className={classes.title}>
        {reading.title}
        {reading.isFilling && <small>still filling</small>}
      </div>
      <div className={`${classes.lines} bw-tabular`}>
        {reading.lines.map((line) => (
          <div className={classes.line} key={line.key}>
            <span className={classes.swatch} style={{ background: colorIn(palette, line.color) }} />
            <span className="bw-clip" dir="auto">
              {line.label}
            </span>
            <span className={classes.value}>{line.value}</span>
            <span className={classes.aside}>{line.share ?? (line.before === null ? '' : `was ${line.before}`)}</span>
            <span className={classes.aside}>{line.change?.text ?? ''}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
