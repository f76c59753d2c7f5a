/** Draws a week as a grid of hours; point or use the arrow keys to read an hour. */
import { useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { formatExact, formatQuantity } from '../../../shared/format/number.ts';
import { sequential } from '../../ui/theme/tokens.ts';
import { weekdayText } from '../cell-text.ts';
import { usePalette } from '../use-palette.ts';
import { describeWeek, hourText } from './week-grid.ts';
import type { WeekGrid } from './week-grid.ts';
import classes from './WeekHeatmap.module.css';

const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** The grid named `label`, with a line below that reads the hour pointed at. */
export function WeekHeatmap({ grid, label }: { grid: WeekGrid; label: string }): ReactNode {
  const palette = usePalette();
  const [pointed, setPointed] = useState<{ weekday: number; hour: number } | null>(null);
  const reading = (weekday: number, hour: number): string =>
    `${hourText(weekday, hour)}: ${formatQuantity(grid.cells[weekday - 1]?.[hour]?.value ?? null, grid.unit)}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = pointed ?? grid.peak ?? { weekday: 1, hour: 0 };
    const wrap = (value: number, size: number): number => (value + size) % size;
    setPointed(
      pointed === null ? from : { weekday: wrap(from.weekday - 1 + (step[0] ?? 0), 7) + 1, hour: wrap(from.hour + (step[1] ?? 0), 24) },
    );
  };
  return (
    <div className={classes.week}>
      <div
        role="group"
        aria-roledescription="chart"
        aria-label={`${label}. ${describeWeek(grid)} Use the arrow keys to read single hours.`}
        tabIndex={0}
        className={classes.frame}
        onKeyDown={onKeyDown}
        onBlur={() => setPointed(null)}
        onPointerLeave={() => setPointed(null)}
      >
        <table className={classes.grid}>
          <caption className="bw-hidden">{label}</caption>
          <thead>
            <tr>
              <td />
              {hours.map((hour) => (
                <th key={hour} scope="col">
                  <span className={hour % 6 === 0 ? classes.hour : 'bw-hidden'}>{String(hour).padStart(2, '0')}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.cells.map((row, day) => (
              <tr key={day}>
                <th scope="row">
                  <span aria-hidden="true">{weekdayText(day + 1).slice(0, 3)}</span>
                  <span className="bw-hidden">{weekdayText(day + 1)}</span>
                </th>
                {row.map((cell, hour) => (
                  <td
                    key={hour}
                    className={classes.cell}
                    data-pointed={(pointed?.weekday === day + 1 && pointed.hour === hour) || undefined}
                    data-unknown={cell.ratio === null || undefined}
                    style={
                      cell.ratio === null ? undefined : { background: cell.ratio === 0 ? palette.sunken : sequential(palette, cell.ratio) }
                    }
                    onPointerEnter={() => setPointed({ weekday: day + 1, hour })}
                  >
                    <span className="bw-hidden">{formatExact(cell.value)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={`${classes.reading} bw-tabular`} aria-live="polite">
        {pointed === null ? describeWeek(grid) : reading(pointed.weekday, pointed.hour)}
      </p>
    </div>
  );
}
