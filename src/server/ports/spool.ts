/** The durable queue between the answer to a sender and the warehouse. */

/** Warehouse tables that are fed through the spool. */
export const spoolTables = ['events', 'dead_letters', 'traits', 'identity_links'] as const;
/** One of {@link spoolTables}. */
export type SpoolTable = (typeof spoolTables)[number];

/** What one call adds to the ingest ledger of its workspace and source. accepted = received - duplicates - rejected. */
export interface Tally {
  received: number;
  duplicates: number;
  /** by reject reason */
  rejected: Record<string, number>;
}

/** Rows of one table and one partition, as the NDJSON that the warehouse takes (each line ends with a newline). */
export interface SpoolRows {
  table: SpoolTable;
  /** partition: yyyymm in UTC */
  month: number;
  count: number;
  bytes: Uint8Array;
}

/** All that one call brings for one workspace and source; durable and counted as a whole or not at all. */
export interface SpoolEntry {
  workspaceId: string;
  /** ledger source: `http`, `segment`, `posthog`, `import:<id>` ... */
  source: string;
  tally: Tally;
  rows: SpoolRows[];
  /** keys of the event ids that this entry takes, from the id window; released again if the append fails */
  keys: BigUint64Array;
  /** UTC hours (epoch hours) of events that `rows` touch, for cache invalidation */
  hours: number[];
  /** newest `received` instant of the rows, epoch ms */
  receivedMs: number;
}

/** A sealed segment, ready to be committed. Rows are grouped by table and month. */
export interface SealedSegment {
  /** rising, never reused */
  id: string;
  rows: { table: SpoolTable; month: number; from: number; to: number; bytes: Uint8Array[] }[];
  tallies: { workspaceId: string; source: string; tally: Tally; events: number }[];
  cells: { workspaceId: string; hours: number[] }[];
  /** newest `received` per workspace, epoch ms */
  watermarks: { workspaceId: string; receivedMs: number }[];
  keys: BigUint64Array;
  sizeBytes: number;
}

/** Health of the spool. */
export interface SpoolState {
  segments: number;
  pendingEvents: number;
  pendingBytes: number;
  oldestPendingMs: number | null;
  isFull: boolean;
}

/** Durable append, then sealed segments out in order. */
export interface Spool {
  /** Resolves when durable on disk. @throws SPOOL_FULL, DISK_FULL, STOPPING; then nothing of the entry was kept. */
  append(entry: SpoolEntry): Promise<void>;
  /** The oldest sealed segment not yet removed; waits for one. null after close. */
  next(signal?: AbortSignal): Promise<SealedSegment | null>;
  /** Deletes a segment that the warehouse has and the ledger has counted. */
  remove(segmentId: string): Promise<void>;
  state(): SpoolState;
  /** pending (durable, not yet committed) tallies per workspace and source, for the ledger */
  pendingTallies(): { workspaceId: string; source: string; tally: Tally; events: number }[];
  close(): Promise<void>;
}

/** Remembers event ids on disk, so that an id counts once per workspace. */
export interface IdWindow {
  /**
   * Marks each id that was not seen before as taken. `isNew[i]` tells of `ids[i]`; '' is always new and has no key.
   * An id twice in one call is new once.
   */
  take(workspaceId: string, ids: readonly string[]): { isNew: boolean[]; keys: BigUint64Array };
  /** Gives keys back whose entry could not be made durable. */
  release(keys: BigUint64Array): void;
  /** Makes the keys of a committed segment durable before the segment goes. */
  persist(keys: BigUint64Array): Promise<void>;
  state(): { ids: number; capacity: number; oldestMs: number | null; runs: number };
  close(): Promise<void>;
}
