/** Guesses from column names and the shape of their values which column is the time, the user, the id and so on. */
import type { CellType, Mapping } from './mapping.ts';
import type { ColumnShape } from './shape.ts';
import type { TimeFormat } from './time-format.ts';

/** Names that columns of each role usually have, likeliest first; compared without case, spaces, `_` and `-`. */
const usualNames = {
  name: ['event', 'eventname', 'eventtype', 'name', 'action', 'activity'],
  time: ['time', 'timestamp', 'eventtime', 'occurredat', 'originaltimestamp', 'datetime', 'createdat', 'date', 'ts', 'at', 'day'],
  user: [
    'user',
    'userid',
    'uid',
    'distinctid',
    'customerid',
    'customer',
    'memberid',
    'accountid',
    'personid',
    'author',
    'email',
    'username',
  ],
  anonymous: ['anonymous', 'anonymousid', 'visitorid', 'deviceid', 'clientid', 'cookieid'],
  session: ['session', 'sessionid', 'visitid'],
  id: ['id', 'eventid', 'messageid', 'uuid', 'insertid'],
} as const;

/** A mapping found, or the reason why there is none. */
export type Guess = { mapping: Mapping; ambiguity: string | null } | { mapping: null; reason: string };

/** The likeliest mapping of a file with these columns. `fileName` names the events where no column does. */
export function guessMapping(shapes: readonly ColumnShape[], options: { fileName: string; timezone: string; isText: boolean }): Guess {
  const time = guessTime(shapes);
  const left = (taken: readonly (string | null | undefined)[]) => shapes.filter((shape) => !taken.includes(shape.name));
  const name = pick(left([time?.column]), usualNames.name, isNameLike)?.name ?? null;
  const id = pick(shapes, usualNames.id, (shape) => isIdLike(shape, shapes))?.name ?? null;
  const user = pick(left([time?.column, name, id]), usualNames.user, isActorLike)?.name ?? null;
  const anonymous = pick(left([id, user]), usualNames.anonymous, isActorLike)?.name ?? null;
  const session = pick(left([id, user]), usualNames.session, isActorLike)?.name ?? null;
  const root = shapes.find((shape) => shape.name === 'properties' && shape.kind === 'object')?.name ?? null;
  const mapping: Mapping = {
    name: name === null ? { constant: nameFromFile(options.fileName) } : { column: name },
    time: time === null ? null : { column: time.column, format: time.format },
    timezone: options.timezone,
    user,
    anonymous,
    session,
    id,
    root,
    properties: null,
    cells: options.isText ? guessCells(shapes, root) : {},
  };
  return { mapping, ambiguity: time?.ambiguity ?? null };
}

interface TimeGuess {
  column: string;
  format: TimeFormat;
  ambiguity: string | null;
}

function guessTime(shapes: readonly ColumnShape[]): TimeGuess | null {
  const isText = (shape: ColumnShape) => shape.times.some((format) => !['s', 'ms', 'us', 'ns'].includes(format));
  const shape =
    pick(shapes, usualNames.time, (each) => each.times.length > 0) ??
    shapes.find(isTimeByName) ??
    shapes.find((each) => isText(each) && each.kind === 'text' && each.timeRatio >= timeRatioWithoutName);
  return shape === undefined ? null : timeOf(shape);
}

/** Of a column whose name does not say that it is a time, nearly all values have to be one. */
const timeRatioWithoutName = 0.95;

function isTimeByName(shape: ColumnShape): boolean {
  return shape.times.length > 0 && /(?:time|date|timestamp)$|[a-z](?:At|_at|_ts|_on)$/i.test(shape.name);
}

/** How the column writes instants; day and month that cannot be told apart are taken as day first, and said so. */
function timeOf(shape: ColumnShape): TimeGuess | null {
  const [format] = shape.times;
  if (format === undefined) return null;
  const isAmbiguous = shape.times.includes('dmy') && shape.times.includes('mdy');
  const ambiguity = isAmbiguous
    ? `${shape.name} could be day/month or month/day; say which with --time-format dmy or --time-format mdy`
    : null;
  return { column: shape.name, format, ambiguity };
}

/** The formats that fit a column named by the user; the likeliest first. */
export function timeFormatOf(shape: ColumnShape | undefined): TimeGuess | null {
  return shape === undefined ? null : timeOf(shape);
}

function pick(shapes: readonly ColumnShape[], names: readonly string[], fits: (shape: ColumnShape) => boolean): ColumnShape | undefined {
  for (const name of names) {
    const found = shapes.find((shape) => plainName(shape.name) === name && fits(shape));
    if (found !== undefined) return found;
  }
  return undefined;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

function isNameLike(shape: ColumnShape): boolean {
  return shape.kind === 'text' && (shape.distinct <= 20 || shape.distinct <= shape.filled / 4);
}

function isActorLike(shape: ColumnShape): boolean {
  return shape.kind === 'text' || shape.kind === 'number' || shape.kind === 'mixed';
}

/** An id is there in every record and never twice; anything else would lose records as duplicates. */
function isIdLike(shape: ColumnShape, shapes: readonly ColumnShape[]): boolean {
  const mostFilled = Math.max(...shapes.map(({ filled }) => filled));
  return (
    shape.distinct === shape.filled &&
    shape.filled === mostFilled &&
    (shape.kind === 'text' || shape.kind === 'number' || shape.kind === 'mixed')
  );
}

/** Columns whose digits are a label and not a quantity: 00123, InvoiceNo, zip. */
function isLabel(name: string): boolean {
  return (
    /(?:^|[\s_.-])(?:id|no|nr|code|zip|plz|phone|sku|number)$/i.test(name) ||
    /[a-z](?:Id|ID|No|Nr|Code|Zip|Phone|Number)$/.test(name) ||
    /^(?:id|zip|phone|sku|postcode)$/i.test(name)
  );
}

function guessCells(shapes: readonly ColumnShape[], root: string | null): Record<string, CellType> {
  const cells: Record<string, CellType> = {};
  for (const { name, kind } of shapes) {
    if (name === root) cells[name] = 'json';
    else if (kind === 'number' && !isLabel(name)) cells[name] = 'number';
    else if (kind === 'boolean') cells[name] = 'boolean';
    else if (kind === 'empty' && !isLabel(name)) cells[name] = 'auto';
    else cells[name] = 'text';
  }
  return cells;
}

function nameFromFile(fileName: string): string {
  const base = fileName
    .replace(/\.(gz|csv|tsv|ndjson|jsonl|json|parquet|pq|txt)$/gi, '')
    .replace(/\.(csv|tsv|ndjson|jsonl|json|parquet|pq|txt)$/i, '');
  const name = base
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return name === '' || base === 'stdin' ? 'imported' : name.slice(0, 200);
}
