/** Kind `table`: the rows of the dataset themselves, page by page. */
import { z } from 'zod';
import { Problem } from '../../../shared/model/errors.ts';
import type { Json } from '../../../shared/model/event.ts';
import type { Cell } from '../../../shared/model/result.ts';
import { identifier, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import { saltedRow } from '../../warehouse/view/mask-sql.ts';
import { leaveOut } from '../../warehouse/view/masks.ts';
import type { Field } from '../field.ts';
import type { Plan, Window } from '../plan.ts';
import { tieFields, type ResolvedQuery } from '../resolve.ts';
import { rowCount } from './aggregate-sql.ts';
import { fieldColumn, type Answer, type Ask } from './answer.ts';
import { epochMs, groupKey, jsonProperty, keyOrder, type Scope } from './field-sql.ts';
import { instant, scopeOf, source } from './source-sql.ts';

/** Where a page starts: rows of `[fromMs, toMs)` but the first `skip`. It keeps the range, so that pages fit together while the clock goes on. */
interface Cursor {
  fromMs: number;
  toMs: number;
  skip: number;
}

/** How a field is read as a cell. */
interface Reader {
  expression: Statement;
  decode: (value: unknown) => Cell;
}

const cursorSchema = z.tuple([z.int(), z.int(), z.int().min(0)]);

/** The answer to a `table`. */
export async function answerTable(plan: Plan, ask: Ask): Promise<Answer> {
  const { query } = plan;
  const cursor = query.after === null ? { ...plan.main, skip: 0 } : parseCursor(query.after);
  const window: Window = { fromMs: cursor.fromMs, toMs: cursor.toMs, starts: [] };
  const readers = query.columns.map((field) => reader(field, scopeOf(query, window)));
  const rows = await ask(isByTime(query) ? timePage(query, window, readers, cursor.skip) : fieldPage(query, window, readers, cursor.skip));
  const shown = rows.slice(0, query.limit);
  const cells = shown.map((row) => readers.map((one, i) => one.decode(row[i + 1])));
  return {
    columns: query.columns.map((field, i) =>
      fieldColumn(
        field,
        'field',
        cells.map((row) => row[i] ?? null),
      ),
    ),
    rows: cells,
    totals: query.columns.map(() => null),
    next:
      rows.length > query.limit
        ? formatCursor(
            nextCursor(
              query,
              cursor,
              shown.map((row) => Number(row[0])),
            ),
          )
        : null,
  };
}

function isByTime({ order }: ResolvedQuery): boolean {
  return order.target.what === 'field' && order.target.field.name === 'time';
}

function reader(field: Field, scope: Scope): Reader {
  if (field.kind === 'properties')
    return { expression: sql`properties`, decode: (value) => leaveOut(value as Record<string, Json>, field.leftOut ?? []) };
  if (field.kind === 'property')
    return { expression: jsonProperty(field), decode: (value) => (value === null ? null : (JSON.parse(value as string) as Json)) };
  return groupKey(field, scope);
}

/**
 * A page in the order of time. The inner question reads only times and finds where the page ends, so that the other columns
 * are read for the rows of the page alone.
 */
function timePage(query: ResolvedQuery, window: Window, readers: readonly Reader[], skip: number): Statement {
  const direction = trusted(query.order.desc ? 'DESC' : 'ASC');
  const rows = source(query, window);
  const end = sql`(SELECT time ${rows} ORDER BY time ${direction} LIMIT 1 OFFSET ${rowCount(skip + query.limit)})`;
  const bound = query.order.desc
    ? sql`time >= ifNull(${end}, ${instant(window.fromMs)})`
    : sql`time <= ifNull(${end}, ${instant(window.toMs)})`;
  return sql`SELECT ${columns(readers)}
${rows}
  AND ${bound}
ORDER BY time ${direction}, ${tieBreak(query)}
LIMIT ${rowCount(query.limit + 1)} OFFSET ${rowCount(skip)}`;
}

function fieldPage(query: ResolvedQuery, window: Window, readers: readonly Reader[], skip: number): Statement {
  const { target, desc } = query.order;
  if (target.what !== 'field') throw new TypeError('a table is ordered by a field');
  const key = groupKey(target.field, scopeOf(query, window)).expression;
  return sql`SELECT ${columns(readers)}
${source(query, window)}
ORDER BY ${keyOrder(target.field, key, desc)}, time DESC, ${tieBreak(query)}
LIMIT ${rowCount(query.limit + 1)} OFFSET ${rowCount(skip)}`;
}

/** Puts rows of one instant in the same order on every page. */
function tieBreak({ isTieSalted = false }: ResolvedQuery): Statement {
  const columns = tieFields.map((column) => sql`${identifier(column)}`);
  return isTieSalted ? saltedRow(columns) : join(columns, ', ');
}

function columns(readers: readonly Reader[]): Statement {
  return join([sql`${epochMs('time')} AS t`, ...readers.map((one, i) => sql`${one.expression} AS ${trusted(`c${i}`)}`)], ', ');
}

/** By time the next page starts at the last instant shown, behind the rows of that instant; else behind all rows shown. */
function nextCursor(query: ResolvedQuery, cursor: Cursor, times: readonly number[]): Cursor {
  if (!isByTime(query)) return { ...cursor, skip: cursor.skip + times.length };
  const lastMs = times.at(-1) as number;
  const shownOfLast = times.filter((time) => time === lastMs).length;
  const skip = shownOfLast + (shownOfLast === times.length ? cursor.skip : 0);
  return query.order.desc ? { fromMs: cursor.fromMs, toMs: lastMs + 1, skip } : { fromMs: lastMs, toMs: cursor.toMs, skip };
}

function formatCursor({ fromMs, toMs, skip }: Cursor): string {
  return Buffer.from(JSON.stringify([fromMs, toMs, skip])).toString('base64url');
}

function parseCursor(text: string): Cursor {
  try {
    const [fromMs, toMs, skip] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { fromMs, toMs, skip };
  } catch (error) {
    throw new Problem(
      'QUERY_INVALID',
      'after: this is no cursor of a page before. Pass "next" of the last answer unchanged, or leave it out.',
      {},
      error,
    );
  }
}
