/** The ingest ledger: what was committed, in the catalog, and what waits in the spool, added up to the event. */
import type { Ledger, LedgerCounts } from '../../../shared/model/ledger.ts';
import type { Catalog, CatalogDatabase } from '../../catalog/schema.ts';
import type { PendingTally, SealedSegment, Spool } from '../../ports/spool.ts';
import { saveWatermarks } from './watermark.ts';

/** An acknowledged event that the warehouse refused: it moves from accepted to rejected. */
export interface RefusedEvent {
  workspaceId: string;
  source: string;
}

/** The reject reason of a {@link RefusedEvent}. */
export const refusedReason = 'WAREHOUSE_REFUSED';

/** How long committed segments stay recorded: far longer than reading the ledger takes, which relies on it. */
const recordKeptMs = 3_600_000;

/** The catalog's part of commits, for one node. */
export class CommitLedger {
  readonly #catalog: Catalog;
  readonly #node: string;

  constructor(catalog: Catalog, node: string) {
    this.#catalog = catalog;
    this.#node = node;
  }

  /** Segments that are counted already; they need no second insert. */
  async committedIds(): Promise<Set<string>> {
    const rows = await this.#catalog.db.selectFrom('committed_segments').select('segment_id').where('node', '=', this.#node).execute();
    return new Set(rows.map((row) => row.segment_id));
  }

  /** Counts a segment and moves its watermarks in one transaction; does nothing where it was counted before. */
  async record(segment: SealedSegment, refused: readonly RefusedEvent[], nowMs: number): Promise<void> {
    await this.#catalog.db.transaction().execute(async (db) => {
      const added = await db
        .insertInto('committed_segments')
        .values({ node: this.#node, segment_id: segment.id, committed_at: nowMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (added.numInsertedOrUpdatedRows === 0n) return;
      await addCounts(db, countsOf(segment, refused));
      await saveWatermarks(
        db,
        sortedBy(segment.watermarks, ({ workspaceId }) => workspaceId),
      );
    });
  }

  /** Forgets old records of segments before `segmentId`, which the spool has removed. */
  async prune(segmentId: string, nowMs: number): Promise<void> {
    await this.#catalog.db
      .deleteFrom('committed_segments')
      .where('node', '=', this.#node)
      .where('segment_id', '<', segmentId)
      .where('committed_at', '<', nowMs - recordKeptMs)
      .execute();
  }

  /**
   * The ledger of a workspace, balanced at any instant. What waits in this node's spool is read first and left out where the
   * catalog has counted it meanwhile; a segment moves from one to the other in a single transaction.
   */
  async read(workspaceId: string, spool: Pick<Spool, 'pendingTallies'>): Promise<Ledger> {
    const pending = spool.pendingTallies().filter((tally) => tally.workspaceId === workspaceId);
    const oldestId = pending.reduce((oldest, { segmentId }) => (segmentId < oldest ? segmentId : oldest), '~');
    const { counted, reasons, committed } = await this.#readCounted(workspaceId, oldestId);
    const sources = new Map<string, Ledger['bySource'][number]>();
    for (const row of counted) {
      const { source, received, duplicates, rejected, stored } = row;
      sources.set(source, { source, received, accepted: stored, stored, rejected, duplicates, pending: 0, rejectedByReason: {} });
    }
    for (const { source, reason, rejected } of reasons) sourceOf(sources, source).rejectedByReason[reason] = rejected;
    for (const tally of pending) if (!committed.has(tally.segmentId)) addPending(sourceOf(sources, tally.source), tally);
    const bySource = sortedBy([...sources.values()], ({ source }) => source);
    return { ...sumOf(bySource), bySource };
  }

  /** Counts and the record of what they include, as of one instant. */
  async #readCounted(workspaceId: string, oldestPendingId: string) {
    const { db, dialect } = this.#catalog;
    // SQLite has one writer, so its transactions see one instant anyway
    const transaction = dialect === 'postgres' ? db.transaction().setIsolationLevel('repeatable read') : db.transaction();
    return transaction.execute(async (db) => {
      const counted = await db.selectFrom('ledger').selectAll().where('workspace_id', '=', workspaceId).execute();
      const reasons = await db.selectFrom('ledger_reasons').selectAll().where('workspace_id', '=', workspaceId).execute();
      const segments = await db
        .selectFrom('committed_segments')
        .select('segment_id')
        .where('node', '=', this.#node)
        .where('segment_id', '>=', oldestPendingId)
        .execute();
      return { counted, reasons, committed: new Set(segments.map((row) => row.segment_id)) };
    });
  }
}

interface SegmentCounts {
  workspaceId: string;
  source: string;
  received: number;
  duplicates: number;
  stored: number;
  rejectedByReason: Record<string, number>;
}

/** What a segment adds, in a fixed order, so that two nodes never wait for each other's rows. */
function countsOf(segment: SealedSegment, refused: readonly RefusedEvent[]): SegmentCounts[] {
  const counts = segment.tallies.map(({ workspaceId, source, tally, events }) => {
    const refusedCount = refused.filter((event) => event.workspaceId === workspaceId && event.source === source).length;
    const rejectedByReason = refusedCount > 0 ? { ...tally.rejected, [refusedReason]: refusedCount } : tally.rejected;
    return { workspaceId, source, received: tally.received, duplicates: tally.duplicates, stored: events - refusedCount, rejectedByReason };
  });
  return sortedBy(counts, ({ workspaceId, source }) => `${workspaceId}\n${source}`);
}

async function addCounts(db: CatalogDatabase, counts: readonly SegmentCounts[]): Promise<void> {
  if (counts.length === 0) return;
  const rows = counts.map(({ workspaceId, source, received, duplicates, stored, rejectedByReason }) => {
    const rejected = Object.values(rejectedByReason).reduce((sum, count) => sum + count, 0);
    return { workspace_id: workspaceId, source, received, duplicates, rejected, stored };
  });
  await db
    .insertInto('ledger')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'source']).doUpdateSet((set) => ({
        received: set('ledger.received', '+', set.ref('excluded.received')),
        duplicates: set('ledger.duplicates', '+', set.ref('excluded.duplicates')),
        rejected: set('ledger.rejected', '+', set.ref('excluded.rejected')),
        stored: set('ledger.stored', '+', set.ref('excluded.stored')),
      })),
    )
    .execute();
  await addReasons(db, counts);
}

async function addReasons(db: CatalogDatabase, counts: readonly SegmentCounts[]): Promise<void> {
  const rows = counts.flatMap(({ workspaceId, source, rejectedByReason }) =>
    sortedBy(Object.entries(rejectedByReason), ([reason]) => reason).map(([reason, rejected]) => ({
      workspace_id: workspaceId,
      source,
      reason,
      rejected,
    })),
  );
  if (rows.length === 0) return;
  await db
    .insertInto('ledger_reasons')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'source', 'reason'])
        .doUpdateSet((set) => ({ rejected: set('ledger_reasons.rejected', '+', set.ref('excluded.rejected')) })),
    )
    .execute();
}

function sourceOf(sources: Map<string, Ledger['bySource'][number]>, source: string): Ledger['bySource'][number] {
  let found = sources.get(source);
  if (!found) {
    found = { source, received: 0, accepted: 0, stored: 0, rejected: 0, duplicates: 0, pending: 0, rejectedByReason: {} };
    sources.set(source, found);
  }
  return found;
}

function addPending(counts: Ledger['bySource'][number], { tally, events }: PendingTally): void {
  counts.received += tally.received;
  counts.duplicates += tally.duplicates;
  counts.accepted += events;
  counts.pending += events;
  for (const [reason, rejected] of Object.entries(tally.rejected)) {
    counts.rejected += rejected;
    counts.rejectedByReason[reason] = (counts.rejectedByReason[reason] ?? 0) + rejected;
  }
}

function sumOf(counts: readonly LedgerCounts[]): LedgerCounts {
  const sum: LedgerCounts = { received: 0, accepted: 0, stored: 0, rejected: 0, duplicates: 0, pending: 0 };
  for (const one of counts) for (const name of Object.keys(sum) as (keyof LedgerCounts)[]) sum[name] += one[name];
  return sum;
}

function sortedBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  return [...values].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
