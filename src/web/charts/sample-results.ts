/** Results made by hand for tests and the gallery. */
import type { Cell, Column, Lineage, Result } from '../../shared/model/result.ts';

/** A lineage that says nothing special. */
export function sampleLineage(part: Partial<Lineage> = {}): Lineage {
  return {
    queryId: 'q_sample',
    sql: 'SELECT count() FROM events',
    watermark: '2026-03-05T12:30:00Z',
    cache: 'miss',
    staleMs: 0,
    policy: 'workspace',
    definitions: [],
    rowsRead: 0,
    elapsedMs: 0,
    range: { from: '2026-03-05T00:00:00Z', to: '2026-03-06T00:00:00Z', timezone: 'UTC' },
    grain: 'hour',
    ...part,
  };
}

const bucketColumn: Column = { name: 'bucket', type: 'bucket', unit: null, role: 'bucket' };

function byColumn(name: string): Column {
  return { name, type: 'string', unit: null, role: 'by' };
}

function metricColumn(name: string, unit: string | null): Column {
  return { name, type: 'number', unit, role: 'metric' };
}

const hourMs = 3_600_000;

/** Starts of `count` hours from the midnight of 5 March 2026 (UTC). */
export function sampleHours(count: number): string[] {
  const first = Date.UTC(2026, 2, 5);
  return Array.from({ length: count }, (_, index) => new Date(first + index * hourMs).toISOString().replace('.000Z', 'Z'));
}

/** An hourly trend: one list of values per series; several series are split by country. */
export function trendResult(valuesBySeries: Readonly<Record<string, readonly (number | null)[]>>, unit: string | null = null): Result {
  const series = Object.entries(valuesBySeries);
  const isSplit = series.length > 1;
  const hours = sampleHours(series[0]?.[1].length ?? 0);
  return {
    columns: [bucketColumn, ...(isSplit ? [byColumn('properties.country')] : []), metricColumn('events', unit)],
    rows: hours.flatMap((hour, at) =>
      series.map(([name, values]): Cell[] => [
        hour,
        ...(isSplit ? [name === 'others' ? ({ others: true } as const) : name] : []),
        values[at] ?? null,
      ]),
    ),
    totals: [],
    lineage: sampleLineage({
      range: {
        from: hours[0] ?? '',
        to: new Date(Date.parse(hours.at(-1) ?? '2026-03-05T00:00:00Z') + hourMs).toISOString(),
        timezone: 'UTC',
      },
    }),
  };
}

/** A breakdown by country. */
export function breakdownResult(groups: readonly (readonly [Cell, number | null])[], unit: string | null = null): Result {
  const whole = groups.reduce((sum, [, value]) => sum + (value ?? 0), 0);
  return {
    columns: [byColumn('properties.country'), metricColumn('events', unit)],
    rows: groups.map(([name, value]) => [name, value]),
    totals: [null, whole],
    lineage: sampleLineage({ grain: null }),
  };
}

/** A breakdown by weekday and hour. */
export function weekResult(valueAt: (weekday: number, hour: number) => number | null): Result {
  const rows: Cell[][] = [];
  for (let weekday = 1; weekday <= 7; weekday++) {
    for (let hour = 0; hour < 24; hour++) {
      const value = valueAt(weekday, hour);
      if (value !== null) rows.push([weekday, hour, value]);
    }
  }
  return {
    columns: [{ ...byColumn('time.weekday'), type: 'number' }, { ...byColumn('time.hour'), type: 'number' }, metricColumn('events', null)],
    rows,
    totals: [],
    lineage: sampleLineage({ grain: null }),
  };
}
