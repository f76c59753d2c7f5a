/** The ledger by source, with the reasons of what was rejected. */
import type { ReactNode } from 'react';
import { Fragment } from 'react';
import { formatExact } from '../../../../shared/format/number.ts';
import type { RejectReason } from '../../../../shared/model/event.ts';
import type { Ledger, LedgerCounts } from '../../../../shared/model/ledger.ts';
import { reasonTitle } from '../dead-letters/reasons.ts';
import { balanceOf } from './balance.ts';
import classes from './Ledger.module.css';

/** Leads to the dead letters of a source or reason. */
export type OnReason = (part: { source?: string; reason?: RejectReason }) => void;

const columns = ['received', 'accepted', 'duplicates', 'rejected', 'stored', 'pending'] as const satisfies (keyof LedgerCounts)[];
const columnTitles = {
  received: 'Received',
  accepted: 'Accepted',
  duplicates: 'Duplicates',
  rejected: 'Rejected',
  stored: 'Stored',
  pending: 'Pending',
};

/** The table. */
export function SourceTable({ ledger, onReason }: { ledger: Ledger; onReason: OnReason }): ReactNode {
  return (
    <div className={classes.frame} tabIndex={0} role="group" aria-label="The ledger by source">
      <table className={classes.table}>
        <caption className="bw-hidden">The ledger by source and reason</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            {columns.map((column) => (
              <th key={column} scope="col" className={classes.cell}>
                {columnTitles[column]}
              </th>
            ))}
            <th scope="col">Adds up</th>
          </tr>
        </thead>
        <tbody>
          {ledger.bySource.map((row) => (
            <SourceRows key={row.source} row={row} onReason={onReason} />
          ))}
        </tbody>
        {ledger.bySource.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">All sources</th>
              <Counts counts={ledger} />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function SourceRows({ row, onReason }: { row: Ledger['bySource'][number]; onReason: OnReason }): ReactNode {
  const reasons = Object.entries(row.rejectedByReason)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a) as [RejectReason, number][];
  return (
    <Fragment>
      <tr>
        <th scope="row" dir="auto">
          {row.source}
        </th>
        <Counts counts={row} />
      </tr>
      {reasons.map(([reason, count]) => (
        <tr key={reason} className={classes.reason}>
          <th scope="row" colSpan={4}>
            <button type="button" onClick={() => onReason({ source: row.source, reason })}>
              {reasonTitle(reason)}
            </button>
            <span className={classes.near} aria-hidden="true">
              {formatExact(count)}
            </span>
          </th>
          <td className={classes.cell}>{formatExact(count)}</td>
          <td colSpan={3} />
        </tr>
      ))}
    </Fragment>
  );
}

function Counts({ counts }: { counts: LedgerCounts }): ReactNode {
  const { isBalanced } = balanceOf(counts);
  return (
    <>
      {columns.map((column) => (
        <td key={column} className={classes.cell} data-zero={counts[column] === 0 || undefined}>
          {formatExact(counts[column])}
        </td>
      ))}
      <td className={isBalanced ? classes.yes : classes.no}>{isBalanced ? 'yes' : 'no'}</td>
    </>
  );
}
