/** Where the rows of a question come from: the dataset, its workspace, its range, its policy and its conditions. */
import { bind, join, sql, type Statement } from '../../sql/statement.ts';
import { personJoin } from '../../warehouse/person.ts';
import type { Test } from '../condition.ts';
import type { Field } from '../field.ts';
import type { Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
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
    ...(isAlways(query.where) ? [] : [condition(query.where, scopeOf(query, window))]),
  ];
  return sql`FROM ${tables(query)}
WHERE ${join(conditions, '\n  AND ')}`;
}

/** An instant as the engine compares it with a time column, and as a person can read it. */
export function instant(epochMs: number): Statement {
  return sql`toDateTime64(${bind('String', new Date(epochMs).toISOString().replace('T', ' ').replace('Z', ''))}, 3, 'UTC')`;
}

/** Links are joined only where a question asks about persons: the join costs as much as reading a column of text. */
function tables(query: ResolvedQuery): Statement {
  if (!usesPerson(query)) return sql`events`;
  return sql`events ${personJoin(query.workspaceId)}`;
}

/** Whether any part of the query asks about the field `person`. */
export function usesPerson(query: ResolvedQuery): boolean {
  const order = query.order.target.what === 'field' ? [query.order.target.field] : [];
  const measured = query.metrics.flatMap((metric) => [
    ...(metric.of === null ? [] : [metric.of]),
    ...(metric.where === null ? [] : fieldsOf(metric.where)),
  ]);
  return [...query.by, ...query.columns, ...order, ...measured, ...fieldsOf(query.where)].some((field) => field.kind === 'person');
}

function fieldsOf(test: Test): Field[] {
  if ('tests' in test) return test.tests.flatMap(fieldsOf);
  return test.op === 'not' ? fieldsOf(test.test) : [test.field];
}
