/** Inserts the rows of a segment exactly once; rows that the engine will never take end as dead letters. */
import type { Log } from '../../ports/log.ts';
import type { SealedSegment } from '../../ports/spool.ts';
import type { Warehouse } from '../../ports/warehouse.ts';
import { refusalKind } from './engine-refusal.ts';
import { type RefusedEvent, refusedReason } from './ledger.ts';
import { batchesOf, halvesOf, type RowBatch, tokenOf } from './row-batch.ts';
import type { Retry } from './retry.ts';

/** What an insert needs. */
export interface InsertParts {
  warehouse: Pick<Warehouse, 'insert'>;
  log: Log;
  retry: Retry;
  /** runs an insert as soon as not too many others are under way */
  inTurn: <T>(act: () => Promise<T>) => Promise<T>;
  /** ends inserts under way */
  signal: AbortSignal;
}

/** A row that the engine refused. */
interface RefusedRow {
  /** the row alone */
  batch: RowBatch;
  message: string;
  /** false: it may have failed for another reason than what it holds */
  isCertain: boolean;
}

/** Attempts on rows that fail for an unclear reason before bad rows are looked for: about a minute. */
const unclearAttempts = 12;
/** Attempts on a part of such rows. */
const partAttempts = 2;
const insertTimeoutMs = 120_000;
/** Characters; ingest keeps as many bytes. */
const bodyLimit = 65_536;

/** Resolves when all rows of `segment` are stored or dead letters, to the events among the latter. */
export async function insertSegment(parts: InsertParts, segment: SealedSegment): Promise<RefusedEvent[]> {
  const refused = await Promise.all(batchesOf(segment).map((batch) => insertBatch(parts, batch)));
  const rows = refused.flat();
  if (rows.length === 0) return [];
  parts.log.error(
    { segment: segment.id, rows: rows.length, message: rows[0]?.message },
    'committer: the warehouse refused rows; they are kept as dead letters',
  );
  await insertDeadLetters(parts, segment, rows);
  return rows.filter(({ batch }) => batch.table === 'events').map((row) => originOf(row, segment));
}

/**
 * Where no row of several is taken and the reason is unclear, it is not the rows: then all is tried again. Where only some
 * are, those get a last chance: the trouble may have ended in between.
 */
function insertBatch(parts: InsertParts, batch: RowBatch): Promise<RefusedRow[]> {
  return parts.retry(`inserting into ${batch.table}`, async () => {
    const refused = await insertPart(parts, batch, unclearAttempts);
    const isNoneTaken = refused.length > 1 && refused.length === batch.to - batch.from;
    if (isNoneTaken && refused.every(({ isCertain }) => !isCertain)) throw new Error(refused[0]?.message);
    const certain: RefusedRow[] = [];
    for (const row of refused) certain.push(...(row.isCertain ? [row] : await insertPart(parts, row.batch, partAttempts)));
    return certain;
  });
}

/** Tries the batch as a whole; where the engine refuses it, tries its halves, down to the single bad row. */
async function insertPart(parts: InsertParts, batch: RowBatch, attempts: number): Promise<RefusedRow[]> {
  const refusal = await insertOrRefusal(parts, batch, attempts);
  if (refusal === null) return [];
  if (batch.to - batch.from <= 1) return [{ batch, ...refusal }];
  const [left, right] = halvesOf(batch);
  return [...(await insertPart(parts, left, partAttempts)), ...(await insertPart(parts, right, partAttempts))];
}

/** null when stored, else why the engine refused the rows. Waits as long as the warehouse is in trouble. */
function insertOrRefusal(
  { warehouse, retry, inTurn, signal }: InsertParts,
  batch: RowBatch,
  attempts: number,
): Promise<Pick<RefusedRow, 'message' | 'isCertain'> | null> {
  const block = { table: batch.table, token: tokenOf(batch), bytes: batch.bytes };
  let unclear = 0;
  return retry(`inserting into ${batch.table}`, async () => {
    try {
      await inTurn(() => warehouse.insert(block, { limits: { timeoutMs: insertTimeoutMs }, signal }));
      return null;
    } catch (error) {
      const kind = refusalKind(error);
      if (kind === 'trouble' || (kind === 'unclear' && ++unclear < attempts)) throw error;
      return { message: (error as Error).message, isCertain: kind === 'data' };
    }
  });
}

async function insertDeadLetters(parts: InsertParts, segment: SealedSegment, rows: readonly RefusedRow[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => deadLetterText(row, segment)).join(''));
  const batch: RowBatch = { segmentId: `${segment.id}:refused`, table: 'dead_letters', month: 0, from: 0, to: rows.length, bytes: [bytes] };
  const refusal = await insertOrRefusal(parts, batch, unclearAttempts);
  if (refusal === null) return;
  parts.log.error({ segment: segment.id, rows: rows.map(textOf), refusal }, 'committer: refused rows could not be kept as dead letters');
}

function deadLetterText(row: RefusedRow, segment: SealedSegment): string {
  const text = textOf(row);
  const fields = maybeFields(text);
  const { workspaceId, source } = originOf(row, segment);
  return `${JSON.stringify({
    workspace: workspaceId,
    received: typeof fields.received === 'number' ? fields.received : (segment.watermarks[0]?.receivedMs ?? 0),
    source,
    import_id: stringOf(fields.import_id),
    reason: refusedReason,
    message: row.message.slice(0, 1_000),
    name: stringOf(fields.name),
    body: text.trimEnd().slice(0, bodyLimit),
  })}\n`;
}

/** Whose row it was; where it cannot be read, the first sender of the segment stands in. */
function originOf(row: RefusedRow, { tallies }: SealedSegment): RefusedEvent {
  const { workspace, source } = maybeFields(textOf(row));
  const known = tallies.find((tally) => tally.workspaceId === workspace && tally.source === source) ?? tallies[0];
  return { workspaceId: known?.workspaceId ?? '', source: known?.source ?? '' };
}

function maybeFields(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function textOf({ batch }: RefusedRow): string {
  return Buffer.concat(batch.bytes).toString();
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
