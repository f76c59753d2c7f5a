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
 * The page that `request` asks for. `read` gives the rows of a span, newest first, without the first `offset` of them.
 * The cursor counts the rows of the last instant, so that none is left out or shown twice when many share it.
 */
export async function readPage<Row>(
  request: PageRequest,
  nowMs: number,
  instantOf: (row: Row) => number,
  read: (span: Span, limit: number, offset: number) => Promise<Row[]>,
): Promise<Page<Row>> {
  const cursor = request.after === null ? { instantMs: lastInstant(request, nowMs), shown: 0 } : parseCursor(request.after);
  const rows: Row[] = [];
  for (const [i, span] of spansBack(cursor.instantMs, request.fromMs ?? 0, nowMs).entries()) {
    rows.push(...(await read(span, request.limit - rows.length, i === 0 ? cursor.shown : 0)));
    if (rows.length >= request.limit) return { rows, next: nextOf(rows.map(instantOf), cursor) };
  }
  return { rows, next: null };
}

function lastInstant(request: PageRequest, nowMs: number): number {
  return request.toMs === null ? nowMs + AHEAD_MS : request.toMs - 1;
}

/** Spans that follow each other from `toMs` back to `fromMs`, each longer than the one before. */
function spansBack(toMs: number, fromMs: number, nowMs: number): Span[] {
  const spans: Span[] = [];
  const startMs = Math.min(toMs, nowMs);
  let endMs = toMs;
  for (const lookBackMs of lookBacksMs) {
    const beginMs = Math.max(fromMs, startMs - lookBackMs);
    if (beginMs <= endMs) spans.push({ fromMs: beginMs, toMs: endMs });
    endMs = beginMs - 1;
  }
  return spans;
}

/** `column` within `span`. */
export function spanOf(column: string, span: Span): Statement {
  const from = sql`fromUnixTimestamp64Milli(${bind('Int64', span.fromMs)}, 'UTC')`;
  const to = sql`fromUnixTimestamp64Milli(${bind('Int64', span.toMs)}, 'UTC')`;
  return sql`${identifier(column)} >= ${from} AND ${identifier(column)} <= ${to}`;
}

/** 64 bits as 16 hex digits. TRICKY: `hex` of a number leaves leading zero bytes out, which every 256th hash has. */
export function hashText(hash: Statement): Statement {
  return sql`leftPad(lower(hex(${hash})), 16, '0')`;
}

/** The key of a row: its instant and a hash of all of it. */
export function keyOf(instantMs: number, hash: string): string {
  return `${instantMs}-${hash}`;
}

/** The parts of a key that the contract has checked. */
export function parseKey(key: string): { instantMs: number; hash: string } {
  const [instant = '', hash = ''] = key.split('-');
  return { instantMs: Number(instant), hash };
}

interface Cursor {
  instantMs: number;
  /** rows of that instant which were shown already */
  shown: number;
}

function parseCursor(text: string): Cursor {
  const [instant = '', shown = ''] = text.split('-');
  return { instantMs: Number(instant), shown: Number(shown) };
}

function nextOf(instantsMs: readonly number[], cursor: Cursor): string {
  const lastMs = instantsMs.at(-1) ?? cursor.instantMs;
  const shown = instantsMs.filter((instantMs) => instantMs === lastMs).length;
  return `${lastMs}-${lastMs === cursor.instantMs ? shown + cursor.shown : shown}`;
}
