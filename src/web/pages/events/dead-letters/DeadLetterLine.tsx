/** One dead letter in the list: when, why, and what it said. */
import type { ReactNode } from 'react';
import type { DeadLetter } from '../../../../shared/contract/events.ts';
import { useNow } from '../../../data/clock.ts';
import { shortClock } from '../clock-text.ts';
import { rowElementId } from '../use-row-keys.ts';
import classes from './DeadLetters.module.css';
import { reasonTitle } from './reasons.ts';

interface LineProps {
  letter: DeadLetter;
  zone: string;
  isSelected: boolean;
  isEntry: boolean;
  onOpen: (key: string) => void;
}

const bodyLength = 160;

/** The line. */
export function DeadLetterLine({ letter, zone, isSelected, isEntry, onOpen }: LineProps): ReactNode {
  const nowMs = useNow();
  return (
    <li className={classes.letter} data-selected={isSelected || undefined}>
      <time className={`${classes.time} bw-tabular`} dateTime={letter.received}>
        {shortClock(letter.received, zone, nowMs)}
      </time>
      <div className={classes.why}>
        <button
          type="button"
          id={rowElementId(letter.key)}
          className={classes.open}
          tabIndex={isEntry ? 0 : -1}
          onClick={() => onOpen(letter.key)}
        >
          {reasonTitle(letter.reason)}
        </button>
        <span className={classes.message} dir="auto">
          {letter.message}
        </span>
      </div>
      <code className={`${classes.body} bw-clip`} dir="auto">
        {letter.body.slice(0, bodyLength)}
      </code>
      <span className={`${classes.from} bw-clip`}>{letter.source}</span>
    </li>
  );
}
