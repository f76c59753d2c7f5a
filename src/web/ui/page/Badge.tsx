/** A word or two about the state of the thing beside it. */
import type { ReactNode } from 'react';
import classes from './Badge.module.css';

/** What the word means for the reader. */
export type BadgeTone = 'neutral' | 'good' | 'warning' | 'bad';

/** The word; its tone is said by the word itself, the colour only helps. */
export function Badge({ tone = 'neutral', children }: { tone?: BadgeTone; children: ReactNode }): ReactNode {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  );
}
