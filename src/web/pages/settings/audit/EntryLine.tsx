/** One entry of the audit log in a line: when, how it ended, who did what, and from where. */
import { IconBan, IconCheck, IconX } from '@tabler/icons-react';
import { memo } from 'react';
import type { ReactNode } from 'react';
import type { AuditEntry, AuditOutcome } from '../../../data/admin/audit.ts';
import { rowElementId } from '../../events/use-row-keys.ts';
import classes from './Audit.module.css';
import { actorName, addressOf, gist, outcomeWords, targetWords } from './audit-words.ts';

const iconByOutcome = { done: IconCheck, denied: IconBan, failed: IconX } as const;

/** How it ended, by icon and word. */
export function Outcome({ outcome }: { outcome: AuditOutcome }): ReactNode {
  const Icon = iconByOutcome[outcome];
  return (
    <span className={classes.outcome} data-outcome={outcome}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
      {outcomeWords[outcome]}
    </span>
  );
}

interface EntryLineProps {
  entry: AuditEntry;
  /** name of the key that acted, where it was one and is known */
  keyName: string | undefined;
  clock: string;
  isSelected: boolean;
  /** the one row of the list that Tab reaches */
  isEntry: boolean;
  onOpen: (id: string) => void;
}

/** The line. */
export const EntryLine = memo(function EntryLine({ entry, keyName, clock, isSelected, isEntry, onOpen }: EntryLineProps): ReactNode {
  const target = targetWords(entry);
  const facts = gist(entry);
  return (
    <li className={classes.entry} data-selected={isSelected || undefined} data-outcome={entry.outcome}>
      <time className={classes.clock} dateTime={entry.at}>
        {clock}
      </time>
      <button
        type="button"
        id={rowElementId(String(entry.seq))}
        className={classes.sentence}
        tabIndex={isEntry ? 0 : -1}
        onClick={() => onOpen(String(entry.seq))}
      >
        <strong dir="auto">{keyName ?? actorName(entry)}</strong> {entry.sentence}
        {target !== '' && <span className={classes.target}> {target}</span>}
      </button>
      <span className={`${classes.gist} bw-clip`}>{facts}</span>
      <span className={classes.address}>{addressOf(entry)}</span>
      <Outcome outcome={entry.outcome} />
    </li>
  );
});
