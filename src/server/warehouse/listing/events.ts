/** Reads stored events for people who look at them: a page newest first, and one event whole. */
import type { Json } from '../../../shared/model/event.ts';
import type { Warehouse, WarehouseAnswer } from '../../ports/warehouse.ts';
import { bind, identifier, join, sql, trusted, type Part, type Statement } from '../../sql/statement.ts';
import { keyOf, type Page, type PageRequest, parseKey, readPage, spanOf } from './newest-first.ts';

/** An event as it is stored. Instants in epoch ms. */
export interface EventRow {
  key: string;
  name: string;
  id: string;
  timeMs: number;
  user: string;
  anonymous: string;
  session: string;
  properties: Record<string, Json>;
  source: string;
  importId: string;
  receivedMs: number;
}

/** A search looks into this many properties at most, in the order of their names. */
const SEARCHED_PATHS = 500;

/** Which events; all that is set must hold. */
export interface EventFilter {
  name?: string | undefined;
  /** equals the user or the anonymous id */
  user?: string | undefined;
  source?: string | undefined;
  /** anywhere in name, ids or properties that are text, ignoring case */
  text?: string | undefined;
}

const columns = sql`toUnixTimestamp64Milli(time) AS time_ms, lower(hex(sipHash64(name, id, user, anonymous, session, received, toString(properties)))) AS hash,
  name, id, user, anonymous, session, toString(properties) AS properties_text, source, import_id, toUnixTimestamp64Milli(received) AS received_ms`;

/** The events of `workspaceId` that pass `filter`, newest first by event time. `nowMs` is where looking back begins. */
export async function readEvents(
  warehouse: Warehouse,
  workspaceId: string,
  filter: EventFilter,
  request: PageRequest,
  nowMs: number,
): Promise<Page<EventRow>> {
  const inWorkspace = sql`workspace = ${bind('String', workspaceId)}`;
  return readPage(
    request,
    nowMs,
    (event) => event.timeMs,
    async (span, limit, offset) => {
      const within = sql`${inWorkspace} AND ${spanOf('time', span)}`;
      const textPaths = filter.text === undefined ? [] : await readTextPaths(warehouse, within);
      const where = join([within, ...conditionsOf(filter, textPaths)], ' AND ');
      const answer = await warehouse.ask(sql`SELECT ${columns} FROM events WHERE ${where}
      ORDER BY time DESC, name, id, user, anonymous, received LIMIT ${bind('UInt32', limit)} OFFSET ${bind('UInt32', offset)}`);
      return toEvents(answer);
    },
  );
}

/**
 * The paths under which properties hold text. Searching these columns costs 0.05 us an event; spelling out each event's JSON
 * to search that costs 20.
 */
async function readTextPaths(warehouse: Warehouse, within: Statement): Promise<string[]> {
  const answer = await warehouse.ask(
    sql`SELECT arraySort(mapKeys(mapFilter((path, types) -> has(types, 'String'), distinctJSONPathsAndTypes(properties)))) FROM events WHERE ${within}`,
  );
  return ((answer.rows[0]?.[0] ?? []) as string[]).slice(0, SEARCHED_PATHS);
}

/** The event with the key of a page; null if it is not there (any more). */
export async function maybeEvent(warehouse: Warehouse, workspaceId: string, key: string): Promise<EventRow | null> {
  const { instantMs, hash } = parseKey(key);
  const answer = await warehouse.ask(sql`SELECT ${columns} FROM events
    WHERE workspace = ${bind('String', workspaceId)} AND time = fromUnixTimestamp64Milli(${bind('Int64', instantMs)}, 'UTC') AND hash = ${bind('String', hash)} LIMIT 1`);
  return toEvents(answer)[0] ?? null;
}

function conditionsOf(filter: EventFilter, textPaths: readonly string[]): Statement[] {
  const conditions: Statement[] = [];
  if (filter.name !== undefined) conditions.push(sql`name = ${bind('String', filter.name)}`);
  if (filter.user !== undefined)
    conditions.push(sql`(user = ${bind('String', filter.user)} OR anonymous = ${bind('String', filter.user)})`);
  if (filter.source !== undefined) conditions.push(sql`source = ${bind('String', filter.source)}`);
  if (filter.text !== undefined) conditions.push(textCondition(filter.text, textPaths));
  return conditions;
}

function textCondition(text: string, textPaths: readonly string[]): Statement {
  const plain = ['name', 'id', 'user', 'anonymous', 'session'].map((name): Part => identifier(name));
  const properties = textPaths.map((path): Part => sql`${identifier('properties', path)}${trusted('.:String')}`);
  const hits = [...plain, ...properties].map((field) => sql`positionCaseInsensitiveUTF8(${field}, ${bind('String', text)}) > 0`);
  return sql`(${join(hits, ' OR ')})`;
}

function toEvents(answer: WarehouseAnswer): EventRow[] {
  return answer.rows.map((row) => {
    const [timeMs, hash, name, id, user, anonymous, session, propertiesText, source, importId, receivedMs] = row as [
      number,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      number,
    ];
    const properties = JSON.parse(propertiesText) as Record<string, Json>;
    return { key: keyOf(timeMs, hash), name, id, timeMs, user, anonymous, session, properties, source, importId, receivedMs };
  });
}
