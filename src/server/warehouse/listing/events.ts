/** Reads stored events for people who look at them: a page newest first, and one event whole. */
import type { Json } from '../../../shared/model/event.ts';
import type { Warehouse, WarehouseAnswer } from '../../ports/warehouse.ts';
import { bind, identifier, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import { maskedColumn, saltedRow } from '../view/mask-sql.ts';
import { isWithin, leaveOut } from '../view/masks.ts';
import { sendSalted } from '../view/salt.ts';
import { fromVisible, type View } from '../view/view.ts';
import { hashText, keyOf, type Page, type PageRequest, parseKey, readPage, spanOf } from './newest-first.ts';

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
  /** null: it is masked */
  receivedMs: number | null;
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

const textColumns = ['name', 'id', 'user', 'anonymous', 'session'] as const;
/** What tells rows of one instant apart. */
const tieColumns = ['name', 'id', 'user', 'anonymous', 'received'] as const;

/** The key is salted: a bare hash of a row would let anybody try out what is masked in it. */
const rowHash = hashText(saltedRow([...textColumns.map((column) => sql`${identifier(column)}`), sql`received`, sql`toString(properties)`]));

function columnsOf(view: View): Statement {
  const texts = textColumns.map((column) => shown(view, column));
  const received = view.masks.of('received') === null ? sql`toUnixTimestamp64Milli(received)` : sql`NULL`;
  return sql`toUnixTimestamp64Milli(time) AS time_ms, ${rowHash} AS hash, ${join(texts, ', ')},
  toString(properties) AS properties_text, source, import_id, ${received} AS received_ms`;
}

/** A text column as the view shows it. */
function shown({ masks }: View, column: string): Statement {
  return maskedColumn(column, masks.of(column));
}

/** The events of `view` that pass `filter`, newest first by event time. `nowMs` is where looking back begins. */
export async function readEvents(
  warehouse: Warehouse,
  view: View,
  filter: EventFilter,
  request: PageRequest,
  nowMs: number,
): Promise<Page<EventRow>> {
  const isTieMasked = tieColumns.some((column) => view.masks.of(column) !== null);
  const ties = tieColumns.map((column) => sql`${identifier(column)}`);
  return readPage(
    request,
    nowMs,
    (event) => event.timeMs,
    async (span, limit, offset) => {
      const within = sql`${fromVisible(view)} AND ${spanOf('time', span)}`;
      const textPaths = filter.text === undefined ? [] : await readTextPaths(warehouse, view, within);
      const rows = join([within, ...conditionsOf(view, filter, textPaths)], ' AND ');
      const statement = sql`SELECT ${columnsOf(view)} ${rows}
      ORDER BY time DESC, ${isTieMasked ? saltedRow(ties) : join(ties, ', ')} LIMIT ${bind('UInt32', limit)} OFFSET ${bind('UInt32', offset)}`;
      return toEvents(view, await sendSalted(statement, view.salt, (salted) => warehouse.ask(salted)));
    },
  );
}

/**
 * The paths under which properties hold text. Searching these columns costs 0.05 us an event; spelling out each event's JSON
 * to search that costs 20.
 */
async function readTextPaths(warehouse: Warehouse, { masks }: View, within: Statement): Promise<string[]> {
  const answer = await warehouse.ask(
    sql`SELECT arraySort(mapKeys(mapFilter((path, types) -> has(types, 'String'), distinctJSONPathsAndTypes(properties)))) ${within}`,
  );
  const paths = (answer.rows[0]?.[0] ?? []) as string[];
  return paths.filter((path) => !masks.leftOut.some((masked) => isWithin(path, masked))).slice(0, SEARCHED_PATHS);
}

/** The event with the key of a page; null if it is not there (any more) or not in the view. */
export async function maybeEvent(warehouse: Warehouse, view: View, key: string): Promise<EventRow | null> {
  const { instantMs, hash } = parseKey(key);
  const statement = sql`SELECT ${columnsOf(view)} ${fromVisible(view)}
    AND time = fromUnixTimestamp64Milli(${bind('Int64', instantMs)}, 'UTC') AND hash = ${bind('String', hash)} LIMIT 1`;
  const answer = await sendSalted(statement, view.salt, (salted) => warehouse.ask(salted));
  return toEvents(view, answer)[0] ?? null;
}

/** Filters ask of what the view shows. */
function conditionsOf(view: View, filter: EventFilter, textPaths: readonly string[]): Statement[] {
  const conditions: Statement[] = [];
  const is = (column: string, value: string): Statement => sql`${shown(view, column)} = ${bind('String', value)}`;
  if (filter.name !== undefined) conditions.push(is('name', filter.name));
  if (filter.user !== undefined) conditions.push(sql`(${is('user', filter.user)} OR ${is('anonymous', filter.user)})`);
  if (filter.source !== undefined) conditions.push(sql`source = ${bind('String', filter.source)}`);
  if (filter.text !== undefined) conditions.push(textCondition(view, filter.text, textPaths));
  return conditions;
}

function textCondition(view: View, text: string, textPaths: readonly string[]): Statement {
  const plain = textColumns.map((column) => shown(view, column));
  const properties = textPaths.map((path) => sql`${identifier('properties', path)}${trusted('.:String')}`);
  const hits = [...plain, ...properties].map((field) => sql`positionCaseInsensitiveUTF8(${field}, ${bind('String', text)}) > 0`);
  return sql`(${join(hits, ' OR ')})`;
}

function toEvents({ masks }: View, answer: WarehouseAnswer): EventRow[] {
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
      number | null,
    ];
    const properties = leaveOut(JSON.parse(propertiesText) as Record<string, Json>, masks.leftOut);
    return { key: keyOf(timeMs, hash), name, id, timeMs, user, anonymous, session, properties, source, importId, receivedMs };
  });
}
