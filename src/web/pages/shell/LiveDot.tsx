/** The live state: a dot, a word, and on hover, focus or press the reason. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNow } from '../../data/clock.ts';
import { useConnectionState } from '../../data/live/LiveProvider.tsx';
import { liveWords } from './live-words.ts';
import classes from './LiveDot.module.css';

/** The dot. Its words change politely for screen readers only when the tone changes. */
export function LiveDot(): ReactNode {
  const { tone, label, age, reason } = liveWords(useConnectionState(), useNow());
  return (
    <Tooltip label={reason} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton className={classes.live} data-tone={tone} aria-label={`${label} ${age}. ${reason}`}>
        <span className={classes.dot} aria-hidden="true" />
        <span className={`${classes.label} bw-tabular`}>
          {label} <span className={classes.age}>{age}</span>
        </span>
        <span className="bw-hidden" role="status">
          {tone === 'offline' ? 'Offline' : tone === 'behind' ? 'Catching up' : ''}
        </span>
      </UnstyledButton>
    </Tooltip>
  );
}
