/** Reads rejected events: a page newest first, and one of them with all that was kept. */
import type { RejectReason } from '../../../shared/model/event.ts';
import type { Warehouse, WarehouseAnswer } from '../../ports/warehouse.ts';
import { bind, join, sql, type Statement } from '../../sql/statement.ts';
import { hashText, keyOf, type Page, type PageRequest, parseKey, readPage, spanOf } from './newest-first.ts';

/** A rejected event. */
export interface DeadLetterRow {
  key: string;
  receivedMs: number;
  source: string;
  importId: string;
  reason: RejectReason;
  message: string;
  name: string;
  body: string;
  /** whether `body` is not all that was kept */
  isBodyCut: boolean;
}

/** Which dead letters; all that is set must hold. */
export interface DeadLetterFilter {
  reason?: RejectReason | undefined;
  source?: string | undefined;
}

const BODY_IN_LIST_LENGTH = 2_000;

function columns(bodyLength: number): Statement {
  const length = bind('UInt32', bodyLength);
  return sql`toUnixTimestamp64Milli(received) AS received_ms, ${hashText(sql`sipHash64(source, import_id, reason, message, name, body)`)} AS hash,
    source, import_id, reason, message, name, leftUTF8(body, ${length}) AS body_start, lengthUTF8(body) > ${length} AS is_cut`;
}

/** The dead letters of `workspaceId` that pass `filter`, newest first; bodies cut to 2,000 characters. */
export async function readDeadLetters(
  warehouse: Warehouse,
  workspaceId: string,
  filter: DeadLetterFilter,
  request: PageRequest,
  nowMs: number,
): Promise<Page<DeadLetterRow>> {
  const conditions = [sql`workspace = ${bind('String', workspaceId)}`];
  if (filter.reason !== undefined) conditions.push(sql`reason = ${bind('String', filter.reason)}`);
  if (filter.source !== undefined) conditions.push(sql`source = ${bind('String', filter.source)}`);
  const where = join(conditions, ' AND ');
  return readPage(
    request,
    nowMs,
    (letter) => letter.receivedMs,
    async (span, limit, offset) =>
      toDeadLetters(
        await warehouse.ask(sql`SELECT ${columns(BODY_IN_LIST_LENGTH)} FROM dead_letters WHERE ${where} AND ${spanOf('received', span)}
        ORDER BY received DESC, source, reason, message, name, body LIMIT ${bind('UInt32', limit)} OFFSET ${bind('UInt32', offset)}`),
      ),
  );
}

/** The dead letter with the key of a page; null if it is not there (any more). */
export async function maybeDeadLetter(warehouse: Warehouse, workspaceId: string, key: string): Promise<DeadLetterRow | null> {
  const { instantMs, hash } = parseKey(key);
  const answer = await warehouse.ask(sql`SELECT ${columns(1_000_000)} FROM dead_letters
    WHERE workspace = ${bind('String', workspaceId)} AND received = fromUnixTimestamp64Milli(${bind('Int64', instantMs)}, 'UTC') AND hash = ${bind('String', hash)} LIMIT 1`);
  return toDeadLetters(answer)[0] ?? null;
}

function toDeadLetters(answer: WarehouseAnswer): DeadLetterRow[] {
  return answer.rows.map((row) => {
    const [receivedMs, hash, source, importId, reason, message, name, body, isCut] = row as [
      number,
      string,
      string,
      string,
      RejectReason,
      string,
      string,
      string,
      number | boolean,
    ];
    return { key: keyOf(receivedMs, hash), receivedMs, source, importId, reason, message, name, body, isBodyCut: Boolean(isCut) };
  });
}
