/** What narrows the dead letters: a reason, with how often it was one, and a source. */
import { Button, CloseButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatNumber } from '../../../../shared/format/number.ts';
import type { RejectReason } from '../../../../shared/model/event.ts';
import { Picker } from '../../../ui/Picker.tsx';
import classes from './DeadLetters.module.css';
import { reasonText, reasonTitle } from './reasons.ts';
import type { ReasonCount } from './reasons.ts';

interface ReasonFilterProps {
  reasons: readonly ReasonCount[];
  picked: RejectReason | undefined;
  onPick: (reason: RejectReason | undefined) => void;
}

/** One button a reason; pressing the pressed one shows all again. */
export function ReasonFilter({ reasons, picked, onPick }: ReasonFilterProps): ReactNode {
  const shown =
    picked !== undefined && !reasons.some(({ reason }) => reason === picked) ? [...reasons, { reason: picked, count: 0 }] : reasons;
  const total = reasons.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className={classes.reasons} role="group" aria-label="Reason">
      <button type="button" className={classes.reason} aria-pressed={picked === undefined} onClick={() => onPick(undefined)}>
        All <span className={classes.count}>{formatNumber(total)}</span>
      </button>
      {shown.map(({ reason, count }) => (
        <button
          key={reason}
          type="button"
          className={classes.reason}
          aria-pressed={picked === reason}
          title={reasonText(reason)}
          onClick={() => onPick(picked === reason ? undefined : reason)}
        >
          {reasonTitle(reason)} <span className={classes.count}>{formatNumber(count)}</span>
        </button>
      ))}
    </div>
  );
}

interface SourceFilterProps {
  sources: readonly { source: string; count: number }[];
  picked: string | undefined;
  onPick: (source: string | undefined) => void;
}

/** The sources that had events rejected. */
export function SourceFilter({ sources, picked, onPick }: SourceFilterProps): ReactNode {
  return (
    <span className={classes.source}>
      <Picker
        label="Find a source"
        options={sources.map(({ source, count }) => ({ value: source, label: source, hint: formatNumber(count) }))}
        picked={picked === undefined ? [] : [picked]}
        none="No such source had events rejected."
        onPick={onPick}
        button={(props) => (
          <Button
            {...props}
            variant="default"
            size="compact-md"
            rightSection={<IconChevronDown size={14} stroke={1.5} aria-hidden="true" />}
          >
            Source: {picked ?? 'any'}
          </Button>
        )}
      />
      {picked !== undefined && <CloseButton size="sm" aria-label="Any source" onClick={() => onPick(undefined)} />}
    </span>
  );
}
