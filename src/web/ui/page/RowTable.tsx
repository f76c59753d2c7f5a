/** A table of things, each with what one can do to it; on a narrow place each row stands as a block of its own. */
import type { ReactNode } from 'react';
import { Skeleton } from '../Skeleton.tsx';
import { RowMenu } from './RowMenu.tsx';
import type { RowAction } from './RowMenu.tsx';
import classes from './RowTable.module.css';

/** A column. The first one names the row. */
export interface RowColumn<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** never broken into lines: a time, a code */
  isShort?: boolean;
  /** left out where the place is narrow: it can be found elsewhere */
  isSecondary?: boolean;
}

/** What the table takes. */
export interface RowTableProps<Row> {
  /** says what the table holds */
  caption: string;
  columns: readonly RowColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** names a row, for its menu: "Actions for NAME" */
  nameOf: (row: Row) => string;
  /** what can be done to a row; an empty list leaves the place empty */
  actionsOf?: (row: Row) => readonly RowAction[];
  /** stands at the end of a row besides or instead of the menu: one button */
  buttonOf?: (row: Row) => ReactNode;
  /** the row's name leads there */
  onOpen?: (row: Row) => void;
  /** so many rows of skeleton instead of rows */
  skeletonRows?: number;
}

/** The table. Roles are spelled out because rows that are laid out as blocks lose theirs in some browsers. */
export function RowTable<Row>(props: RowTableProps<Row>): ReactNode {
  const { caption, columns, rows, keyOf, actionsOf, buttonOf, skeletonRows = 0 } = props;
  const hasEnd = actionsOf !== undefined || buttonOf !== undefined;
  return (
    <div className={classes.place} aria-busy={skeletonRows > 0 || undefined}>
      <table className={classes.table} role="table" aria-label={caption}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.label} role="columnheader" scope="col" {...cellProps(column)}>
                {column.label}
              </th>
            ))}
            {hasEnd && (
              <th role="columnheader" scope="col" className={classes.end}>
                <span className="bw-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {skeletonRows > 0
            ? Array.from({ length: skeletonRows }, (_, at) => <SkeletonRow key={at} columns={columns.length + (hasEnd ? 1 : 0)} />)
            : rows.map((row) => <TableRow key={keyOf(row)} row={row} hasEnd={hasEnd} {...props} />)}
        </tbody>
      </table>
    </div>
  );
}

function cellProps<Row>({ isNumber = false, isShort = false, isSecondary = false }: RowColumn<Row>) {
  return { className: isNumber ? classes.number : isShort ? classes.short : undefined, 'data-secondary': isSecondary || undefined };
}

function TableRow<Row>({
  row,
  columns,
  nameOf,
  actionsOf,
  buttonOf,
  onOpen,
  hasEnd,
}: RowTableProps<Row> & { row: Row; hasEnd: boolean }): ReactNode {
  const actions = actionsOf?.(row) ?? [];
  return (
    <tr role="row">
      {columns.map((column, index) => {
        const content = column.cell(row);
        if (index > 0)
          return (
            <td key={column.label} role="cell" data-label={column.label} {...cellProps(column)}>
              {content}
            </td>
          );
        return (
          <th key={column.label} role="rowheader" scope="row" {...cellProps(column)}>
            {onOpen === undefined ? (
              content
            ) : (
              <button type="button" className={classes.open} onClick={() => onOpen(row)}>
                {content}
              </button>
            )}
          </th>
        );
      })}
      {hasEnd && (
        <td role="cell" className={classes.end}>
          <span className={classes.ends}>
            {buttonOf?.(row)}
            {actions.length > 0 && <RowMenu label={`Actions for ${nameOf(row)}`} actions={actions} />}
          </span>
        </td>
      )}
    </tr>
  );
}

function SkeletonRow({ columns }: { columns: number }): ReactNode {
  return (
    <tr role="row">
      {Array.from({ length: columns }, (_, at) => (
        <td key={at} role="cell">
          <Skeleton width={at === 0 ? '60%' : '45%'} height={14} />
        </td>
      ))}
    </tr>
  );
}
