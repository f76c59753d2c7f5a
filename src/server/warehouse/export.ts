/** Events as files: NDJSON that can be imported again without loss, CSV and Parquet with a column per property. */
import type { ExportFormat } from '../../shared/contract/export.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Json } from '../../shared/model/event.ts';
import type { RunOptions, Warehouse } from '../ports/warehouse.ts';
import { bind, identifier, join, sql, type Statement } from '../sql/statement.ts';
import { isList, maskedColumn } from './view/mask-sql.ts';
import { isWithin, leaveOut } from './view/masks.ts';
import { sendSalted, streamSalted } from './view/salt.ts';
import type { View } from './view/view.ts';

/** Properties that a file with columns can have. */
const mostColumns = 1000;
const sixHoursMs = 6 * 3_600_000;

/** Bounds for a whole export: as long as it takes, memory of a few blocks. */
const limits = { timeoutMs: sixHoursMs, memoryBytes: 2 ** 30 };

/**
 * Small blocks, few at a time: a network is slower than this anyway. Parquet has an end that lists its parts, so the embedded engine
 * builds it whole, about 16 bytes an event.
 */
const settings = {
  // conditions mean the columns as they are stored, not as they are shown
  prefer_column_name_to_alias: 1,
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  format_csv_null_representation: '',
  max_threads: 2,
  max_block_size: 8192,
  output_format_parallel_formatting: 0,
  output_format_parquet_parallel_encoding: 0,
  output_format_parquet_row_group_size: 50_000,
  output_format_parquet_row_group_size_bytes: 16 * 2 ** 20,
} as const;

/** A property as the events of an export have it. */
interface PropertyColumn {
  path: string;
  /** types that the engine found: `Float64`, `String`, `Bool`, `Array(...)` */
  types: string[];
}

/** What is exported. */
export interface ExportSource {
  /** `FROM ... WHERE ...`: events of one workspace that may be seen */
  rows: Statement;
  /** how they are shown */
  view: Pick<View, 'masks' | 'salt'>;
}

/**
 * The events of `source` as a stream of bytes in `format`. Missing ids are null. In columns, properties of several types and lists
 * are text. Properties that are masked are left out.
 * @throws REQUEST_INVALID when the events have more properties than a file can have columns
 */
export async function exportEvents(
  warehouse: Warehouse,
  { rows, view }: ExportSource,
  format: ExportFormat,
  options: Pick<RunOptions, 'signal'>,
): Promise<AsyncIterable<Uint8Array>> {
  const run: RunOptions = { ...options, limits, settings };
  const send = async (statement: Statement, as: string) =>
    streamSalted(await sendSalted(statement, view.salt, (salted) => warehouse.stream(salted, as, run)), view.salt);
  const { leftOut } = view.masks;
  if (format === 'ndjson') {
    const lines = await send(sql`SELECT ${plainColumns(view)}, properties ${rows}`, 'JSONEachRow');
    return leftOut.length === 0 ? lines : withoutMasked(lines, leftOut);
  }
  const columns = (await propertyColumns(warehouse, rows, run)).filter(({ path }) => !leftOut.some((masked) => isWithin(path, masked)));
  const typed = columns.map((column) => sql`${propertyValue(column, format, view)} AS ${identifier(`properties.${column.path}`)}`);
  const statement = sql`SELECT ${join([plainColumns(view), ...typed], ', ')} ${rows}`;
  if (format === 'parquet') return send(statement, 'Parquet');
  return withHeader([...plainNames, ...columns.map(({ path }) => `properties.${path}`)], await send(statement, 'CSV'));
}

/** TRICKY: the header is ours, because the embedded engine builds formats with a head or an end whole before it sends them. */
async function* withHeader(names: readonly string[], lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')}\n`);
  yield* lines;
}

const plainNames = ['id', 'name', 'time', 'user', 'anonymous', 'session'] as const;

function plainColumns({ masks }: ExportSource['view']): Statement {
  const shown = (column: string) => maskedColumn(column, masks.of(column));
  const optional = (column: string) => sql`nullIf(${shown(column)}, '') AS ${identifier(column)}`;
  const name = masks.of('name') === null ? sql`toString(name) AS name` : optional('name');
  return join([optional('id'), name, sql`time`, ...['user', 'anonymous', 'session'].map(optional)], ', ');
}

/** The lines without properties that are masked. */
async function* withoutMasked(lines: AsyncIterable<Uint8Array>, leftOut: readonly string[]): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let begun = '';
  for await (const bytes of lines) {
    const texts = (begun + decoder.decode(bytes, { stream: true })).split('\n');
    begun = texts.pop() ?? '';
    const shown = texts.map((text) => {
      const event = JSON.parse(text) as { properties: Record<string, Json> };
      return `${JSON.stringify({ ...event, properties: leaveOut(event.properties, leftOut) })}\n`;
    });
    if (shown.length > 0) yield Buffer.from(shown.join(''));
  }
}

async function propertyColumns(warehouse: Warehouse, rows: Statement, run: RunOptions): Promise<PropertyColumn[]> {
  const { rows: found } = await warehouse.ask(
    sql`SELECT entry.1 AS path, groupUniqArray(entry.2) AS types FROM (SELECT arrayJoin(JSONAllPathsWithTypes(properties)) AS entry ${rows})
GROUP BY path ORDER BY path LIMIT ${bind('UInt32', mostColumns + 1)}`,
    { ...run, limits: { ...limits, resultRows: mostColumns + 1 } },
  );
  if (found.length > mostColumns) {
    throw new Problem(
      'REQUEST_INVALID',
      `The events have more than ${mostColumns} properties, too many for columns. Export them as ndjson, or fewer of them.`,
    );
  }
  return found.map((row) => ({ path: row[0] as string, types: row[1] as string[] }));
}

/** The property as a cell: numbers and booleans typed in Parquet, everything else text; lists as JSON. */
function propertyValue({ path, types }: PropertyColumn, format: ExportFormat, { masks }: ExportSource['view']): Statement {
  const keys = path.split('.');
  const value = identifier('properties', ...keys);
  const [only] = types;
  const isPlain = types.length === 1 && (only === 'Float64' || only === 'Bool' || only === 'String');
  if (isPlain && (format === 'parquet' || only === 'String')) return sql`${value}.:${identifier(only ?? '')}`;
  const isHidden = masks.reachesBelow(`properties.${path}`) ? sql`${value} IS NULL OR ${isList(keys)}` : sql`${value} IS NULL`;
  return sql`multiIf(${isHidden}, NULL, dynamicType(${value}) = 'String', ${value}.:\`String\`, toJSONString(${value}))`;
}
