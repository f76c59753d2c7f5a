/** The groups of a question: which there are, ranked and cut at the limit, and what is in them bucket by bucket. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Cell } from '../../../shared/model/result.ts';
import { bind, join, sql, trusted, type Bound, type Statement } from '../../sql/statement.ts';
import type { Plan, Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
import { metricColumn, metricColumns, metricOrder, rowCount } from './aggregate-sql.ts';
import type { Ask } from './answer.ts';
import { groupKey, keyOrder, packed, packedKey, type GroupKey } from './field-sql.ts';
import { scopeOf, source } from './source-sql.ts';
import { askTotals, metricCells } from './total.ts';

/** A group within the limit. */
export interface Group {
  /** its text in lists of groups */
  packed: string;
  /** one cell per `by` field */
  cells: Cell[];
}

/** The first groups of a window, in the order of the query. */
export interface Leaders<G extends Group = Group> {
  groups: G[];
  /** whether there are groups beyond the limit */
  hasMore: boolean;
}

/** A group with its metrics over the whole range. */
export type MeasuredGroup = Group & { metrics: Cell[] };

/** The group keys of a query. */
function keysOf(query: ResolvedQuery, window: Window): GroupKey[] {
  return query.by.map((field) => groupKey(field, scopeOf(query, window)));
}

/** The group whose keys start `row`. */
function groupOf(keys: readonly GroupKey[], row: readonly unknown[]): Group {
  const values = row.slice(0, keys.length);
  return { packed: packedKey(values), cells: keys.map((key, i) => key.decode(values[i])) };
}

/** Asks which groups of the main window come first, and nothing more of them than that takes. */
async function askLeaders({ query, main }: Plan, ask: Ask): Promise<Leaders> {
  const keys = keysOf(query, main);
  const rows = await ask(leadersStatement(query, main, keys, query.limit + 1));
  const groups = rows.map((row) => groupOf(keys, row));
  return { groups: groups.slice(0, query.limit), hasMore: groups.length > query.limit };
}

function leadersStatement(query: ResolvedQuery, window: Window, keys: readonly GroupKey[], count: number): Statement {
  const names = keys.map((_, i) => keyAlias(i));
  const { target } = query.order;
  const measure =
    target.what === 'by' ? sql`` : sql`, ${metricColumn(query, target.what === 'metric' ? target.index : 0, scopeOf(query, window))}`;
  return sql`SELECT ${keyColumns(keys)}${measure}
${source(query, window)}
GROUP BY ${join(names, ', ')}
ORDER BY ${groupOrder(query, names)}
LIMIT ${rowCount(count)}`;
}

/** Asks for the first groups of the main window with their metrics, and for the totals, in one pass over the rows. */
export async function askMeasuredGroups({ query, main }: Plan, ask: Ask): Promise<Leaders<MeasuredGroup> & { totals: Cell[] }> {
  const keys = keysOf(query, main);
  const rows = await ask(measuredStatement(query, main, keys));
  const isTotal = (row: unknown[]): boolean => Number(row[0]) === 1;
  const groups = rows
    .filter((row) => !isTotal(row))
    .map((row) => ({ ...groupOf(keys, row.slice(1, 1 + keys.length)), metrics: metricCells(query, row.slice(1 + keys.length)) }));
  return {
    groups: groups.slice(0, query.limit),
    hasMore: groups.length > query.limit,
    totals: metricCells(query, rows.find(isTotal)?.slice(1 + keys.length) ?? []),
  };
}

function measuredStatement(query: ResolvedQuery, window: Window, keys: readonly GroupKey[]): Statement {
  const names = keys.map((_, i) => keyAlias(i));
  const first = names[0] as Statement;
  return sql`SELECT grouping(${first}) AS is_total, ${keyColumns(keys)}, ${metricColumns(query, scopeOf(query, window))}
${source(query, window)}
GROUP BY ${join(names, ', ')} WITH ROLLUP${wholeOnly(names)}
ORDER BY is_total DESC, ${groupOrder(query, names)}
LIMIT ${rowCount(query.limit + 2)}`;
}

/** Of the rows over some of the keys that a rollup adds, only those over all of them are wanted. */
function wholeOnly(names: readonly Statement[]): Statement {
  if (names.length === 1) return sql``;
  return sql`
HAVING grouping(${names[0] as Statement}) = grouping(${names.at(-1) as Statement})`;
}

function keyColumns(keys: readonly GroupKey[]): Statement {
  return join(
    keys.map((key, i) => sql`${key.expression} AS ${keyAlias(i)}`),
    ', ',
  );
}

/** The query's order, made total by the keys themselves. */
function groupOrder({ by, order }: ResolvedQuery, names: readonly Statement[]): Statement {
  const { target, desc } = order;
  const first = target.what === 'by' ? target.index : null;
  const keys = by.map((field, i) => keyOrder(field, names[i] as Statement, i === first && desc));
  if (first !== null) return join([keys[first] as Statement, ...keys.filter((_, i) => i !== first)], ', ');
  return join([target.what === 'metric' ? metricOrder(target.index, desc) : metricOrder(0, true), ...keys], ', ');
}

/** Metrics of a window by group and bucket, as {@link askDetails} gives them. */
export interface Details {
  /** by position of the group in the list, the others behind the last; then by what the bucket key says (0 without buckets) */
  cells: Map<number, Map<number, Cell[]>>;
  totals: Cell[];
}

/** How many groups x buckets are asked for at once before anything is known of them. */
const mostDetails = 30_000;

/**
 * The groups of the main window and, if there are few enough, all their details in the same pass over the rows. `details` is
 * null where the others need a pass of their own: their distinct counts and percentiles cannot be told from those of their parts.
 */
export async function askGroupsAndDetails(plan: Plan, bucket: Statement, ask: Ask): Promise<Leaders & { details: Details | null }> {
  const rows = await askAllDetails(plan, bucket, ask);
  if (rows === null) return { ...(await askLeaders(plan, ask)), details: null };
  const { query, main } = plan;
  const keys = keysOf(query, main);
  const isTotal = (row: unknown[]): boolean => Number(row[0]) === 1;
  const isGroup = (row: unknown[]): boolean => Number(row[1]) === 1 && !isTotal(row);
  const groups = rows.filter(isGroup).map((row) => groupOf(keys, row.slice(2)));
  const leaders = { groups: groups.slice(0, query.limit), hasMore: groups.length > query.limit };
  if (leaders.hasMore && query.metrics.some((metric) => metric.aggregate !== 'count')) return { ...leaders, details: null };
  const positionByName = new Map(leaders.groups.map((group, i) => [group.packed, i]));
  const details: Details = { cells: new Map(), totals: metricCells(query, rows.find(isTotal)?.slice(3 + keys.length) ?? []) };
  for (const row of rows) {
    if (Number(row[1]) === 1) continue;
    const position = positionByName.get(groupOf(keys, row.slice(2)).packed) ?? leaders.groups.length;
    const at = Number(row[2 + keys.length]);
    const byBucket = mapAt(details.cells, position);
    byBucket.set(at, sumOfCounts(byBucket.get(at), metricCells(query, row.slice(3 + keys.length))));
  }
  return { ...leaders, details };
}

/** Only the others come in several parts, and only where all metrics are counts. */
function sumOfCounts(sum: Cell[] | undefined, part: Cell[]): Cell[] {
  return sum === undefined ? part : sum.map((cell, i) => Number(cell) + Number(part[i]));
}

/** Rows: is_total, is_group, keys, bucket, metrics; whole groups first, in the order of the query. null: there are too many. */
async function askAllDetails({ query, main }: Plan, bucket: Statement, ask: Ask): Promise<unknown[][] | null> {
  const keys = keysOf(query, main);
  const names = keys.map((_, i) => keyAlias(i));
  const first = names[0] as Statement;
  const statement = sql`SELECT grouping(${first}) AS is_total, grouping(bucket) AS is_group, ${keyColumns(keys)}, ${bucket} AS bucket, ${metricColumns(query, scopeOf(query, main))}
${source(query, main)}
GROUP BY ${join(names, ', ')}, bucket WITH ROLLUP${wholeOnly(names)}
ORDER BY is_group DESC, ${groupOrder(query, names)}`;
  try {
    return await ask(statement, { mostGroups: mostDetails });
  } catch (error) {
    if (error instanceof Problem && error.code === 'QUERY_OVER_BUDGET') return null;
    throw error;
  }
}

/** The metrics of `window` per group and bucket; groups that are not `listed` are one, behind the last. `bucket` null: the whole window. */
export async function askDetails(
  query: ResolvedQuery,
  window: Window,
  listed: readonly Group[],
  bucket: Statement | null,
  ask: Ask,
): Promise<Details> {
  if (listed.length === 0) return { cells: new Map(), totals: await askTotals(query, window, ask) };
  const details: Details = { cells: new Map(), totals: metricCells(query, []) };
  for (const [isTotal, isWholeGroup, group, at, ...metrics] of await ask(detailStatement(query, window, listed, bucket))) {
    const cells = metricCells(query, metrics);
    if (Number(isTotal) === 1) details.totals = cells;
    else if (bucket === null || Number(isWholeGroup) === 0) mapAt(details.cells, Number(group)).set(Number(at), cells);
  }
  return details;
}

function mapAt<V>(maps: Map<number, Map<number, V>>, key: number): Map<number, V> {
  const found = maps.get(key) ?? new Map<number, V>();
  maps.set(key, found);
  return found;
}

/** Groups go by their position in the list: small numbers are grouped several times faster than text. */
function detailStatement(query: ResolvedQuery, window: Window, listed: readonly Group[], bucket: Statement | null): Statement {
  const keys = keysOf(query, window);
  const positions = bind(
    'Array(UInt16)',
    listed.map((_, i) => i),
  );
  const group = sql`transform(${packed(keys.map((_, i) => keyAlias(i)))}, ${namesOf(listed)}, ${positions}, toUInt16(${rowCount(listed.length)}))`;
  return sql`WITH ${keyColumns(keys)}
SELECT grouping(g) AS is_total, ${bucket === null ? sql`0` : sql`grouping(bucket)`} AS is_group, ${group} AS g, ${bucket ?? sql`0`} AS bucket, ${metricColumns(query, scopeOf(query, window))}
${source(query, window)}
GROUP BY g${bucket === null ? sql`` : sql`, bucket`} WITH ROLLUP`;
}

/** The metrics of all groups of `window` that are not listed, together. */
export async function askOthers(query: ResolvedQuery, window: Window, listed: readonly Group[], ask: Ask): Promise<Cell[]> {
  const keys = keysOf(query, window);
  const names = keys.map((_, i) => keyAlias(i));
  const listBytes = listed.reduce((sum, group) => sum + group.packed.length, 0);
  // the engine reads long lists slowly; beyond some length it finds the groups again by itself
  const list =
    listBytes <= mostListBytes
      ? namesOf(listed)
      : sql`(SELECT ${packed(names)} FROM (${leadersStatement(query, window, keys, listed.length)}))`;
  const [row] = await ask(sql`WITH ${keyColumns(keys)}
SELECT ${metricColumns(query, scopeOf(query, window))}
${source(query, window)}
  AND ${packed(names)} NOT IN ${list}`);
  return metricCells(query, row ?? []);
}

const mostListBytes = 65_536;

function namesOf(groups: readonly Group[]): Bound {
  return bind(
    'Array(String)',
    groups.map((group) => group.packed),
  );
}

function keyAlias(index: number): Statement {
  return sql`${trusted(`k${index}`)}`;
}
