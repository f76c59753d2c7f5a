/** The ingest ledger: what became of everything that was sent, and proof that nothing is missing. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatExact } from '../../../../shared/format/number.ts';
import { formatAgo } from '../../../../shared/format/time.ts';
import type { Ledger } from '../../../../shared/model/ledger.ts';
import { useNow } from '../../../data/clock.ts';
import { ledgerQuery } from '../../../data/events.ts';
import { toServerProblem } from '../../../data/http.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { balanceOf } from './balance.ts';
import classes from './Ledger.module.css';
import { SourceTable } from './SourceTable.tsx';
import type { OnReason } from './SourceTable.tsx';

/** The tab; asked again every second while it is in sight. */
export function LedgerView({ onReason }: { onReason: OnReason }): ReactNode {
  const { data: ledger, error, refetch, dataUpdatedAt } = useQuery(ledgerQuery);
  if (ledger === undefined) {
    if (error === null) return <LoadingLedger />;
    const problem = toServerProblem(error);
    return (
      <Notice
        tone="error"
        title={problem.title}
        actions={
          <Button variant="default" size="compact-md" onClick={() => void refetch()}>
            Ask again
          </Button>
        }
      >
        {problem.message} Nothing that was accepted is lost. <code>{problem.code}</code>
      </Notice>
    );
  }
  return (
    <section aria-label="Ledger" className={classes.ledger}>
      <Equations ledger={ledger} />
      {ledger.bySource.length > 0 && <SourceTable ledger={ledger} onReason={onReason} />}
      <Standing ledger={ledger} updatedAtMs={dataUpdatedAt} isFailing={error !== null} />
    </section>
  );
}

function LoadingLedger(): ReactNode {
  return (
    <div className={classes.ledger} aria-busy="true" aria-label="Loading the ledger">
      <Skeleton height={168} />
      <Skeleton height={220} />
    </div>
  );
}

function Equations({ ledger }: { ledger: Ledger }): ReactNode {
  const balance = balanceOf(ledger);
  return (
    <div className={classes.equations}>
      <Equation
        off={balance.receivedOff}
        whole={['Received', ledger.received]}
        parts={[
          ['Accepted', ledger.accepted],
          ['Duplicates', ledger.duplicates],
          ['Rejected', ledger.rejected],
        ]}
      />
      <Equation
        off={balance.acceptedOff}
        whole={['Accepted', ledger.accepted]}
        parts={[
          ['Stored', ledger.stored],
          ['Pending', ledger.pending],
        ]}
      />
    </div>
  );
}

type Term = [label: string, count: number];

function Equation({ off, whole, parts }: { off: number; whole: Term; parts: Term[] }): ReactNode {
  const Icon = off === 0 ? IconCircleCheck : IconAlertTriangle;
  return (
    <div className={classes.equation} data-off={off !== 0 || undefined}>
      <Figure term={whole} />
      {parts.map((term, at) => (
        <div key={term[0]} className={classes.part}>
          <span className={classes.sign}>{at === 0 ? '=' : '+'}</span>
          <Figure term={term} />
        </div>
      ))}
      <span className={classes.verdict}>
        <Icon size={18} stroke={1.5} aria-hidden="true" />
        {off === 0 ? 'Adds up' : `Off by ${formatExact(Math.abs(off))}`}
      </span>
    </div>
  );
}

function Figure({ term: [label, count] }: { term: Term }): ReactNode {
  return (
    <div className={classes.figure}>
      <span className={classes.label}>{label}</span>
      <span className={`${classes.number} bw-tabular`}>{formatExact(count)}</span>
    </div>
  );
}

function Standing({ ledger, updatedAtMs, isFailing }: { ledger: Ledger; updatedAtMs: number; isFailing: boolean }): ReactNode {
  const nowMs = useNow();
  if (!balanceOf(ledger).isBalanced) {
    return (
      <Notice tone="warning" title="The ledger does not add up">
        Accepted events stay in the spool until they are stored. Run <code>npx bellwether doctor</code> on the server: it names what is
        missing and what to do.
      </Notice>
    );
  }
  return (
    <p className="bw-quiet bw-small">
      {isFailing ? 'The server cannot be reached; these figures are from ' : 'Counted to the event, over all time, as of '}
      {formatAgo(updatedAtMs, nowMs)}. Pending events are durable and on their way into the store.
    </p>
  );
}
