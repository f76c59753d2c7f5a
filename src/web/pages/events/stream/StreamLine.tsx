/** One line of the stream: when, what, who, and the first of its properties. */
import { memo } from 'react';
import type { ReactNode } from 'react';
import { fullClock, shortClock } from '../clock-text.ts';
import { rowElementId } from '../use-row-keys.ts';
import type { StreamRow } from './rows.ts';
import classes from './Stream.module.css';

interface LineProps {
  row: StreamRow;
  color: string;
  zone: string;
  /** decides only whether the day is shown */
  nowMs: number;
  isNew: boolean;
  isSelected: boolean;
  /** the one line of the list that Tab goes to */
  isEntry: boolean;
  onOpen: (row: StreamRow) => void;
}

const shownProperties = 8;

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The line. */
export const StreamLine = memo(function StreamLine({ row, color, zone, nowMs, isNew, isSelected, isEntry, onOpen }: LineProps): ReactNode {
  return (
    <li className={classes.line} data-new={isNew || undefined} data-selected={isSelected || undefined}>
      <time className={`${classes.time} bw-tabular`} dateTime={row.time} title={`${fullClock(row.time, zone)} (${zone})`}>
        {shortClock(row.time, zone, nowMs)}
      </time>
      <span className={classes.what}>
        <span className={classes.dot} style={{ background: color }} aria-hidden="true" />
        <button
          type="button"
          id={rowElementId(row.id)}
          className={`${classes.open} bw-clip`}
          tabIndex={isEntry ? 0 : -1}
          onClick={() => onOpen(row)}
          dir="auto"
        >
          {row.name}
        </button>
      </span>
      <span className={`${classes.who} bw-clip`} data-anonymous={row.user === '' || undefined} dir="auto">
        {row.user !== '' ? row.user : row.anonymous !== '' ? row.anonymous : 'nobody'}
      </span>
      <span className={`${classes.properties} bw-clip`} dir="auto">
        {Object.entries(row.properties)
          .slice(0, shownProperties)
          .map(([name, value]) => (
            <span key={name}>
              <span className={classes.key}>{name}</span> {valueText(value)}
            </span>
          ))}
      </span>
    </li>
  );
});
