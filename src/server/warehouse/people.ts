/** Reads people: traits, linked ids, first and last event. */
import type { Json } from '../../shared/model/event.ts';
import type { Warehouse, WarehouseAnswer } from '../ports/warehouse.ts';
import { bind, identifier, join, sql, type Statement } from '../sql/statement.ts';
import { personExpression, personJoin, personLinks, seenPersonExpression, seenPersonJoin } from './person.ts';
import { maskedText, saltedRow } from './view/mask-sql.ts';
import { maskText } from './view/mask-text.ts';
import { leaveOut, type Masking } from './view/masks.ts';
import { sendSalted } from './view/salt.ts';
import { fromVisible, visibleIds, type View } from './view/view.ts';

/** A person as the warehouse knows it. */
export interface PersonRow {
  id: string;
  ids: string[];
  traits: Record<string, Json>;
  /** first and last visible event */
  firstSeenMs: number | null;
  lastSeenMs: number | null;
  events: number;
}

/** Which page of people. */
export interface PeopleRequest {
  limit: number;
  text?: string | undefined;
  /** `next` of the page before */
  after?: string | undefined;
}

/** Identify calls of one id that are looked at, newest first; older ones rarely say anything new. */
const callsPerId = 100;
const limits = { timeoutMs: 20_000 };

/** People that were identified and that the view shows, the last identified first. */
export async function readPeople(
  warehouse: Warehouse,
  view: View,
  request: PeopleRequest,
): Promise<{ rows: PersonRow[]; next: string | null }> {
  const { rows } = await ask(
    warehouse,
    view,
    sql`SELECT owner, last_ms, ${place(view)} AS place FROM (
        SELECT if(link_person != '', link_person, id) AS owner, toUnixTimestamp64Milli(max(time)) AS last_ms
        FROM traits LEFT ANY JOIN (${linksOf(view)}) AS links ON link_alias = id
        WHERE ${usersOf(view)} AND ${contains(view, request.text)} GROUP BY owner
      ) WHERE ${isVisible(view)} AND ${before(request.after)} ORDER BY last_ms DESC, place DESC LIMIT ${bind('UInt32', request.limit + 1)}`,
  );
  const page = rows.slice(0, request.limit) as [string, number, string][];
  const [, lastMs, lastPlace] = page.at(-1) ?? ['', 0, ''];
  return {
    rows: await describe(
      warehouse,
      view,
      page.map(([id]) => id),
    ),
    next: rows.length > request.limit ? `${lastMs}-${lastPlace}` : null,
  };
}

/** The person that `id`, as the view shows it, belongs to; null when nothing is known of the id or nothing of it may be seen. */
export async function maybePerson(warehouse: Warehouse, view: View, id: string): Promise<PersonRow | null> {
  const known = await maybeStoredId(warehouse, view, id);
  if (known === null) return null;
  const { rows } = await ask(warehouse, view, sql`SELECT link_person FROM (${linksOf(view)}) WHERE link_alias = ${bind('String', known)}`);
  const [found] = await describe(warehouse, view, [String(rows[0]?.[0] ?? known)]);
  if (found === undefined || (view.rows !== null && found.events === 0)) return null;
  return found.events === 0 && found.ids.length <= 1 && Object.keys(found.traits).length === 0 ? null : found;
}

function ask(warehouse: Warehouse, view: View, statement: Statement): Promise<WarehouseAnswer> {
  return sendSalted(statement, view.salt, (salted) => warehouse.ask(salted, { limits }));
}

function linksOf(view: View): Statement {
  return personLinks(view.workspaceId, view.rows === null ? undefined : visibleIds(view));
}

function usersOf({ workspaceId }: View): Statement {
  return sql`workspace = ${bind('String', workspaceId)} AND kind = 'user'`;
}

function idMask({ masks }: View): Masking | null {
  return masks.of('person');
}

/** What a page ends with: the id, or a number in its place where ids are masked. */
function place(view: View): Statement {
  return idMask(view) === null ? sql`owner` : sql`lower(hex(${saltedRow([sql`owner`])}))`;
}

/**
 * The id as it is stored that the view shows as `id`. Hashed ids can be found by their hash; other masks show several ids as
 * one, or none, and so nobody is found.
 */
async function maybeStoredId(warehouse: Warehouse, view: View, id: string): Promise<string | null> {
  const masking = idMask(view);
  if (masking === null) return id;
  if (masking.as !== 'hash') return null;
  const stored = sql`SELECT DISTINCT arrayJoin([user, anonymous]) AS stored ${fromVisible(view)}
    UNION ALL SELECT id FROM traits WHERE ${usersOf(view)}`;
  const hashed = maskedText(sql`stored`, masking);
  const { rows } = await ask(warehouse, view, sql`SELECT stored FROM (${stored}) WHERE ${hashed} = ${bind('String', id)} LIMIT 1`);
  return rows[0] === undefined ? null : String(rows[0][0]);
}

function isVisible(view: View): Statement {
  if (view.rows === null) return sql`true`;
  return sql`owner IN (SELECT ${seenPersonExpression} ${fromVisible(view, seenPersonJoin(view.workspaceId, visibleIds(view)))})`;
}

/** Text is sought in what the view shows. */
function contains(view: View, text: string | undefined): Statement {
  if (text === undefined || text === '') return sql`true`;
  const said = sql`concat(${maskedText(sql`id`, idMask(view))}, ' ', ${shownTraits(view)})`;
  return sql`positionCaseInsensitiveUTF8(${said}, ${bind('String', text)}) > 0`;
}

/** Traits as text, without those that have anything masked in them. */
function shownTraits({ masks: { leftOut } }: View): Statement {
  if (leftOut.length === 0) return sql`toJSONString(traits)`;
  if (leftOut.includes('')) return sql`''`;
  const keys = new Set(leftOut.map((path) => path.split('.')[0] ?? ''));
  const skipped = join(
    [...keys].map((key) => sql`SKIP ${identifier(key)}`),
    ', ',
  );
  return sql`toJSONString(CAST(traits, ${bind('String', `JSON(${skipped.text})`)}))`;
}

function before(cursor: string | undefined): Statement {
  if (cursor === undefined) return sql`true`;
  const at = cursor.indexOf('-');
  return sql`(last_ms, place) < (${bind('Int64', Number(cursor.slice(0, at)))}, ${bind('String', cursor.slice(at + 1))})`;
}

/** In the order of `people`. */
async function describe(warehouse: Warehouse, view: View, people: readonly string[]): Promise<PersonRow[]> {
  if (people.length === 0) return [];
  const idsByPerson = await readIds(warehouse, view, people);
  const all = [...idsByPerson.values()].flat();
  const [traitsById, seen] = await Promise.all([readTraits(warehouse, view, all), readSeen(warehouse, view, all)]);
  const shown = (id: string): string => maskText(id, idMask(view), view.salt);
  return people.map((id) => {
    const ids = idsByPerson.get(id) ?? [id];
    const said = ids.flatMap((one) => traitsById.get(one) ?? []).sort((a, b) => a.timeMs - b.timeMs);
    const [events, firstSeenMs, lastSeenMs] = seen.get(id) ?? [0, null, null];
    return {
      id: shown(id),
      ids: ids.map(shown).filter((one) => one !== ''),
      traits: leaveOut(Object.assign({}, ...said.map(({ traits }) => traits)) as Record<string, Json>, view.masks.leftOut),
      firstSeenMs,
      lastSeenMs,
      events,
    };
  });
}

async function readIds(warehouse: Warehouse, view: View, people: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await ask(
    warehouse,
    view,
    sql`SELECT link_person, groupArray(link_alias) FROM (${linksOf(view)}) WHERE link_person IN ${bind('Array(String)', people)} GROUP BY link_person`,
  );
  const linked = new Map(rows as [string, string[]][]);
  return new Map(people.map((id) => [id, [id, ...(linked.get(id) ?? []).filter((alias) => alias !== id).sort()]]));
}

async function readTraits(
  warehouse: Warehouse,
  view: View,
  ids: readonly string[],
): Promise<Map<string, { timeMs: number; traits: Record<string, Json> }[]>> {
  const { rows } = await ask(
    warehouse,
    view,
    sql`SELECT id, toUnixTimestamp64Milli(time) AS ms, toJSONString(traits) FROM traits
      WHERE ${usersOf(view)} AND id IN ${bind('Array(String)', ids)} ORDER BY time DESC LIMIT ${bind('UInt32', callsPerId)} BY id`,
  );
  const parsed = rows.map(([id, ms, text]) => ({
    id: String(id),
    timeMs: Number(ms),
    traits: JSON.parse(String(text)) as Record<string, Json>,
  }));
  return Map.groupBy(parsed, ({ id }) => id);
}

/** Visible events, first and last instant by person. */
async function readSeen(warehouse: Warehouse, view: View, ids: readonly string[]): Promise<Map<string, [number, number, number]>> {
  const any = bind('Array(String)', ids);
  const [owner, joined] =
    view.rows === null
      ? [personExpression, personJoin(view.workspaceId)]
      : [seenPersonExpression, seenPersonJoin(view.workspaceId, visibleIds(view))];
  const { rows } = await ask(
    warehouse,
    view,
    sql`SELECT ${owner} AS owner, count(), toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time))
      ${fromVisible(view, joined)} AND (user IN ${any} OR (user = '' AND anonymous IN ${any})) GROUP BY owner`,
  );
  return new Map(rows.map(([id, count, first, last]) => [String(id), [Number(count), Number(first), Number(last)]]));
}
