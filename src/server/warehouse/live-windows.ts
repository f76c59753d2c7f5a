/** What the warehouse knows of the last hour, for live windows that start anew with each process. */
import type { Json } from '../../shared/model/event.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { bind, identifier, join, sql, trusted, type Statement } from '../sql/statement.ts';
import { maskedColumn } from './view/mask-sql.ts';
import { leaveOut } from './view/masks.ts';
import { sendSalted } from './view/salt.ts';
import { fromVisible, wholeView, type View } from './view/view.ts';

/** The last hour of one workspace as it was before a certain instant of receipt. Seconds are epoch seconds. */
export interface WorkspaceHistory {
  workspaceId: string;
  totals: { second: number; count: number }[];
  names: { name: string; second: number; count: number }[];
  sums: { name: string; property: string; second: number; sum: number }[];
  users: { user: string; second: number }[];
  /** the newest events, newest last */
  latest: { name: string; timeMs: number; user: string; anonymous: string; properties: { [key: string]: Json } }[];
}

/** Which events live windows count. */
export interface HistoryScope {
  /** end of the hour, epoch ms */
  nowMs: number;
  /** only events received before this instant, epoch ms */
  receivedBeforeMs: number;
  /** events that came later than this after their time do not count */
  lateMs: number;
  /** names per workspace and sums per workspace worth reading, the most frequent ones */
  names: number;
  sums: number;
  latest: number;
}

type Asking = Pick<Warehouse, 'ask'>;

const hourMs = 3_600_000;
const limits = { timeoutMs: 20_000 };
/** users are read in portions, so that one answer does not block the event loop for long */
const usersPerPortion = 25_000;

/** Workspaces that got events (imports aside) in the last week, the busiest of the last hour first; at most 1,000. */
export async function findLiveWorkspaces(warehouse: Asking, scope: HistoryScope): Promise<string[]> {
  const { rows } = await warehouse.ask(
    sql`SELECT workspace FROM events WHERE ${counts(scope, 7 * 24 * hourMs)}
      GROUP BY workspace ORDER BY countIf(time > ${instant(scope.nowMs - hourMs)}) DESC, workspace LIMIT 1000`,
    { limits },
  );
  return rows.map(([workspace]) => String(workspace));
}

/** The last hour of `workspaceId`. */
export async function readWorkspaceHistory(warehouse: Asking, workspaceId: string, scope: HistoryScope): Promise<WorkspaceHistory> {
  const lastHour = sql`workspace = ${bind('String', workspaceId)} AND ${counts(scope, hourMs)}`;
  const totals = await readTotals(warehouse, lastHour);
  const latest = await readLatestEvents(warehouse, wholeView(workspaceId), scope);
  if (totals.length === 0) return { workspaceId, totals, names: [], sums: [], users: [], latest };
  const names = await readNames(warehouse, lastHour, scope);
  return {
    workspaceId,
    totals,
    names,
    sums: await readSums(warehouse, lastHour, scope),
    users: await readUsers(warehouse, lastHour, scope),
    latest,
  };
}

const instant = (epochMs: number) => bind("DateTime64(3, 'UTC')", new Date(epochMs).toISOString().replace('Z', '').replace('T', ' '));

function counts(scope: HistoryScope, backMs: number): Statement {
  return sql`time > ${instant(scope.nowMs - backMs)} AND time <= ${instant(scope.nowMs + hourMs)}
    AND received < ${instant(scope.receivedBeforeMs)} AND import_id = ''
    AND time >= received - toIntervalMillisecond(${bind('UInt32', scope.lateMs)})`;
}

async function readTotals(warehouse: Asking, lastHour: Statement): Promise<WorkspaceHistory['totals']> {
  const { rows } = await warehouse.ask(
    sql`SELECT toUnixTimestamp(time) AS second, toUInt32(count()) FROM events WHERE ${lastHour} GROUP BY second`,
    { limits },
  );
  return rows.map(([second, count]) => ({ second: Number(second), count: Number(count) }));
}

async function readNames(warehouse: Asking, lastHour: Statement, scope: HistoryScope): Promise<WorkspaceHistory['names']> {
  const frequent = sql`SELECT name FROM events WHERE ${lastHour} GROUP BY name ORDER BY count() DESC, name LIMIT ${bind('UInt32', scope.names)}`;
  const { rows } = await warehouse.ask(
    sql`SELECT name, toUnixTimestamp(time) AS second, toUInt32(count()) FROM events WHERE ${lastHour} AND name IN (${frequent}) GROUP BY name, second`,
    { limits },
  );
  return rows.map(([name, second, count]) => ({ name: String(name), second: Number(second), count: Number(count) }));
}

async function readUsers(warehouse: Asking, lastHour: Statement, scope: HistoryScope): Promise<WorkspaceHistory['users']> {
  const active = sql`${lastHour} AND time > ${instant(scope.nowMs - hourMs / 2)} AND (user != '' OR anonymous != '')`;
  const actor = sql`if(user != '', user, anonymous)`;
  const { rows } = await warehouse.ask(sql`SELECT toUInt32(uniq(${actor})) FROM events WHERE ${active}`, { limits });
  const portions = Math.ceil(Number(rows[0]?.[0] ?? 0) / usersPerPortion);
  const users: WorkspaceHistory['users'] = [];
  for (let portion = 0; portion < portions; portion++) {
    const answer = await warehouse.ask(
      sql`SELECT ${actor} AS actor, toUnixTimestamp(max(time)) FROM events
        WHERE ${active} AND cityHash64(${actor}) % ${bind('UInt32', portions)} = ${bind('UInt32', portion)} GROUP BY actor`,
      { limits },
    );
    for (const [user, second] of answer.rows) users.push({ user: String(user), second: Number(second) });
  }
  return users;
}

/** Numbers of the first level only, as the windows add them up. */
async function readSums(warehouse: Asking, lastHour: Statement, scope: HistoryScope): Promise<WorkspaceHistory['sums']> {
  const found = await warehouse.ask(
    sql`SELECT typed.1 AS path, groupUniqArray(128)(name) FROM (SELECT name, properties FROM events WHERE ${lastHour} LIMIT 200000)
      ARRAY JOIN JSONAllPathsWithTypes(properties) AS typed WHERE typed.2 = 'Float64' AND position(path, '.') = 0
      GROUP BY path ORDER BY count() DESC, path LIMIT ${bind('UInt32', scope.sums)}`,
    { limits },
  );
  if (found.rows.length === 0) return [];
  const arms = found.rows.map(([path, names]) => {
    const value = sql`${identifier('properties', String(path))}${trusted('.:`Float64`')}`;
    return sql`SELECT name, ${bind('String', path)} AS property, intDiv(toUnixTimestamp(time), 5) * 5 AS slot, sum(${value}) AS total
      FROM events WHERE ${lastHour} AND name IN ${bind('Array(String)', names)} AND ${value} IS NOT NULL GROUP BY name, slot`;
  });
  const { rows } = await warehouse.ask(join(arms, ' UNION ALL '), { limits });
  return rows.map(([name, property, slot, sum]) => ({
    name: String(name),
    property: String(property),
    second: Number(slot),
    sum: Number(sum),
  }));
}

/** The latest events that `view` shows, as it shows them, newest last: of the last hour if that has enough, else of the last week. */
export async function readLatestEvents(warehouse: Asking, view: View, scope: HistoryScope): Promise<WorkspaceHistory['latest']> {
  const [name, user, anonymous] = ['name', 'user', 'anonymous'].map((column) => maskedColumn(column, view.masks.of(column)));
  for (const backMs of [hourMs, 7 * 24 * hourMs]) {
    const statement = sql`SELECT ${name!}, toUnixTimestamp64Milli(time) AS at, ${user!}, ${anonymous!},
        if(length(toJSONString(properties)) > 20000, '{}', toJSONString(properties))
        ${fromVisible(view)} AND ${counts(scope, backMs)}
        ORDER BY time DESC${view.masks.of('id') === null ? sql`, id` : sql``} LIMIT ${bind('UInt32', scope.latest)}`;
    const { rows } = await sendSalted(statement, view.salt, (salted) => warehouse.ask(salted, { limits }));
    if (rows.length < scope.latest && backMs === hourMs) continue;
    return rows.reverse().map(([shownName, at, shownUser, shownAnonymous, properties]) => ({
      name: String(shownName),
      timeMs: Number(at),
      user: String(shownUser),
      anonymous: String(shownAnonymous),
      properties: leaveOut(JSON.parse(String(properties)) as { [key: string]: Json }, view.masks.leftOut),
    }));
  }
  return [];
}
