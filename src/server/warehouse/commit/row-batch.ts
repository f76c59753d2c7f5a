/** Rows of one table and month on their way into the warehouse, and their halves when the engine refuses some of them. */
import type { SealedSegment, SpoolTable } from '../../ports/spool.ts';

/** Rows `[from, to)` of a segment's table and month. */
export interface RowBatch {
  segmentId: string;
  table: SpoolTable;
  month: number;
  from: number;
  to: number;
  bytes: Uint8Array[];
}

/** The batches of a segment. */
export function batchesOf({ id, rows }: SealedSegment): RowBatch[] {
  return rows.map((group) => ({ segmentId: id, ...group }));
}

/** The name under which the engine takes the batch once: the same after every restart, and no other batch's anywhere. */
export function tokenOf({ segmentId, table, month, from, to }: RowBatch): string {
  return `${segmentId}:${from}-${to}:${month}:${table}`;
}

/** The two halves of a batch of at least two rows. */
export function halvesOf(batch: RowBatch): [RowBatch, RowBatch] {
  const bytes = batch.bytes.length === 1 ? batch.bytes[0]! : Buffer.concat(batch.bytes);
  const middle = batch.from + ((batch.to - batch.from) >> 1);
  const cut = endOfRows(bytes, middle - batch.from);
  return [
    { ...batch, to: middle, bytes: [bytes.subarray(0, cut)] },
    { ...batch, from: middle, bytes: [bytes.subarray(cut)] },
  ];
}

/** The offset behind the first `count` rows. */
function endOfRows(bytes: Uint8Array, count: number): number {
  let end = 0;
  for (let i = 0; i < count; i++) end = bytes.indexOf(10, end) + 1;
  return end;
}
