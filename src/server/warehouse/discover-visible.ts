/** Finds out which event names and properties there are in the rows that a row filter lets through. */
import type { Warehouse } from '../ports/warehouse.ts';
import { bind, sql } from '../sql/statement.ts';
import { maxValueLength, sampleValues, thinned, type Discovered } from './discover.ts';
import { fromVisible, type View } from './view/view.ts';

/** How far back from the newest visible event names and properties are looked for. */
const lookBackMs = 90 * 24 * 3_600_000;
const limits = { timeoutMs: 20_000 };
const mostNames = 1_000;

/** What the rows of `view` hold, of the 90 days that end with the newest of them; `uptoMs` is taken over as it is. */
export async function discoverVisible(warehouse: Warehouse, view: View, uptoMs: number): Promise<Discovered> {
  const { rows: newest } = await warehouse.ask(sql`SELECT toUnixTimestamp64Milli(max(time)), count() ${fromVisible(view)}`, { limits });
  const [newestMs, count] = newest[0] ?? [0, 0];
  if (Number(count) === 0) return { uptoMs, events: [], values: [], paths: [] };
  const lately = sql`${fromVisible(view)} AND time >= fromUnixTimestamp64Milli(${bind('Int64', Number(newestMs) - lookBackMs)}, 'UTC')`;
  const { rows: names } = await warehouse.ask(
    sql`SELECT name, count() AS total, toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time)) ${lately}
      GROUP BY name ORDER BY total DESC, name LIMIT ${bind('UInt32', mostNames)}`,
    { limits },
  );
  const events = names.map(([name, total, first, last]) => ({
    name: String(name),
    count: Number(total),
    firstSeenMs: Number(first),
    lastSeenMs: Number(last),
  }));
  const sample = sql`${lately}${thinned(events)}`;
  const values = await sampleValues(warehouse, sample);
  const sampled = sql`FROM (SELECT name, arrayJoin([${values}]) AS value ${sample}) WHERE value.2 != 'None'`;
  const [byType, byPath] = await Promise.all([
    warehouse.ask(
      sql`SELECT name, value.1 AS path, value.2 AS type, count() AS total ${sampled} GROUP BY name, path, type ORDER BY total DESC, name, path, type LIMIT 50000`,
      { limits },
    ),
    warehouse.ask(
      sql`SELECT value.1 AS path, uniqCombined(12)(value.3), topK(10)(left(value.3, ${bind('UInt8', maxValueLength)})), min(value.4), max(value.4)
        ${sampled} AND path != '' GROUP BY path ORDER BY count() DESC, path`,
      { limits },
    ),
  ]);
  return {
    uptoMs,
    events,
    values: byType.rows.map(([name, path, type, total]) => ({
      name: String(name),
      path: String(path),
      type: String(type),
      count: Number(total),
    })),
    paths: byPath.rows.map(([path, cardinality, frequent, min, max]) => ({
      path: String(path),
      cardinality: Number(cardinality),
      frequentValues: frequent as string[],
      min: min as number | null,
      max: max as number | null,
    })),
  };
}
