/** The groups of a question: which there are, ranked and cut at the limit, and what is in them bucket by bucket. */
import type { Cell } from '../../../shared/model/result.ts';
import { bind, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import type { Plan, Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
import { metricColumns, metricOrder, rowCount } from './aggregate-sql.ts';
import type { Ask } from './answer.ts';
import { groupKey, keyOrder, packed, packedKey, type GroupKey } from './field-sql.ts';
import { scopeOf, source } from './source-sql.ts';
import { metricCells } from './total.ts';

/** A group within the limit. */
export interface Group {
  /** its text in lists of groups */
  packed: string;
  /** one cell per `by` field */
  cells: Cell[];
  /** its metrics over the whole range */
  metrics: Cell[];
}

/** The groups of a window, in the order of the query. */
export interface RankedGroups {
  groups: Group[];
  /** metrics over all groups */
  totals: Cell[];
  /** whether there are groups beyond the limit */
  hasMore: boolean;
}

/** The group keys of a query. */
export function keysOf(query: ResolvedQuery, window: Window): GroupKey[] {
  return query.by.map((field) => groupKey(field, scopeOf(query, window)));
}

/** Asks for the first groups of the main window, and for the totals, in one pass over the rows. */
export async function askGroups(plan: Plan, ask: Ask): Promise<RankedGroups> {
  const { query, main } = plan;
  const rows = await ask(groupsStatement(query, main));
  const count = query.by.length;
  const isTotal = (row: unknown[]): boolean => Number(row[0]) === 1;
  const keys = keysOf(query, main);
  const groups = rows
    .filter((row) => !isTotal(row))
    .map((row): Group => {
      const key = row.slice(1, 1 + count);
      return {
        packed: packedKey(key),
        cells: key.map((part, i) => (keys[i] as GroupKey).decode(part)),
        metrics: metricCells(query, row.slice(1 + count)),
      };
    });
  const total = rows.find(isTotal);
  return {
    groups: groups.slice(0, query.limit),
    totals: metricCells(query, total?.slice(1 + count) ?? []),
    hasMore: groups.length > query.limit,
  };
}

function groupsStatement(query: ResolvedQuery, window: Window): Statement {
  const scope = scopeOf(query, window);
  const keys = keysOf(query, window);
  const names = keys.map((_, i) => keyAlias(i));
  const first = names[0] as Statement;
  const isWhole =
    names.length === 1
      ? sql``
      : sql`
HAVING grouping(${first}) = grouping(${names.at(-1) as Statement})`;
  return sql`SELECT grouping(${first}) AS is_total, ${join(
    keys.map((key, i) => sql`${key.expression} AS ${keyAlias(i)}`),
    ', ',
  )}, ${metricColumns(query.metrics, scope, query.approximate)}
${source(query, window)}
GROUP BY ${join(names, ', ')} WITH ROLLUP${isWhole}
ORDER BY is_total DESC, ${groupOrder(query, names)}
LIMIT ${rowCount(query.limit + 2)}`;
}

/** The query's order, made total by the keys themselves. */
function groupOrder(query: ResolvedQuery, names: readonly Statement[]): Statement {
  const { target, desc } = query.order;
  const byKeys = query.by.map((field, i) => keyOrder(field, names[i] as Statement, false));
  if (target.what === 'by') {
    const field = query.by[target.index];
    if (field !== undefined) return join([keyOrder(field, names[target.index] as Statement, desc), ...byKeys], ', ');
  }
  return join([target.what === 'metric' ? metricOrder(target.index, desc) : metricOrder(0, true), ...byKeys], ', ');
}

/** Rows of one group in one bucket (or in the whole window), as {@link askDetails} gives them. */
export interface Detail {
  /** as the bucket key of the window says; 0 without buckets */
  bucket: number;
  /** null: all groups that are not listed, together */
  group: string | null;
  metrics: Cell[];
}

/** What to ask of a window. */
export interface DetailOptions {
  /** null: no buckets */
  bucket: Statement | null;
  /** null: every group by itself */
  listed: readonly Group[] | null;
}

/** The metrics of `window` per bucket and group; groups that are not listed are folded into one. */
export async function askDetails(query: ResolvedQuery, window: Window, options: DetailOptions, ask: Ask): Promise<Detail[]> {
  const rows = await ask(detailStatement(query, window, options));
  const count = query.by.length;
  return rows.map((row) => ({
    bucket: Number(row[0]),
    group: Number(row[1]) === 1 ? packedKey(row.slice(2, 2 + count)) : null,
    metrics: metricCells(query, row.slice(2 + count)),
  }));
}

function detailStatement(query: ResolvedQuery, window: Window, { bucket, listed }: DetailOptions): Statement {
  const keys = keysOf(query, window);
  const isListed =
    listed === null
      ? sql`1`
      : sql`${packed(keys.map((key) => key.expression))} IN ${bind(
          'Array(String)',
          listed.map((group) => group.packed),
        )}`;
  const groups = keys.map(
    (key, i) => sql`${listed === null ? key.expression : sql`if(listed, ${key.expression}, ${emptyKey(key)})`} AS ${keyAlias(i)}`,
  );
  return sql`SELECT ${bucket ?? sql`0`} AS bucket, ${isListed} AS listed, ${join(groups, ', ')}, ${metricColumns(query.metrics, scopeOf(query, window), query.approximate)}
${source(query, window)}
GROUP BY bucket, listed, ${join(
    keys.map((_, i) => keyAlias(i)),
    ', ',
  )}`;
}

/** The metrics of all groups of `window` that are not listed, together. */
export async function askOthers(query: ResolvedQuery, window: Window, listed: readonly Group[], ask: Ask): Promise<Cell[]> {
  const key = packed(keysOf(query, window).map((part) => part.expression));
  const [row] = await ask(sql`SELECT ${metricColumns(query.metrics, scopeOf(query, window), query.approximate)}
${source(query, window)}
  AND ${key} NOT IN ${bind(
    'Array(String)',
    listed.map((group) => group.packed),
  )}`);
  return metricCells(query, row ?? []);
}

function keyAlias(index: number): Statement {
  return sql`${trusted(`k${index}`)}`;
}

function emptyKey(key: GroupKey): Statement {
  return key.type === 'String' ? sql`''` : sql`${trusted(`to${key.type}(0)`)}`;
}
