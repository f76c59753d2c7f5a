/** Real commits brought in by `bellwether import` and asked for over HTTP: the answers agree with loops over the file that know nothing of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryInput } from '../../src/shared/model/query.ts';
import type { Cell } from '../../src/shared/model/result.ts';
import { callsOf, type Calls } from '../fixtures/calls.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { projectFolder } from '../fixtures/source-tree.ts';

/** Lies beside the project where it is developed; not part of it. */
const whole = join(projectFolder, '../shared/data/commits.ndjson.gz');
const sets = [
  { name: 'a sample of 500 commits', file: join(projectFolder, 'test/fixtures/commits-sample.ndjson.gz'), count: 500 },
  ...(existsSync(whole) ? [{ name: 'all 76,196 commits', file: whole, count: 76_196 }] : []),
];
if (!existsSync(whole))
  console.log('skipped: all commits, because ../shared/data/commits.ndjson.gz is not there; the sample of the project is checked.');

const zones = ['Europe/Berlin', 'America/St_Johns'];
const everything = { from: '2012-01-01', to: '2027-01-01' };

/** What these checks need of a line of the file. */
interface Commit {
  timeMs: number;
  user: string;
  repository: string;
}

function readCommits(file: string): Commit[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { time, user, properties } = JSON.parse(line) as { time: string; user: string; properties: { repository: string } };
    return { timeMs: Date.parse(time), user, repository: properties.repository };
  });
}

/** What the calendar and the clock of `zone` show, by the formatter of the platform. */
function wallClock(zone: string): (timeMs: number) => { month: string; year: string; weekday: number; hour: number } {
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
      year: String(parts.year),
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

/** Rows as an object from their keys to their last cell, without zeros. */
function byKey(rows: readonly Cell[][], keyOf: (row: Cell[]) => string): Record<string, number> {
  return Object.fromEntries(rows.filter((row) => row.at(-1) !== 0).map((row) => [keyOf(row), row.at(-1) as number]));
}

describe.each(sets)('$name', ({ file, count }) => {
  let server: TestServer;
  let calls: Calls;
  let commits: Commit[];
  beforeAll(async () => {
    commits = readCommits(file);
    server = await openTestServer();
    calls = callsOf(server);
  });
  afterAll(() => server.close());
  const ask = async (query: QueryInput) => (await calls.ask({ range: everything, ...query })).rows;

  test('come in, and coming again add none', { timeout: 120_000 }, async () => {
    const shown = count.toLocaleString('en-US');
    const first = await runCli(server.folder, ['import', file]);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`${shown} read = ${shown} accepted + 0 duplicates + 0 rejected`) });
    expect(await ask({ kind: 'total' })).toEqual([[commits.length]]);
    expect(commits).toHaveLength(count);
    expect(await runCli(server.folder, ['import', file])).toMatchObject({ code: 0, out: expect.stringContaining('nothing added') });
    expect(await ask({ kind: 'total' })).toEqual([[count]]);
    const { accepted, stored, pending } = await calls.ledger();
    expect({ accepted, stored, pending }).toEqual({ accepted: count, stored: count, pending: 0 });
  });

  test.each(zones)('per hour and weekday in %s', async (timezone) => {
    const clock = wallClock(timezone);
    const rows = await ask({ kind: 'breakdown', by: ['time.weekday', 'time.hour'], timezone, limit: 168 });
    const expected = tally(
      commits.map(({ timeMs }) => clock(timeMs)),
      ({ weekday, hour }) => `${weekday} ${hour}`,
    );
    expect(byKey(rows, ([weekday, hour]) => `${String(weekday)} ${String(hour)}`)).toEqual(expected);
  });

  test.each(zones)('per month and repository in %s', async (timezone) => {
    const clock = wallClock(timezone);
    const rows = await ask({ kind: 'trend', grain: 'month', by: ['properties.repository'], timezone, limit: 50 });
    const expected = tally(commits, ({ timeMs, repository }) => `${clock(timeMs).month} ${repository}`);
    expect(byKey(rows, ([bucket, repository]) => `${String(bucket).slice(0, 7)} ${String(repository)}`)).toEqual(expected);
  });

  test('authors per year, each once', async () => {
    const rows = await ask({ kind: 'trend', grain: 'year', metrics: [{ aggregate: 'unique', of: 'user' }] });
    const clock = wallClock('UTC');
    const authors = Map.groupBy(commits, ({ timeMs }) => clock(timeMs).year);
    const expected = Object.fromEntries([...authors].map(([year, some]) => [year, new Set(some.map(({ user }) => user)).size]));
    expect(byKey(rows, ([bucket]) => String(bucket).slice(0, 4))).toEqual(expected);
  });
});
