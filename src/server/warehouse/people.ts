/** Reads people: traits, linked ids, first and last event. */
import type { Json } from '../../shared/model/event.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { bind, sql, type Statement } from '../sql/statement.ts';
import { personExpression, personJoin, personLinks } from './person.ts';

/** A person as the warehouse knows it. */
export interface PersonRow {
  id: string;
  ids: string[];
  traits: Record<string, Json>;
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

/** People that were identified, the last identified first. */
export async function readPeople(
  warehouse: Warehouse,
  workspaceId: string,
  request: PeopleRequest,
): Promise<{ rows: PersonRow[]; next: string | null }> {
  const { rows } = await warehouse.ask(
    sql`SELECT owner, last_ms FROM (
        SELECT if(link_person != '', link_person, id) AS owner, toUnixTimestamp64Milli(max(time)) AS last_ms
        FROM traits LEFT ANY JOIN (${personLinks(workspaceId)}) AS links ON link_alias = id
        WHERE ${usersOf(workspaceId)} AND ${contains(request.text)} GROUP BY owner
      ) WHERE ${before(request.after)} ORDER BY last_ms DESC, owner DESC LIMIT ${bind('UInt32', request.limit + 1)}`,
    { limits },
  );
  const page = rows.slice(0, request.limit) as [string, number][];
  const [lastId, lastMs] = page.at(-1) ?? ['', 0];
  return {
    rows: await describe(
      warehouse,
      workspaceId,
      page.map(([id]) => id),
    ),
    next: rows.length > request.limit ? `${lastMs}-${lastId}` : null,
  };
}

/** The person that `id` belongs to; null when nothing is known of the id. */
export async function maybePerson(warehouse: Warehouse, workspaceId: string, id: string): Promise<PersonRow | null> {
  const { rows } = await warehouse.ask(
    sql`SELECT link_person FROM (${personLinks(workspaceId)}) WHERE link_alias = ${bind('String', id)}`,
    { limits },
  );
  const [found] = await describe(warehouse, workspaceId, [String(rows[0]?.[0] ?? id)]);
  return found === undefined || (found.events === 0 && found.ids.length === 1 && Object.keys(found.traits).length === 0) ? null : found;
}

function usersOf(workspaceId: string): Statement {
  return sql`workspace = ${bind('String', workspaceId)} AND kind = 'user'`;
}

function contains(text: string | undefined): Statement {
  if (text === undefined || text === '') return sql`true`;
  return sql`positionCaseInsensitiveUTF8(concat(id, ' ', toJSONString(traits)), ${bind('String', text)}) > 0`;
}

function before(cursor: string | undefined): Statement {
  if (cursor === undefined) return sql`true`;
  const at = cursor.indexOf('-');
  return sql`(last_ms, owner) < (${bind('Int64', Number(cursor.slice(0, at)))}, ${bind('String', cursor.slice(at + 1))})`;
}

/** In the order of `people`. */
async function describe(warehouse: Warehouse, workspaceId: string, people: readonly string[]): Promise<PersonRow[]> {
  if (people.length === 0) return [];
  const idsByPerson = await readIds(warehouse, workspaceId, people);
  const all = [...idsByPerson.values()].flat();
  const [traitsById, seen] = await Promise.all([readTraits(warehouse, workspaceId, all), readSeen(warehouse, workspaceId, all)]);
  return people.map((id) => {
    const ids = idsByPerson.get(id) ?? [id];
    const said = ids.flatMap((one) => traitsById.get(one) ?? []).sort((a, b) => a.timeMs - b.timeMs);
    const [events, firstSeenMs, lastSeenMs] = seen.get(id) ?? [0, null, null];
    return {
      id,
      ids,
      traits: Object.assign({}, ...said.map(({ traits }) => traits)) as Record<string, Json>,
      firstSeenMs,
      lastSeenMs,
      events,
    };
  });
}

async function readIds(warehouse: Warehouse, workspaceId: string, people: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await warehouse.ask(
    sql`SELECT link_person, groupArray(link_alias) FROM (${personLinks(workspaceId)}) WHERE link_person IN ${bind('Array(String)', people)} GROUP BY link_person`,
    { limits },
  );
  const linked = new Map(rows as [string, string[]][]);
  return new Map(people.map((id) => [id, [id, ...(linked.get(id) ?? []).filter((alias) => alias !== id).sort()]]));
}

async function readTraits(
  warehouse: Warehouse,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, { timeMs: number; traits: Record<string, Json> }[]>> {
  const { rows } = await warehouse.ask(
    sql`SELECT id, toUnixTimestamp64Milli(time) AS ms, toJSONString(traits) FROM traits
      WHERE ${usersOf(workspaceId)} AND id IN ${bind('Array(String)', ids)} ORDER BY time DESC LIMIT ${bind('UInt32', callsPerId)} BY id`,
    { limits },
  );
  const parsed = rows.map(([id, ms, text]) => ({
    id: String(id),
    timeMs: Number(ms),
    traits: JSON.parse(String(text)) as Record<string, Json>,
  }));
  return Map.groupBy(parsed, ({ id }) => id);
}

/** Events, first and last instant by person. */
async function readSeen(warehouse: Warehouse, workspaceId: string, ids: readonly string[]): Promise<Map<string, [number, number, number]>> {
  const any = bind('Array(String)', ids);
  const { rows } = await warehouse.ask(
    sql`SELECT ${personExpression} AS owner, count(), toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time))
      FROM events ${personJoin(workspaceId)}
      WHERE workspace = ${bind('String', workspaceId)} AND (user IN ${any} OR (user = '' AND anonymous IN ${any})) GROUP BY owner`,
    { limits },
  );
  return new Map(rows.map(([owner, count, first, last]) => [String(owner), [Number(count), Number(first), Number(last)]]));
}
