/** The fields of the events dataset that a query may name. */
import { Problem } from '../../shared/model/errors.ts';
import type { Masking } from '../warehouse/view/masks.ts';

/** A field, checked. `name` is what the query calls it; `mask` is how its values are shown where not as they are. */
export type Field =
  | { kind: 'text'; name: string; column: TextColumn; mask?: Masking }
  | { kind: 'person'; name: string; mask?: Masking; links?: 'seen' }
  | { kind: 'time'; name: string; column: TimeColumn; mask?: Masking }
  | { kind: 'clock'; name: string; part: ClockPart }
  /** `isListHidden`: members of a list there may be masked */
  | { kind: 'property'; name: string; path: string[]; mask?: Masking; isListHidden?: true }
  | { kind: 'properties'; name: string; leftOut?: readonly string[] };

/** Reads the name of a field that stands at `place` in a query. @throws FIELD_UNKNOWN */
export type FieldReader = (name: string, place: string) => Field;

/** Whether every value of the field is hidden, so that it is missing everywhere. */
export function isHidden(field: Field): boolean {
  return 'mask' in field && field.mask?.as === 'hide';
}

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
  if (path.length > 0 && path.every(isKey)) return { kind: 'property', name, path };
  const hint = /^[\w $-]+$/.test(name) ? ` A property is asked for as "properties.${name}".` : '';
  throw new Problem('FIELD_UNKNOWN', `${place}: "${name}" is not a field of events. Fields: ${knownNames}.${hint}`);
}

/**
 * TRICKY: the engine (26.7) reads a key that begins with ^` or :` as its own notation, even where it is quoted: all that lies below
 * a path, or the members of objects in lists. They would be a way around masks.
 */
function isKey(key: string): boolean {
  return key !== '' && !key.includes('\0') && !/^[\^:]`/.test(key);
}

/** The fields that kind `table` shows when a query names none. */
export const tableFields: readonly string[] = ['time', 'name', 'user', 'anonymous', 'session', 'id', 'received', 'properties'];
