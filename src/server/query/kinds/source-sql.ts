/** Where the rows of a question come from: the dataset, its workspace, its range, its policy and its conditions. */
import { bind, conceal, join, sql, type Statement } from '../../sql/statement.ts';
import { personJoin, seenPersonJoin } from '../../warehouse/person.ts';
import { visibleIds, type VisibleRows } from '../../warehouse/view/view.ts';
import { fieldsOf, type Test } from '../condition.ts';
import type { Window } from '../plan.ts';
import { asksPerson, filtersPerson, type ResolvedQuery } from '../resolve.ts';
import { ruleZone } from '../policy/rule.ts';
import { condition, isAlways } from './condition-sql.ts';
import type { Scope } from './field-sql.ts';

/** What field expressions in `window` depend on. */
export function scopeOf(query: ResolvedQuery, window: Window): Scope {
  return { zone: query.zone, fromMs: window.fromMs, toMs: window.toMs };
}

/** `FROM ... WHERE ...`: the rows of `window` that the query and its policy allow. */
export function source(query: ResolvedQuery, window: Window): Statement {
  const conditions = [
    sql`workspace = ${bind('String', query.workspaceId)}`,
    sql`time >= ${instant(window.fromMs)} AND time < ${instant(window.toMs)}`,
    ...(query.rows === null ? [] : [rowFilter(query.rows)]),
    ...(isAlways(query.where) ? [] : [condition(query.where, scopeOf(query, window))]),
  ];
  return sql`FROM ${tables(query)}
WHERE ${join(conditions, '\n  AND ')}`;
}

/** The rows that a policy's row filter lets through. */
export function visibleRows(rows: Test, workspaceId: string): VisibleRows {
  const isOfPersons = fieldsOf(rows).some((field) => field.kind === 'person');
  return { condition: rowFilter(rows), joined: isOfPersons ? personJoin(workspaceId) : sql`` };
}

/** What a filter compares with may itself tell what is not to be seen. */
function rowFilter(rows: Test): Statement {
  return conceal(condition(rows, { zone: ruleZone, fromMs: 0, toMs: 0 }));
}

/** An instant as the engine compares it with a time column, and as a person can read it. */
export function instant(epochMs: number): Statement {
  return sql`toDateTime64(${bind('String', new Date(epochMs).toISOString().replace('T', ' ').replace('Z', ''))}, 3, 'UTC')`;
}

/** Links are joined only where a question asks about persons: the join costs as much as reading a column of text. */
function tables(query: ResolvedQuery): Statement {
  const { workspaceId, rows } = query;
  const asksAll = filtersPerson(query) || (rows === null && asksPerson(query));
  const all = asksAll ? sql` ${personJoin(workspaceId)}` : sql``;
  if (rows === null || !asksPerson(query)) return sql`events${all}`;
  const seen = visibleIds({ workspaceId, rows: visibleRows(rows, workspaceId) });
  return sql`events${all} ${seenPersonJoin(workspaceId, seen)}`;
}
