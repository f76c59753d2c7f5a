/** Finds out which event names and properties there are: adds up what newly received events hold, and reads it back. */
import type { Warehouse } from '../ports/warehouse.ts';
import { bind, identifier, join, sql, trusted, type Statement } from '../sql/statement.ts';

/** Events of a workspace received after `fromMs` and up to `toMs`. Within a generation, spans follow one another. */
export interface ReceivedSpan {
  workspaceId: string;
  generation: number;
  fromMs: number;
  toMs: number;
}

/** How far discovery has come. */
export interface DiscoveryProgress {
  /** rises when events were deleted and everything has to be discovered anew */
  generation: number;
  /** events received up to here are in; 0: none */
  uptoMs: number;
}

/** An event name as discovered. */
export interface DiscoveredEvent {
  name: string;
  count: number;
  firstSeenMs: number;
  lastSeenMs: number;
}

/** Values of one engine type under one path, of events of one name; from a sample. */
export interface DiscoveredValues {
  name: string;
  /** '': the sampled events themselves */
  path: string;
  type: string;
  count: number;
}

/** Values of one path over all names. */
export interface DiscoveredPath {
  path: string;
  cardinality: number;
  frequentValues: string[];
  min: number | null;
  max: number | null;
}

/** Everything discovered in a workspace. */
export interface Discovered {
  uptoMs: number;
  events: DiscoveredEvent[];
  values: DiscoveredValues[];
  paths: DiscoveredPath[];
}

/** Events looked into per call and per name, at most: rare names are seen whole, frequent ones in part. */
const sampledEvents = 20_000;
const sampledPerName = 2_000;
const maxPaths = 300;
/** Characters of a frequent value. */
export const maxValueLength = 100;
const maxListed = 1_000;
const limits = { timeoutMs: 60_000 };

const instant = (epochMs: number): Statement => sql`fromUnixTimestamp64Milli(${bind('Int64', epochMs)}, 'UTC')`;
const inSpan = (span: ReceivedSpan): Statement =>
  sql`workspace = ${bind('String', span.workspaceId)} AND received > ${instant(span.fromMs)} AND received <= ${instant(span.toMs)}`;

/** How far discovery has come in a workspace. */
export async function readProgress(warehouse: Warehouse, workspaceId: string): Promise<DiscoveryProgress> {
  const workspace = bind('String', workspaceId);
  const { rows } =
    await warehouse.ask(sql`WITH (SELECT max(generation) FROM discovered_generations WHERE workspace = ${workspace}) AS current
    SELECT current, toUnixTimestamp64Milli(max(upto)) FROM discovered_events WHERE workspace = ${workspace} AND generation = current`);
  return { generation: Number(rows[0]?.[0] ?? 0), uptoMs: Number(rows[0]?.[1] ?? 0) };
}

/** The part of `span` from its start that holds about `maxEvents` events, or all of it; whole seconds of receipt stay together. */
export async function firstPart(warehouse: Warehouse, span: ReceivedSpan, maxEvents: number): Promise<ReceivedSpan> {
  const { rows } = await warehouse.ask(
    sql`SELECT second FROM (
        SELECT intDiv(toUnixTimestamp64Milli(received), 1000) AS second, sum(count()) OVER (ORDER BY second) AS so_far FROM events WHERE ${inSpan(span)} GROUP BY second
      ) WHERE so_far >= ${bind('UInt64', maxEvents)} ORDER BY second LIMIT 1`,
    { limits },
  );
  const second = rows[0]?.[0];
  return second === undefined ? span : { ...span, toMs: Math.min(span.toMs, (Number(second) + 1) * 1000 - 1) };
}

/** Adds what the events of `span` hold. Repeated, or done by two servers at once, it counts once. Returns how many events there were. */
export async function discoverSpan(warehouse: Warehouse, span: ReceivedSpan): Promise<number> {
  const { rows } = await warehouse.ask(
    sql`SELECT name, count(), toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time)) FROM events WHERE ${inSpan(span)} GROUP BY name LIMIT 10000`,
    { limits },
  );
  if (rows.length === 0) return 0;
  const token = `discover:${span.workspaceId}:${span.generation}:${span.fromMs}`;
  const names = rows.map(([name, count]) => ({ name: String(name), count: Number(count) }));
  await addProperties(warehouse, span, names, token);
  // Last, because these rows say how far discovery has come.
  const lines = rows.map(([name, count, first_seen, last_seen]) =>
    JSON.stringify({ workspace: span.workspaceId, generation: span.generation, name, count, first_seen, last_seen, upto: span.toMs }),
  );
  await warehouse.insert({ table: 'discovered_events', token, bytes: [Buffer.from(lines.join('\n'))] });
  return names.reduce((total, { count }) => total + count, 0);
}

async function addProperties(
  warehouse: Warehouse,
  span: ReceivedSpan,
  names: { name: string; count: number }[],
  token: string,
): Promise<void> {
  const sample = sql`FROM events WHERE ${inSpan(span)}${thinned(names)}`;
  const values = await sampleValues(warehouse, sample);
  await warehouse.command(
    sql`INSERT INTO discovered_properties
      SELECT ${bind('String', span.workspaceId)}, ${bind('UInt64', span.generation)}, name, value.1 AS path, value.2 AS type, count(),
        uniqCombinedState(12)(value.3), topKState(10)(left(value.3, ${bind('UInt8', maxValueLength)})), min(value.4), max(value.4)
      FROM (SELECT name, arrayJoin([${values}]) AS value ${sample})
      WHERE type != 'None' GROUP BY name, path, type`,
    { limits, settings: { insert_deduplication_token: token, insert_deduplicate: 1 } },
  );
}

/** Tuples of path, type, value as text and value as a number, for the most frequent paths of `sample`; the path '' for the event itself. */
export async function sampleValues(warehouse: Warehouse, sample: Statement): Promise<Statement> {
  const { rows } = await warehouse.ask(
    sql`SELECT arrayJoin(JSONAllPaths(properties)) AS path, count() AS frequency ${sample} GROUP BY path ORDER BY frequency DESC, path LIMIT ${bind('UInt32', maxPaths)}`,
    { limits },
  );
  return join([sql`('', '', '', CAST(NULL, 'Nullable(Float64)'))`, ...rows.map(([path]) => pathTuple(String(path)))], ', ');
}

/** Path, type, value as text, and value as a number. */
function pathTuple(path: string): Statement {
  const column = identifier('properties', path);
  const number = sql`coalesce(${column}${trusted('.:Float64')}, toFloat64(${column}${trusted('.:Int64')}), toFloat64(${column}${trusted('.:UInt64')}))`;
  return sql`(${bind('String', path)}, dynamicType(${column}), ifNull(CAST(${column}, 'Nullable(String)'), ''), ${number})`;
}

/** A further condition: every n-th event of each name, by where it lies, since the position costs nothing to read. */
export function thinned(names: readonly { name: string; count: number }[]): Statement {
  const perName = Math.max(20, Math.min(sampledPerName, Math.ceil(sampledEvents / names.length)));
  const frequent = names.filter(({ count }) => count > perName).map(({ name, count }) => ({ name, every: Math.ceil(count / perName) }));
  if (frequent.length === 0) return sql``;
  const every = sql`transform(name, ${bind(
    'Array(String)',
    frequent.map(({ name }) => name),
  )}, ${bind(
    'Array(UInt32)',
    frequent.map(({ every: n }) => n),
  )}, toUInt32(1))`;
  return sql` AND cityHash64(_part_offset, time) % ${every} = 0`;
}

/** Everything discovered in a workspace so far, most frequent first. */
export async function readDiscovered(warehouse: Warehouse, workspaceId: string): Promise<Discovered> {
  const { generation, uptoMs } = await readProgress(warehouse, workspaceId);
  const current = sql`workspace = ${bind('String', workspaceId)} AND generation = ${bind('UInt64', generation)}`;
  const most = bind('UInt32', maxListed);
  const [events, values, paths] = await Promise.all([
    warehouse.ask(sql`SELECT name, sum(count) AS total, toUnixTimestamp64Milli(min(first_seen)), toUnixTimestamp64Milli(max(last_seen))
      FROM discovered_events WHERE ${current} GROUP BY name ORDER BY total DESC, name LIMIT ${most}`),
    warehouse.ask(
      sql`SELECT name, path, type, sum(count) AS total FROM discovered_properties WHERE ${current} GROUP BY name, path, type ORDER BY total DESC, name, path, type LIMIT 50000`,
    ),
    warehouse.ask(sql`SELECT path, uniqCombinedMerge(12)(distinct_values), topKMerge(10)(frequent_values), min(low), max(high)
      FROM discovered_properties WHERE ${current} AND path != '' GROUP BY path ORDER BY sum(count) DESC, path LIMIT ${most}`),
  ]);
  return {
    uptoMs,
    events: events.rows.map(([name, count, first, last]) => ({
      name: String(name),
      count: Number(count),
      firstSeenMs: Number(first),
      lastSeenMs: Number(last),
    })),
    values: values.rows.map(([name, path, type, count]) => ({
      name: String(name),
      path: String(path),
      type: String(type),
      count: Number(count),
    })),
    paths: paths.rows.map(([path, cardinality, frequent, min, max]) => ({
      path: String(path),
      cardinality: Number(cardinality),
      frequentValues: frequent as string[],
      min: min as number | null,
      max: max as number | null,
    })),
  };
}

/** Lets everything discovered in a workspace be discovered anew, because events of it were deleted. */
export async function forgetDiscovered(warehouse: Warehouse, workspaceId: string): Promise<void> {
  const { generation } = await readProgress(warehouse, workspaceId);
  const workspace = bind('String', workspaceId);
  await warehouse.command(
    sql`INSERT INTO discovered_generations (workspace, generation) VALUES (${workspace}, ${bind('UInt64', generation + 1)})`,
  );
  for (const table of ['discovered_events', 'discovered_properties']) {
    await warehouse.command(
      sql`DELETE FROM ${identifier(table)} WHERE workspace = ${workspace} AND generation <= ${bind('UInt64', generation)}`,
    );
  }
}
