/** From the options of `import` and a sample of the file to the mapping, and how it is shown before anything is sent. */
import { manyOption, textOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { OptionValues } from '../command.ts';
import { isNativeMapping, valueAt } from '../mapping/encode.ts';
import { guessMapping, timeFormatOf } from '../mapping/guess.ts';
import { cellTypes, rolesByColumn } from '../mapping/mapping.ts';
import type { CellType, Mapping } from '../mapping/mapping.ts';
import { columnShapes } from '../mapping/shape.ts';
import type { ColumnShape } from '../mapping/shape.ts';
import { createZone, timeFormats } from '../mapping/time-format.ts';
import type { TimeFormat } from '../mapping/time-format.ts';
import type { SourceRow } from '../reading/row.ts';

/** A mapping, and what a person should know about it. */
export interface ImportPlan {
  mapping: Mapping;
  shapes: ColumnShape[];
  warnings: string[];
}

/**
 * The mapping for a file: what the options say, the guess for the rest.
 * @throws UsageError for a column that is not there, or when nothing tells the time of the events
 */
export function planImport(options: OptionValues, sample: readonly SourceRow[], file: { name: string; isText: boolean }): ImportPlan {
  const records = sample.flatMap(({ fields }) => (fields === null ? [] : [fields]));
  const shapes = columnShapes(records, file.isText);
  const timezone = textOption(options, 'timezone') ?? 'UTC';
  createZone(timezone);
  const guess = guessMapping(shapes, { fileName: file.name, timezone, isText: file.isText });
  if (guess.mapping === null) throw new UsageError(guess.reason);
  const mapping = { ...guess.mapping };
  const columns = new Columns(shapes, records);
  applyRoles(mapping, options, columns);
  const ambiguity = applyTime(mapping, options, columns) ?? guess.ambiguity;
  applyProperties(mapping, options, columns, file.isText);
  const isSaid = textOption(options, 'time-format') !== undefined || ambiguity === null;
  return { mapping, shapes, warnings: [...(isSaid ? [] : [ambiguity]), ...nameWarnings(mapping, options, columns)] };
}

/** A column of numbers is a strange place for names: perhaps the word was meant as the name of all events. */
function nameWarnings(mapping: Mapping, options: OptionValues, columns: Columns): string[] {
  const name = textOption(options, 'name');
  if (name === undefined || !('column' in mapping.name)) return [];
  const kind = columns.shapeOf(name, false)?.kind;
  return kind === 'text'
    ? []
    : [`the names of the events are the values of column ${name}; write --name =${name} to call them all "${name}"`];
}

/** The columns that the sample shows, also paths into nested records. */
class Columns {
  readonly shapes: readonly ColumnShape[];
  private readonly records: readonly Record<string, unknown>[];

  constructor(shapes: readonly ColumnShape[], records: readonly Record<string, unknown>[]) {
    this.shapes = shapes;
    this.records = records;
  }

  has(column: string): boolean {
    return this.shapes.some(({ name }) => name === column) || this.records.some((record) => valueAt(record, column) !== undefined);
  }

  /** @throws UsageError naming the columns there are */
  check(option: string, column: string): string {
    if (this.has(column)) return column;
    throw new UsageError(`--${option} "${column}" is not a column. Allowed: ${this.shapes.map(({ name }) => name).join(', ')}`);
  }

  shapeOf(column: string, isText: boolean): ColumnShape | undefined {
    const known = this.shapes.find(({ name }) => name === column);
    return (
      known ??
      columnShapes(
        this.records.map((record) => ({ [column]: valueAt(record, column) })),
        isText,
      )[0]
    );
  }
}

function applyRoles(mapping: Mapping, options: OptionValues, columns: Columns): void {
  const name = textOption(options, 'name');
  if (name !== undefined) {
    if (name.startsWith('=')) mapping.name = { constant: name.slice(1) };
    else mapping.name = columns.has(name) ? { column: name } : { constant: name };
    const constant = 'constant' in mapping.name ? mapping.name.constant : null;
    if (constant !== null && (constant === '' || constant.length > 200))
      throw new UsageError('--name must be a column or a name of 1 to 200 characters');
  }
  for (const role of ['user', 'anonymous', 'session', 'id'] as const) {
    const column = textOption(options, role);
    if (column !== undefined) mapping[role] = column === 'none' ? null : columns.check(role, column);
  }
  dropTwice(mapping, options);
}

/** A column that the options give one role loses the role that the guess gave it. */
function dropTwice(mapping: Mapping, options: OptionValues): void {
  const given = ['name', 'time', 'user', 'anonymous', 'session', 'id'].flatMap((role) => textOption(options, role) ?? []);
  for (const role of ['user', 'anonymous', 'session', 'id'] as const) {
    const column = mapping[role];
    if (column !== null && given.includes(column) && textOption(options, role) === undefined) mapping[role] = null;
  }
}

function applyTime(mapping: Mapping, options: OptionValues, columns: Columns): string | null {
  const column = textOption(options, 'time') ?? mapping.time?.column;
  const format = textOption(options, 'time-format') as TimeFormat | undefined;
  if (column === undefined) {
    throw new UsageError(
      `no column looks like the time of the events; name it with --time COLUMN, or say --time now. Columns: ${columns.shapes.map(({ name }) => name).join(', ')}`,
    );
  }
  if (column === 'now' && !columns.has('now')) {
    mapping.time = null;
    return null;
  }
  columns.check('time', column);
  const found = timeFormatOf(columns.shapeOf(column, false));
  if (format === undefined && found === null) {
    throw new UsageError(
      `--time "${column}" holds no times that can be read; say how they are written with --time-format. Allowed: ${timeFormats.join(', ')}`,
    );
  }
  mapping.time = { column, format: format ?? found?.format ?? 'iso' };
  return found?.ambiguity ?? null;
}

function applyProperties(mapping: Mapping, options: OptionValues, columns: Columns, isText: boolean): void {
  const given = manyOption(options, 'property');
  if (given.length > 0) mapping.properties = [];
  for (const text of given) {
    const [, column = text, type] = /^(.*):([a-z]+)$/.exec(text) ?? [];
    if (type !== undefined && !columns.has(text)) setType(mapping, column, type, isText);
    const name = columns.has(text) ? text : columns.check('property', column);
    mapping.properties?.push(name);
  }
  for (const text of manyOption(options, 'type')) {
    const [, column, type] = /^(.+):([a-z]+)$/.exec(text) ?? [];
    if (column === undefined || type === undefined)
      throw new UsageError(`--type "${text}" is not allowed. Allowed: COLUMN:TYPE with TYPE one of ${cellTypes.join(', ')}`);
    setType(mapping, columns.check('type', column), type, isText);
  }
  const skipped = manyOption(options, 'skip').map((column) => columns.check('skip', column));
  if (skipped.length > 0) {
    const roles = rolesByColumn(mapping);
    const all = mapping.properties ?? columns.shapes.map(({ name }) => name).filter((name) => !roles.has(name));
    mapping.properties = all.filter((name) => !skipped.includes(name));
  }
}

function setType(mapping: Mapping, column: string, type: string, isText: boolean): void {
  const known = cellTypes.find((each) => each === type);
  if (known === undefined) throw new UsageError(`type "${type}" of column "${column}" is not allowed. Allowed: ${cellTypes.join(', ')}`);
  if (!isText) throw new UsageError(`"${column}:${type}": only cells of CSV files are given types; this file has its own`);
  mapping.cells = { ...mapping.cells, [column]: known };
}

/** The plan as lines of text: which column is what. */
export function describePlan({ mapping, shapes, warnings }: ImportPlan): string[] {
  if (isNativeMapping(mapping))
    return [
      '  events as they are: name, time, user, anonymous, session, id, properties',
      ...warnings.map((warning) => `  note: ${warning}`),
    ];
  const roles = rolesByColumn(mapping);
  const properties = mapping.properties ?? shapes.map(({ name }) => name).filter((name) => !roles.has(name));
  const typeOf = (name: string): CellType | string => mapping.cells[name] ?? shapes.find((shape) => shape.name === name)?.kind ?? 'any';
  const lines = [
    `  name        ${'constant' in mapping.name ? `"${mapping.name.constant}" for all` : `column ${mapping.name.column}`}`,
    `  time        ${describeTime(mapping)}`,
    ...(['user', 'anonymous', 'session', 'id'] as const).map(
      (role) => `  ${role.padEnd(10)}  ${mapping[role] === null ? absent[role] : `column ${mapping[role]}`}`,
    ),
    `  properties  ${[...(mapping.root === null ? [] : [`all of ${mapping.root}`]), ...properties.map((name) => `${name} (${typeOf(name)})`)].join(', ') || 'none'}`,
  ];
  return [...lines, ...warnings.map((warning) => `  note: ${warning}`)];
}

const absent = {
  user: 'none (--user COLUMN)',
  anonymous: 'none',
  session: 'none',
  id: "made from the file's content and the position",
} as const;

const timeFormatWords: Readonly<Record<TimeFormat, string>> = {
  iso: 'ISO 8601',
  s: 'epoch seconds',
  ms: 'epoch milliseconds',
  us: 'epoch microseconds',
  ns: 'epoch nanoseconds',
  dmy: 'day/month/year',
  mdy: 'month/day/year',
  rfc: 'mail date',
  log: 'web server log',
};

function describeTime({ time, timezone }: Mapping): string {
  return time === null
    ? 'the moment of the import, for all'
    : `column ${time.column}, ${timeFormatWords[time.format]}, ${timezone} where no zone is given`;
}
