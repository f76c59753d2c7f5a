/** Fields as SQL: the value as text, as a number, as a group key. Missing text is '', missing numbers are NULL. */
import { bind, identifier, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import { personExpression, seenPersonExpression } from '../../warehouse/person.ts';
import type { Masking } from '../../warehouse/view/masks.ts';
import { isList, maskedProperty, maskedText, typedProperty as storedProperty } from '../../warehouse/view/mask-sql.ts';
import { offsetSpans } from '../../../shared/time/zone.ts';
import type { Cell } from '../../../shared/model/result.ts';
import type { Json } from '../../../shared/model/event.ts';
import { isHidden, type ClockPart, type Field } from '../field.ts';

/** What field expressions depend on besides the field: the zone, and the instants that rows may have. */
export interface Scope {
  zone: string;
  fromMs: number;
  toMs: number;
}

/** A field that is a property. */
type Property = Field & { kind: 'property' };
/** A field that is text on every event. */
type TextField = Field & { kind: 'text' | 'person' };

/** A property as the engine types it: NULL where it is missing or of another type. */
export function typedProperty({ path, mask }: Property, type: 'String' | 'Float64' | 'Bool'): Statement {
  return mask === undefined ? storedProperty(path, type) : maskedProperty(path, mask, type);
}

/** A property of whatever type: NULL where it is missing. */
function anyProperty(field: Property): Statement {
  const { path, mask, isListHidden = false } = field;
  if (mask !== undefined) return typedProperty(field, mask.as === 'bucket' ? 'Float64' : 'String');
  const value = sql`${identifier('properties', ...path)}`;
  return isListHidden ? sql`if(${isList(path)}, NULL, ${value})` : value;
}

/** A property as JSON text; may be NULL where it is missing. */
export function jsonProperty(field: Property): Statement {
  return sql`toJSONString(${anyProperty(field)})`;
}

/** A field that is text on every event; '' where it is missing. */
export function textOf(field: TextField): Statement {
  if (field.kind === 'text') return maskedText(sql`${identifier(field.column)}`, field.mask ?? null);
  return maskedText(field.links === 'seen' ? seenPersonExpression : personExpression, field.mask ?? null);
}

/** Epoch ms of an instant field. */
export function epochMs(column: 'time' | 'received'): Statement {
  return sql`toUnixTimestamp64Milli(${identifier(column)})`;
}

/** Whether the field has a value. */
export function present(field: Field): Statement {
  if (isHidden(field)) return sql`false`;
  if (field.kind === 'text' || field.kind === 'person') return sql`${textOf({ ...field, mask: undefined })} != ''`;
  return field.kind === 'property' ? sql`${anyProperty(field)} IS NOT NULL` : sql`true`;
}

/** The field as a number, NULL where it has none. Instants are epoch ms. */
export function numeric(field: Field, scope: Scope): Statement {
  if (field.kind === 'property') return typedProperty(field, 'Float64');
  if (field.kind === 'time') return isHidden(field) ? sql`CAST(NULL, 'Nullable(Int64)')` : epochMs(field.column);
  if (field.kind === 'clock') return clock(field.part, scope);
  throw new TypeError(`${field.name} is not numeric`);
}

/**
 * What the wall clock shows at `time`, from the offsets that shared/time knows, so that hours and buckets cannot disagree
 * when the engine's time zone data are older or newer.
 */
function clock(part: ClockPart, scope: Scope): Statement {
  const localMs = sql`(${epochMs('time')} + ${offset(scope)})`;
  if (part === 'hour') return sql`toUInt8(intDiv(${localMs}, 3600000) % 24)`;
  if (part === 'weekday') return sql`toUInt8((intDiv(${localMs}, 86400000) + 3) % 7 + 1)`;
  return sql`toMonth(fromUnixTimestamp64Milli(${localMs}, 'UTC'))`;
}

function offset({ zone, fromMs, toMs }: Scope): Statement {
  const spans = offsetSpans(zone, fromMs, toMs);
  if (spans.length === 1) return sql`${bind('Int64', spans[0]?.offsetMs)}`;
  const starts = bind(
    'Array(Int64)',
    spans.map((span) => Math.max(span.fromMs, Math.min(fromMs, 0))),
  );
  const offsets = bind(
    'Array(Int64)',
    spans.map((span) => span.offsetMs),
  );
  return sql`transform(roundDown(${epochMs('time')}, ${starts}), ${starts}, ${offsets}, toInt64(0))`;
}

/** A field as a group key: its expression, and what cell a key stands for. */
export interface GroupKey {
  expression: Statement;
  decode: (key: unknown) => Cell;
}

/** The group key of `field`. */
export function groupKey(field: Field, scope: Scope): GroupKey {
  if (field.kind === 'text' || field.kind === 'person') return { expression: textOf(field), decode: missingIfEmpty };
  if (field.kind === 'time') return { expression: numeric(field, scope), decode: (key) => isoTime(key) };
  if (field.kind === 'clock') return { expression: clock(field.part, scope), decode: (key) => key as number };
  if (field.kind === 'property') return { expression: propertyKey(field), decode: decodePropertyKey };
  throw new TypeError(`${field.name} cannot be grouped by`);
}

function missingIfEmpty(key: unknown): Cell {
  return key === '' ? null : (key as string);
}

/** ISO 8601 in UTC of epoch ms; null stays null. */
export function isoTime(key: unknown): string | null {
  return key === null ? null : new Date(key as number).toISOString();
}

/** Opens keys that are JSON and not plain text. */
const jsonMark = '\u0001';

/**
 * A property of mixed types as one text that keeps the types apart: a string as itself, anything else (numbers, booleans,
 * arrays, missing, and strings that sort before the mark) as JSON behind a mark. Plain strings are what is common and cheap.
 */
function propertyKey(field: Property): Statement {
  if (field.mask !== undefined) return maskedKey(field, field.mask);
  const text = typedProperty(field, 'String');
  return sql`if(ifNull(${text}, '') < '\\x02', concat('\\x01', ifNull(${jsonProperty(field)}, 'null')), assumeNotNull(${text}))`;
}

/** Masked text never begins with the mark. */
function maskedKey(field: Property, { as }: Masking): Statement {
  if (as === 'bucket') return sql`concat('\\x01', ifNull(${jsonProperty(field)}, 'null'))`;
  // no constant: it could not be grouped by
  return as === 'hide' ? sql`materialize('\\x01null')` : sql`ifNull(${typedProperty(field, 'String')}, '\\x01null')`;
}

function decodePropertyKey(key: unknown): Cell {
  const text = key as string;
  return text.startsWith(jsonMark) ? (JSON.parse(text.slice(1)) as Json) : text;
}

/** Several group keys as one text, so that a list of groups can be bound; made alike by {@link packedKey}. */
export function packed(keys: readonly Statement[]): Statement {
  if (keys.length === 1) return sql`toString(${keys[0] as Statement})`;
  return sql`concat(${join(
    keys.map((key) => sql`toString(length(toString(${key}))), ':', toString(${key})`),
    ', ',
  )})`;
}

/** The text that {@link packed} makes of these keys. */
export function packedKey(keys: readonly unknown[]): string {
  if (keys.length === 1) return String(keys[0]);
  return keys.map((key) => `${Buffer.byteLength(String(key))}:${String(key)}`).join('');
}

/** Orders groups by one key: numbers, then text, missing always last. */
export function keyOrder(field: Field, key: Statement, desc: boolean): Statement {
  const direction = trusted(desc ? 'DESC' : 'ASC');
  if (field.kind === 'text' || field.kind === 'person') return sql`${key} = '', ${key} ${direction}`;
  if (field.kind !== 'property') return sql`${key} ${direction}`;
  if (field.mask !== undefined && field.mask.as !== 'bucket') return sql`${key} = '\\x01null', ${key} ${direction}`;
  const isJson = sql`startsWith(${key}, '\\x01')`;
  const number = sql`if(${isJson}, toFloat64OrNull(substring(${key}, 2)), NULL)`;
  return sql`${key} = '\\x01null', ${number} ${direction} NULLS ${trusted(desc ? 'FIRST' : 'LAST')}, ${key} ${direction}`;
}
