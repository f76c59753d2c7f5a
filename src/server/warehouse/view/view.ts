/** What somebody sees of the events of a workspace: which rows, and which columns behind a mask. */
import { bind, join, sql, type Statement } from '../../sql/statement.ts';
import { Masks } from './masks.ts';

/** The rows that may be seen. */
export interface VisibleRows {
  /** holds of the rows */
  condition: Statement;
  /** what `FROM events` has to be joined with for the condition */
  joined: Statement;
}

/** A view of the events. */
export interface View {
  workspaceId: string;
  /** null: all */
  rows: VisibleRows | null;
  masks: Masks;
  salt: () => string;
  /** equal for views that show the same */
  key: string;
}

/** The view of the server itself, which sees everything. */
export function wholeView(workspaceId: string): View {
  const salt = (): never => {
    throw new TypeError('nothing is masked in a whole view');
  };
  return { workspaceId, rows: null, masks: new Masks([]), salt, key: JSON.stringify([workspaceId]) };
}

/** `FROM events ... WHERE ...`: the rows of a view, to which `AND ...` can be added. */
export function fromVisible({ workspaceId, rows }: Pick<View, 'workspaceId' | 'rows'>, joined: Statement = sql``): Statement {
  const tables = [sql`events`, rows?.joined, joined].filter((part) => part !== undefined && part.text !== '');
  const isVisible = rows === null ? sql`` : sql` AND ${rows.condition}`;
  return sql`FROM ${join(tables as Statement[], ' ')} WHERE workspace = ${bind('String', workspaceId)}${isVisible}`;
}

/** The ids that occur in visible rows, as a question with one column. */
export function visibleIds(view: Pick<View, 'workspaceId' | 'rows'>): Statement {
  return sql`SELECT arrayJoin([user, anonymous]) ${fromVisible(view)}`;
}
