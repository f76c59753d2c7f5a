/** The meaning of a query as plainly as it can be written: loops over an array of events. The real engine must agree with it. */
import { Temporal } from 'temporal-polyfill';
import type { Event, Json } from '../../src/shared/model/event.ts';
import { querySchema, type Condition, type MetricTerm, type Query, type QueryInput, type Scalar } from '../../src/shared/model/query.ts';
import type { Cell, Result } from '../../src/shared/model/result.ts';
import { bucketIndex, bucketLabel, bucketStarts } from '../../src/shared/time/bucket.ts';
import { comparisonRange } from '../../src/shared/time/comparison.ts';
import { chooseGrain } from '../../src/shared/time/grain.ts';
import { parseInstant } from '../../src/shared/time/instant.ts';
import { resolveRange } from '../../src/shared/time/range.ts';
import type { DatasetRule } from '../../src/shared/model/policy.ts';
import { maskedValue, maskOf, shownProperties } from './reference-masks.ts';

/** What a field may be on an event. */
export type Value = Exclude<Json, { [key: string]: Json }>;
type Aggregated = Exclude<MetricTerm, { metric: string }>;

/** What a workspace holds. */
export interface World {
  events: readonly Event[];
  personByAlias: ReadonlyMap<string, string>;
  nowMs: number;
  /** what masked values are hashed with */
  salt: string;
}

/** What a role lets be seen: everything. */
export const everything: DatasetRule = { rows: [], masks: [] };

/** The events that the row filter lets through. */
export function visibleEvents(world: World, rule: DatasetRule): readonly Event[] {
  return visibleWorld(world, rule).events;
}

/** What somebody sees of a world: the rows that the filter lets through, and links only between ids that occur in them. */
function visibleWorld(world: World, { rows }: DatasetRule): World {
  if (rows.length === 0) return world;
  const isUnbound = JSON.stringify(rows).includes('{person.');
  const events = world.events.filter(
    (event) => !isUnbound && rows.every((condition) => conditionHolds(condition, (field) => fieldValue(world, 'UTC', event, field), 'UTC')),
  );
  const ids = new Set(events.flatMap(({ user, anonymous }) => [user, anonymous]));
  const links = [...world.personByAlias].filter(([alias, person]) => ids.has(alias) && ids.has(person));
  return { ...world, events, personByAlias: new Map(links) };
}

/** The answer to `input` under `rule`, without lineage. */
export function referenceAnswer(
  whole: World,
  input: QueryInput,
  rule: DatasetRule = everything,
): Pick<Result, 'rows' | 'totals' | 'comparison'> & { ties?: string[] } {
  const world = visibleWorld(whole, rule);
  const query = querySchema.parse(input);
  const metrics = (query.metrics.length === 0 ? [{ aggregate: 'count' }] : query.metrics) as Aggregated[];
  const zone = query.timezone;
  const valueOf = (event: Event, field: string): Value =>
    maskedValue(maskOf(rule.masks, field), fieldValue(world, zone, event, field), field, rule.masks, world.salt);
  const holds = (event: Event, conditions: readonly Condition[]): boolean =>
    conditions.every((condition) => conditionHolds(condition, (field) => valueOf(event, field), zone));
  const range = resolveRange(query.range, zone, world.nowMs);
  const grain = query.kind === 'trend' ? (query.grain ?? chooseGrain(range.fromMs, range.toMs)) : null;
  const inside = ({ fromMs, toMs }: { fromMs: number; toMs: number }): Event[] =>
    world.events.filter((event) => event.timeMs >= fromMs && event.timeMs < toMs && holds(event, query.where));
  const measure = (events: readonly Event[]): Cell[] =>
    metrics.map((metric) =>
      aggregated(
        metric,
        events.filter((event) => holds(event, metric.where ?? [])),
        valueOf,
      ),
    );
  const keyOf = (event: Event): Value[] => query.by.map((field) => valueOf(event, field));
  const blank = [...(grain === null ? [] : [null]), ...query.by.map(() => null)];

  const events = inside(range);
  if (query.kind === 'table') return { ...tableRows(query, events, valueOf, rule), totals: (query.columns ?? []).map(() => null) };

  const names = [...query.by, ...metrics.map((metric) => metric.as as string)];
  const target = query.order === undefined || query.order.by === 'bucket' ? query.by.length : names.indexOf(query.order.by);
  const desc = query.order === undefined || query.order.by === 'bucket' ? true : query.order.desc;
  const all = [...Map.groupBy(events, (event) => JSON.stringify(keyOf(event)))].map(([, members]) => [
    ...keyOf(members[0] as Event),
    ...measure(members),
  ]);
  all.sort(
    (a, b) => compareCells(a[target], b[target], desc) || query.by.reduce((order, _, i) => order || compareCells(a[i], b[i], false), 0),
  );
  const limit = query.limit ?? 100;
  const listed = (query.by.length === 0 ? [[]] : all.slice(0, limit)).map((row) => row.slice(0, query.by.length));
  const groupOf = (event: Event): string =>
    listed.some((key) => JSON.stringify(key) === JSON.stringify(keyOf(event))) ? JSON.stringify(keyOf(event)) : 'others';
  const groups: { key: Cell[]; id: string }[] = listed.map((key) => ({ key, id: JSON.stringify(key) }));
  if (query.by.length > 0 && all.length > limit) groups.push({ key: query.by.map(() => ({ others: true })), id: 'others' });

  const rowsOf = (window: { fromMs: number; toMs: number }, positions: number): Cell[][] => {
    const members = Map.groupBy(inside(window), groupOf);
    if (grain === null) return groups.map(({ key, id }) => [...key, ...measure(members.get(id) ?? [])]);
    const starts = bucketStarts(zone, grain, window.fromMs, window.toMs);
    const rows = Array.from({ length: positions }, (_, position) =>
      groups.map(({ key, id }) => {
        const start = starts[position];
        if (start === undefined) return [null, ...key, ...metrics.map(() => null)];
        return [
          bucketLabel(zone, start),
          ...key,
          ...measure((members.get(id) ?? []).filter((event) => bucketIndex(starts, event.timeMs) === position)),
        ];
      }),
    );
    return (query.order?.by === 'bucket' && query.order.desc ? rows.reverse() : rows).flat();
  };
  const positions = grain === null ? 0 : bucketStarts(zone, grain, range.fromMs, range.toMs).length;
  const answer = { rows: rowsOf(range, positions), totals: [...blank, ...measure(events)] };
  if (query.compare === undefined) return answer;
  const before = comparisonRange(zone, range, query.compare, grain);
  const labels = { from: new Date(before.fromMs).toISOString(), to: new Date(before.toMs).toISOString() };
  return { ...answer, comparison: { rows: rowsOf(before, positions), totals: [...blank, ...measure(inside(before))], range: labels } };
}

function fieldValue(world: World, zone: string, event: Event, field: string): Value {
  const wall = (): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(event.timeMs).toZonedDateTimeISO(zone);
  if (field === 'time' || field === 'received') return event.timeMs;
  if (field === 'time.hour') return wall().hour;
  if (field === 'time.weekday') return wall().dayOfWeek;
  if (field === 'time.month') return wall().month;
  if (field === 'person') return personOf(world, event);
  if (field === 'id' || field === 'name' || field === 'user' || field === 'anonymous' || field === 'session') return event[field] || null;
  const found = field
    .split('.')
    .slice(1)
    .reduce(
      (at: Json | undefined, key) => (typeof at === 'object' && at !== null && !Array.isArray(at) ? at[key] : undefined),
      event.properties,
    );
  return found === undefined || (typeof found === 'object' && !Array.isArray(found)) ? null : found;
}

function personOf({ personByAlias }: World, event: Event): string | null {
  let id = event.user || event.anonymous;
  for (let next = personByAlias.get(id); next !== undefined; next = personByAlias.get(id)) id = next;
  return id || null;
}

function conditionHolds(condition: Condition, valueOf: (field: string) => Value, zone: string): boolean {
  if ('any' in condition) return condition.any.some((inner) => conditionHolds(inner, valueOf, zone));
  if ('all' in condition) return condition.all.every((inner) => conditionHolds(inner, valueOf, zone));
  if ('not' in condition) return !conditionHolds(condition.not, valueOf, zone);
  const value = valueOf(condition.field);
  const fit = (wanted: Scalar): Scalar => {
    if (condition.field === 'time' || condition.field === 'received') return parseInstant(wanted as string, zone, '');
    return condition.field.includes('.') ? wanted : String(wanted);
  };
  const isOneOf = (wanted: readonly (Scalar | null)[]): boolean =>
    wanted.some((one) => (one === null ? value === null : value === fit(one)));
  const ordered = (wanted: Scalar | undefined, accepts: (order: number) => boolean): boolean =>
    wanted === undefined || (typeof value === typeof fit(wanted) && accepts(compareSame(value as Scalar, fit(wanted))));
  const text = (wanted: string | undefined, accepts: (value: string, wanted: string) => boolean): boolean =>
    wanted === undefined || (typeof value === 'string' && accepts(value, wanted));
  return (
    (condition.is === undefined || isOneOf(condition.is)) &&
    (condition.isNot === undefined || !isOneOf(condition.isNot)) &&
    (condition.exists === undefined || condition.exists === (value !== null)) &&
    text(condition.contains, (a, b) => lower(a).includes(lower(b))) &&
    text(condition.startsWith, (a, b) => a.startsWith(b)) &&
    text(condition.matches, (a, b) => new RegExp(b, 'u').test(a)) &&
    ordered(condition.gt, (order) => order > 0) &&
    ordered(condition.gte, (order) => order >= 0) &&
    ordered(condition.lt, (order) => order < 0) &&
    ordered(condition.lte, (order) => order <= 0)
  );
}

/** One letter for one letter, without regard to its neighbours. */
function lower(text: string): string {
  return [...text].map((letter) => letter.toLowerCase()).join('');
}

function aggregated({ aggregate, of }: Aggregated, events: readonly Event[], valueOf: (event: Event, field: string) => Value): Cell {
  if (of === undefined) return events.length;
  const values = events.map((event) => valueOf(event, of)).filter((value) => value !== null);
  if (aggregate === 'count') return values.length;
  if (aggregate === 'unique') return new Set(values.map((value) => JSON.stringify(value))).size;
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  if (aggregate === 'sum') return numbers.reduce((sum, value) => sum + value, 0);
  if (numbers.length === 0) return null;
  const result =
    aggregate === 'avg'
      ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length
      : percentile(numbers, { min: 0, max: 1, p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }[aggregate]);
  return of === 'time' || of === 'received' ? new Date(result).toISOString() : result;
}

/** linear between the two values around position (n - 1) p. */
function percentile(sorted: readonly number[], p: number): number {
  const position = (sorted.length - 1) * p;
  const below = sorted[Math.floor(position)] as number;
  const above = sorted[Math.ceil(position)] as number;
  return below + (above - below) * (position - Math.floor(position));
}

/** Numbers, then other JSON by its text, then text by its bytes; missing is last in either direction. */
function compareCells(a: Cell | undefined, b: Cell | undefined, desc: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const rank = (cell: Cell | undefined): number => (typeof cell === 'number' ? 0 : 1);
  const text = (cell: Cell | undefined): string => (typeof cell === 'string' && cell >= '\u0002' ? cell : `\u0001${JSON.stringify(cell)}`);
  const order = rank(a) - rank(b) || (typeof a === 'number' ? a - (b as number) : compareSame(text(a), text(b)));
  return desc ? -order : order;
}

function compareSame(a: Scalar, b: Scalar): number {
  return typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : Number(a) - Number(b);
}

/** The rows in order, and for each what it was ordered by: where that is equal and ids are masked, any order will do. */
function tableRows(
  query: Query,
  events: readonly Event[],
  valueOf: (event: Event, field: string) => Value,
  { masks }: DatasetRule,
): { rows: Cell[][]; ties: string[] } {
  const { by, desc } = query.order ?? { by: 'time', desc: true };
  const sorted = events.toSorted(
    (a, b) => compareCells(valueOf(a, by), valueOf(b, by), desc) || (by === 'time' ? 0 : b.timeMs - a.timeMs) || compareSame(a.id, b.id),
  );
  const cellOf = (event: Event, field: string): Cell => {
    if (field === 'properties') return shownProperties(event.properties, masks);
    const value = valueOf(event, field);
    return value !== null && (field === 'time' || field === 'received') ? new Date(value as number).toISOString() : value;
  };
  return {
    rows: sorted.map((event) => (query.columns ?? []).map((field) => cellOf(event, field))),
    ties: sorted.map((event) => JSON.stringify([valueOf(event, by), event.timeMs])),
  };
}
