/** A plain table: figures right-aligned, the head stays in sight, long tables are shown in parts. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../shared/format/number.ts';
import classes from './DataTable.module.css';

const firstRows = 100;
const moreRows = 500;

interface DataTableProps {
  /** says what the table holds; read to those who cannot see what stands around it */
  caption: string;
  columns: readonly { label: string; isNumber: boolean }[];
  rows: readonly (readonly string[])[];
  /** the table scrolls by itself beyond this height */
  maxHeight?: number;
}

/** The table. */
export function DataTable({ caption, columns, rows, maxHeight }: DataTableProps): ReactNode {
  const [limit, setLimit] = useState(firstRows);
  const isScrolling = maxHeight !== undefined;
  return (
    <div className={classes.frame} style={isScrolling ? { maxHeight } : undefined} tabIndex={0} role="group" aria-label={caption}>
      <table className={classes.table}>
        <caption className="bw-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" className={column.isNumber ? classes.number : undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, limit).map((row, at) => (
            <tr key={at}>
              {row.map((text, index) => (
                <td key={index} className={columns[index]?.isNumber === true ? classes.number : classes.text} dir="auto">
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <div className={classes.more}>
          <Button variant="default" size="compact-sm" onClick={() => setLimit(limit + moreRows)}>
            Show {formatCount(Math.min(moreRows, rows.length - limit), 'more row')} of {formatCount(rows.length - limit, 'row')}
          </Button>
        </div>
      )}
    </div>
  );
}
