/** Pages of rows, newest first, from tables that have no row number: an instant, how many of it were shown, and a search that widens. */
import { bind, identifier, sql, type Statement } from '../../sql/statement.ts';

/** What a caller asks for. Instants in epoch ms; the span is half-open. */
export interface PageRequest {
  fromMs: number | null;
  toMs: number | null;
  limit: number;
  /** `next` of the page before */
  after: string | null;
}

/** Rows with the cursor of the page after; null at the end. */
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

/** A span of instants, both ends included. */
export interface Span {
  fromMs: number;
  toMs: number;
}

const DAY_MS = 86_400_000;
/** Most looks are at what is new, and the tables are sorted by day: look back a little, and further only when that was not enough. */
const lookBacksMs = [DAY_MS / 24, 2 * DAY_MS, 45 * DAY_MS, Infinity];
/** Events may lie this far ahead of the clock. */
const AHEAD_MS = 2 * DAY_MS;

/**
 * The page that `request` asks for. `read` gives the rows of a span, newest first, without the first `offset` of them;
 * `page.next` counts the rows of the last instant, so that no row is left out or shown twice when many share it.
 */
export async function readPage<Row>(
  request: PageRequest,
  nowMs: number,
  read: (span: Span, limit: number, offset: number) => Promise<PagePart<Row>>,
): Promise<Page<Row>> {
  const cursor = request.after === null ? null : parseCursor(request.after);
  const toMs = cursor?.instantMs ?? (request.toMs === null ? nowMs + AHEAD_MS : request.toMs - 1);
  const offset = cursor?.shown ?? 0;
  const startMs = Math.min(toMs, nowMs);
  const floorMs = request.fromMs ?? 0;
  for (const lookBackMs of lookBacksMs) {
    const fromMs = Math.max(floorMs, startMs - lookBackMs);
    const part = await read({ fromMs, toMs }, request.limit, offset);
    if (part.rows.length < request.limit && fromMs > floorMs) continue;
    return { rows: part.rows, next: part.isFull ? nextOf(part.instantsMs, toMs, offset) : null };
  }
  return { rows: [], next: null };
}

/** What one read gave. */
export interface PagePart<Row> {
  rows: Row[];
  instantsMs: number[];
  isFull: boolean;
}

/** The part that `rows` are of a page of `limit`. */
export function pageOf<Row>(rows: Row[], limit: number, instantOf: (row: Row) => number): PagePart<Row> {
  return { rows, instantsMs: rows.map(instantOf), isFull: rows.length === limit };
}

/** `column` within `span`. */
export function spanOf(column: string, span: Span): Statement {
  const from = sql`fromUnixTimestamp64Milli(${bind('Int64', span.fromMs)}, 'UTC')`;
  const to = sql`fromUnixTimestamp64Milli(${bind('Int64', span.toMs)}, 'UTC')`;
  return sql`${identifier(column)} >= ${from} AND ${identifier(column)} <= ${to}`;
}

/** The key of a row: its instant and a hash of all of it. */
export function keyOf(instantMs: number, hash: string): string {
  return `${instantMs}-${hash.padStart(16, '0')}`;
}

/** The parts of a key that the contract has checked. */
export function parseKey(key: string): { instantMs: number; hash: string } {
  const [instant = '', hash = ''] = key.split('-');
  return { instantMs: Number(instant), hash };
}

function parseCursor(cursor: string): { instantMs: number; shown: number } {
  const [instant = '', shown = ''] = cursor.split('-');
  return { instantMs: Number(instant), shown: Number(shown) };
}

function nextOf(instantsMs: readonly number[], toMs: number, offset: number): string {
  const lastMs = instantsMs.at(-1) ?? toMs;
  const shown = instantsMs.filter((instantMs) => instantMs === lastMs).length;
  return `${lastMs}-${lastMs === toMs ? shown + offset : shown}`;
}
