/** The fields of the events dataset that a query may name. */
import { Problem } from '../../shared/model/errors.ts';

/** A field, checked. `name` is what the query calls it. */
export type Field =
  | { kind: 'text'; name: string; column: TextColumn }
  | { kind: 'person'; name: string }
  | { kind: 'time'; name: string; column: TimeColumn }
  | { kind: 'clock'; name: string; part: ClockPart }
  | { kind: 'property'; name: string; path: string[] }
  | { kind: 'properties'; name: string };

/** Columns that hold text; '' means missing. */
export type TextColumn = (typeof textColumns)[number];
/** Columns that hold an instant. */
export type TimeColumn = (typeof timeColumns)[number];
/** What the wall clock of the query's zone shows at `time`: hour 0 to 23, weekday 1 (Monday) to 7, month 1 to 12. */
export type ClockPart = (typeof clockParts)[number];

const textColumns = ['id', 'name', 'user', 'anonymous', 'session'] as const;
const timeColumns = ['time', 'received'] as const;
const clockParts = ['hour', 'weekday', 'month'] as const;

const plainFields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ...textColumns.map((column) => [column, { kind: 'text', name: column, column }] as const),
  ...timeColumns.map((column) => [column, { kind: 'time', name: column, column }] as const),
  ...clockParts.map((part) => [`time.${part}`, { kind: 'clock', name: `time.${part}`, part }] as const),
  ['person', { kind: 'person', name: 'person' }],
  ['properties', { kind: 'properties', name: 'properties' }],
]);

const knownNames = 'id, name, user, anonymous, session, person, time, received, time.hour, time.weekday, time.month, properties.*';

/** The field called `name`; `place` says where in the query it stands. @throws FIELD_UNKNOWN */
export function parseField(name: string, place: string): Field {
  const plain = plainFields.get(name);
  if (plain !== undefined) return plain;
  const path = name.startsWith('properties.') ? name.split('.').slice(1) : [];
  if (path.length > 0 && path.every((key) => key !== '' && !key.includes('\0'))) return { kind: 'property', name, path };
  const hint = /^[\w $-]+$/.test(name) ? ` A property is asked for as "properties.${name}".` : '';
  throw new Problem('FIELD_UNKNOWN', `${place}: "${name}" is not a field of events. Fields: ${knownNames}.${hint}`);
}

/** The fields that kind `table` shows when a query names none. */
export const tableFields: readonly Field[] = ['time', 'name', 'user', 'anonymous', 'session', 'id', 'received', 'properties'].map((name) =>
  parseField(name, 'columns'),
);
