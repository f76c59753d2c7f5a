/** Real commits, asked and counted by hand: the engine agrees with loops that know nothing of it. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueryEngine } from '../../src/server/query/engine.ts';
import type { Event, Json } from '../../src/shared/model/event.ts';
import type { QueryInput } from '../../src/shared/model/query.ts';
import type { Cell } from '../../src/shared/model/result.ts';
import { eventAt, insertEvents } from '../fixtures/event-rows.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';

const sample = fileURLToPath(new URL('../fixtures/commits-sample.ndjson.gz', import.meta.url));
/** Lies beside the project where it is developed; not part of it. */
const whole = fileURLToPath(new URL('../../../shared/data/commits.ndjson.gz', import.meta.url));
const zones = ['Europe/Berlin', 'America/St_Johns'];
const everything = { from: '2012-01-01', to: '2027-01-01' };

let opened: TestWarehouse;
beforeAll(async () => {
  opened = await openTestWarehouse();
});
afterAll(() => opened.close());

function readCommits(file: string): Event[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { id, name, time, user, properties } = JSON.parse(line) as {
      id: string;
      name: string;
      time: string;
      user: string;
      properties: { [key: string]: Json };
    };
    return eventAt(time, name, { id, user, properties });
  });
}

/** What the calendar and the clock of `zone` show, by the formatter of the platform. */
function wallClock(zone: string): (timeMs: number) => { month: string; year: number; weekday: number; hour: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    year: 'numeric',
    month: '2-digit',
    hourCycle: 'h23',
  });
  const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  return (timeMs) => {
    const parts = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    return {
      month: `${parts.year}-${parts.month}`,
      year: Number(parts.year),
      weekday: 1 + weekdays.indexOf(parts.weekday ?? ''),
      hour: Number(parts.hour),
    };
  };
}

/** How many of `items` there are under each key. */
function tally<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

async function ask(workspaceId: string, query: QueryInput): Promise<Cell[][]> {
  const engine = createQueryEngine({
    warehouse: opened.warehouse,
    clock: { now: () => Date.parse('2026-12-01T00:00Z') },
    newId: () => crypto.randomUUID(),
  });
  return (await engine.ask({ workspaceId, name: 'test', rowFilter: [] }, { range: everything, ...query })).rows;
}

/** Rows as an object from their keys to their last cell, without zeros. */
function byKey(rows: readonly Cell[][], keyOf: (row: Cell[]) => string): Record<string, number> {
  return Object.fromEntries(rows.filter((row) => row.at(-1) !== 0).map((row) => [keyOf(row), row.at(-1) as number]));
}

const sets = [{ name: 'a sample of 500 commits', file: sample }, ...(existsSync(whole) ? [{ name: 'all commits', file: whole }] : [])];
if (!existsSync(whole))
  console.log(
    'skipped: the whole set of commits, because ../shared/data/commits.ndjson.gz is not there; the sample of the project is checked.',
  );

describe.each(sets)('$name', ({ name: workspaceId, file }) => {
  let commits: Event[];
  beforeAll(async () => {
    commits = readCommits(file);
    await insertEvents(opened.warehouse, workspaceId, commits);
  });

  test('are all there', async () => {
    expect(await ask(workspaceId, { kind: 'total' })).toEqual([[commits.length]]);
  });

  test.each(zones)('per hour and weekday in %s', async (timezone) => {
    const clock = wallClock(timezone);
    const rows = await ask(workspaceId, { kind: 'breakdown', by: ['time.weekday', 'time.hour'], timezone, limit: 168 });
    const expected = tally(
      commits.map(({ timeMs }) => clock(timeMs)),
      ({ weekday, hour }) => `${weekday} ${hour}`,
    );
    expect(byKey(rows, ([weekday, hour]) => `${String(weekday)} ${String(hour)}`)).toEqual(expected);
  });

  test('per month and repository', async () => {
    const clock = wallClock('Europe/Berlin');
    const rows = await ask(workspaceId, { kind: 'trend', grain: 'month', by: ['properties.repository'], timezone: 'Europe/Berlin' });
    const expected = tally(commits, ({ timeMs, properties }) => `${clock(timeMs).month} ${String(properties['repository'])}`);
    expect(byKey(rows, ([bucket, repository]) => `${String(bucket).slice(0, 7)} ${String(repository)}`)).toEqual(expected);
  });

  test('authors per year, each once', async () => {
    const rows = await ask(workspaceId, { kind: 'trend', grain: 'year', metrics: [{ aggregate: 'unique', of: 'user' }] });
    const authors = Map.groupBy(commits, ({ timeMs }) => new Date(timeMs).getUTCFullYear());
    const expected = Object.fromEntries([...authors].map(([year, some]) => [String(year), new Set(some.map(({ user }) => user)).size]));
    expect(byKey(rows, ([bucket]) => String(bucket).slice(0, 4))).toEqual(expected);
  });
});
