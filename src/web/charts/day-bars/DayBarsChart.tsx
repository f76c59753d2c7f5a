/** A few days of counts as bars from zero, drawn by plain elements; the bar one points at is read out above. */
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { formatExact } from '../../../shared/format/number.ts';
import { prepareDayBars } from './day-bars.ts';
import type { DayCount } from './day-bars.ts';
import classes from './DayBarsChart.module.css';

/** What the chart takes. */
export interface DayBarsChartProps {
  title: string;
  /** what is counted: "sign-in" */
  noun: string;
  days: readonly DayCount[];
  /** what is turned away stands out from what is let in */
  tone?: 'plain' | 'bad';
}

/** The chart with its title; `days` are oldest first, the last one is still going on. */
export function DayBarsChart({ title, noun, days, tone = 'plain' }: DayBarsChartProps): ReactNode {
  const { bars, top, sum, first, sentence } = useMemo(() => prepareDayBars(days, noun), [days, noun]);
  const [pointed, setPointed] = useState<number | null>(null);
  const bar = pointed === null ? undefined : bars[pointed];
  return (
    <figure className={classes.figure} data-tone={tone}>
      <figcaption className={classes.head}>
        <span className={classes.title}>{title}</span>
        <span className={classes.reading}>{bar === undefined ? formatExact(sum) : bar.words}</span>
      </figcaption>
      <div className={classes.bars} role="img" aria-label={sentence} onPointerLeave={() => setPointed(null)}>
        <span className={classes.top} aria-hidden="true">
          {top > 0 && formatExact(top)}
        </span>
        {bars.map((one, at) => (
          <span key={one.day} className={classes.slot} data-pointed={at === pointed || undefined} onPointerEnter={() => setPointed(at)}>
            <span className={classes.bar} data-open={at === bars.length - 1 || undefined} style={{ height: `${one.height * 100}%` }} />
          </span>
        ))}
      </div>
      <div className={classes.axis} aria-hidden="true">
        <span>{first}</span>
        <span>today</span>
      </div>
    </figure>
  );
}
