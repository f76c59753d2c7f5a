/** The names of the series; a press hides or shows one. */
import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '../../../shared/format/number.ts';
import { usePalette } from '../use-palette.ts';
import { colorIn } from './trend-option.ts';
import type { Trend } from './trend.ts';
import classes from './TrendChart.module.css';

/** The legend of `trend`; says how many series are not drawn. */
export function Legend({
  trend,
  hidden,
  onChange,
}: {
  trend: Trend;
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}): ReactNode {
  const palette = usePalette();
  const toggle = (key: string): void => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    onChange(next.size === trend.series.length ? new Set() : next);
  };
  return (
    <ul className={classes.legend} aria-label="Series">
      {trend.series.map((series) => (
        <li key={series.key}>
          <UnstyledButton
            className={classes.entry}
            aria-pressed={!hidden.has(series.key)}
            onClick={() => toggle(series.key)}
            title={series.label}
          >
            <span className={classes.swatch} style={{ background: colorIn(palette, series.color) }} aria-hidden="true" />
            <span className={`${classes.name} bw-clip`} dir="auto">
              {series.label}
            </span>
          </UnstyledButton>
        </li>
      ))}
      {trend.notDrawn > 0 && <li className={classes.more}>others ({formatNumber(trend.notDrawn)}) are in the table</li>}
    </ul>
  );
}
