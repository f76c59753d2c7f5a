/** Records into events, as the lines of NDJSON that the server takes. */
import type { SourceRow } from '../reading/row.ts';
import { rolesByColumn } from './mapping.ts';
import type { CellType, Mapping } from './mapping.ts';
import { isBooleanCell, isNumberCell } from './shape.ts';
import { createZone, isZoneless, maybeTime } from './time-format.ts';

/** Makes event lines of records. */
export interface Encoder {
  /** one line of NDJSON without its newline */
  encode(row: SourceRow): string;
  /** cells that did not fit the type of their column and were kept as text, by column */
  readonly mistyped: ReadonlyMap<string, number>;
}

const eventKeys: ReadonlySet<string> = new Set(['id', 'name', 'time', 'user', 'anonymous', 'session', 'properties']);

/** An encoder for `mapping`. Records without an id of their own get `idPrefix` and their position. */
export function createEncoder(mapping: Mapping, idPrefix: string): Encoder {
  const zone = createZone(mapping.timezone);
  const roles = rolesByColumn(mapping);
  const isNative = isNativeMapping(mapping);
  const mistyped = new Map<string, number>();

  const encode = (row: SourceRow): string => {
    const { fields } = row;
    if (fields === null) return row.text ?? '';
    if (isNative && row.text !== null && isNativeEvent(fields, mapping.timezone)) return row.text;
    const event: Record<string, unknown> = { id: idOf(fields) ?? `${idPrefix}-${row.index}` };
    if ('constant' in mapping.name) event.name = mapping.name.constant;
    else event.name = valueAt(fields, mapping.name.column);
    if (mapping.time !== null) event.time = timeOf(fields);
    for (const role of ['user', 'anonymous', 'session'] as const) {
      const value = textAt(fields, mapping[role]);
      if (value !== null) event[role] = value;
    }
    event.properties = propertiesOf(fields);
    return JSON.stringify(event);
  };

  const idOf = (fields: Record<string, unknown>) => textAt(fields, mapping.id);

  /** epoch ms; what is no instant goes to the server as it is, which rejects the event and keeps it in the dead letters */
  const timeOf = (fields: Record<string, unknown>): unknown => {
    if (mapping.time === null) return undefined;
    const value = valueAt(fields, mapping.time.column);
    return maybeTime(value, mapping.time.format, zone) ?? String(value ?? '');
  };

  const propertiesOf = (fields: Record<string, unknown>): Record<string, unknown> => {
    const properties: Record<string, unknown> = {};
    const root = mapping.root === null ? null : cellValue(fields[mapping.root], mapping.cells[mapping.root]);
    if (typeof root === 'object' && root !== null) Object.assign(properties, root);
    else if (root !== null && root !== undefined && mapping.root !== null) properties[mapping.root] = root;
    for (const column of mapping.properties ?? Object.keys(fields)) {
      if (mapping.properties === null && roles.has(column)) continue;
      const value = typedValue(column, valueAt(fields, column));
      if (value !== undefined) setProperty(properties, column, value);
    }
    return properties;
  };

  const typedValue = (column: string, value: unknown): unknown => {
    const type = mapping.cells[column];
    if (type === undefined) return value;
    const typed = cellValue(value, type);
    if (typed !== undefined && typeof typed === 'string' && type !== 'text' && type !== 'auto')
      mistyped.set(column, (mistyped.get(column) ?? 0) + 1);
    return typed;
  };

  return { encode, mistyped };
}

/** True if `mapping` takes records as the events they already are. */
export function isNativeMapping(mapping: Mapping): boolean {
  const isOwn = (column: string | null, name: string) => column === null || column === name;
  return (
    'column' in mapping.name &&
    mapping.name.column === 'name' &&
    mapping.time?.column === 'time' &&
    (mapping.time.format === 'iso' || mapping.time.format === 'ms') &&
    isOwn(mapping.user, 'user') &&
    isOwn(mapping.anonymous, 'anonymous') &&
    isOwn(mapping.session, 'session') &&
    isOwn(mapping.id, 'id') &&
    isOwn(mapping.root, 'properties') &&
    mapping.properties === null &&
    Object.keys(mapping.cells).length === 0
  );
}

/** True if the record can be sent as it stands: it has an id and an instant, and nothing that an event has no place for. */
function isNativeEvent(fields: Record<string, unknown>, timezone: string): boolean {
  const { id, time } = fields;
  if (typeof id !== 'string' || id === '') return false;
  const isInstant = typeof time === 'number' || (typeof time === 'string' && (timezone === 'UTC' || !isZoneless(time)));
  if (!isInstant) return false;
  for (const key in fields) if (!eventKeys.has(key)) return false;
  return true;
}

/** The value of `column`: a key of the record, else a path into it. */
export function valueAt(fields: Record<string, unknown>, column: string): unknown {
  if (column in fields || !column.includes('.')) return fields[column];
  let value: unknown = fields;
  for (const key of column.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function textAt(fields: Record<string, unknown>, column: string | null): string | null {
  if (column === null) return null;
  const value = valueAt(fields, column);
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

/** A cell with the type of its column; undefined for an empty one, text where it does not fit. */
function cellValue(cell: unknown, type: CellType | undefined): unknown {
  if (type === undefined || typeof cell !== 'string') return cell;
  if (cell === '') return undefined;
  const text = cell.trim();
  if ((type === 'number' || type === 'auto') && isNumberCell(text)) return Number(text);
  if ((type === 'boolean' || type === 'auto') && isBooleanCell(text)) return text.toLowerCase() === 'true';
  return type === 'json' ? jsonOr(cell) : cell;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * `properties.a.b`, as the CSV and Parquet exports name columns, goes back to where it came from; other columns keep their name.
 * Keys are defined and not assigned: a column may be called `__proto__`.
 */
function setProperty(properties: Record<string, unknown>, column: string, value: unknown): void {
  if (!column.startsWith('properties.')) {
    properties[column] = value;
    return;
  }
  const path = column.split('.').slice(1);
  let place = properties;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(place, key) ? place[key] : undefined;
    const inner = typeof next === 'object' && next !== null ? next : {};
    Object.defineProperty(place, key, { value: inner, enumerable: true, writable: true, configurable: true });
    place = inner as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) Object.defineProperty(place, last, { value, enumerable: true, writable: true, configurable: true });
}
