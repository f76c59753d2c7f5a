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
  /**
   * Keys of the event ids that this entry takes, from {@link IdWindow.take}. The spool settles them when the entry is
   * durable and releases them when the append fails: the caller of `append` does neither.
   */
  keys: BigUint64Array;
  /** UTC hours (epoch hours) of events that `rows` touch, for cache invalidation */
  hours: number[];
  /** newest `received` instant of the rows, epoch ms */
  receivedMs: number;
}

/** A sealed segment, ready to be committed. Rows are grouped by table and month. */
export interface SealedSegment {
  /** rising in text order, never reused, unique over all nodes */
  id: string;
  /** `from` and `to` number the rows of one table and month inside the segment; the same after every restart */
  rows: { table: SpoolTable; month: number; from: number; to: number; bytes: Uint8Array[] }[];
  tallies: { workspaceId: string; source: string; tally: Tally; events: number }[];
  /** per workspace: the tables that get rows, and the UTC epoch hours of its events */
  cells: { workspaceId: string; tables: SpoolTable[]; hours: number[] }[];
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
  /** damaged stretches of segments that were set aside since the start, see the runbook */
  quarantined: number;
}

/** What one pending segment adds to the ledger of one workspace and source. */
export interface PendingTally {
  segmentId: string;
  workspaceId: string;
  source: string;
  tally: Tally;
  /** accepted events */
  events: number;
}

/** Durable append, then sealed segments out in order. */
export interface Spool {
  /**
   * Resolves when durable on disk, in the order of the calls. When it rejects nothing of the entry was kept, and
   * everything that was queued behind it was rejected too: an entry that counted an id of this one as a duplicate is
   * never acknowledged without it. For that, call it in the same turn of the event loop as the `take` of its keys.
   * @throws SPOOL_FULL, DISK_FULL, STOPPING
   */
  append(entry: SpoolEntry): Promise<void>;
  /** Seals what is durable now, if anything, without waiting for size or age. */
  seal(): Promise<void>;
  /** The oldest sealed segment not yet removed, or the oldest behind `after`; waits for one. null after close or abort. */
  next(options?: { after?: string; signal?: AbortSignal }): Promise<SealedSegment | null>;
  /** Deletes a segment that the warehouse has and the ledger has counted; its bytes may not be used any more. */
  remove(segmentId: string): Promise<void>;
  state(): SpoolState;
  /** durable, not yet removed tallies per segment, workspace and source, for the ledger */
  pendingTallies(): PendingTally[];
  close(): Promise<void>;
}

/** How full the id window is. */
export interface IdWindowState {
  ids: number;
  /** those of `ids` that lie in runs on disk; the others are in memory, and in the log or the spool */
  idsOnDisk: number;
  capacity: number;
  /** since when ids are remembered, epoch ms; null while there are none */
  oldestMs: number | null;
  runs: number;
  memoryBytes: number;
}

/** Remembers event ids on disk, so that an id counts once per workspace. */
export interface IdWindow {
  /**
   * Marks each id that was not seen before as taken. `isNew[i]` tells of `ids[i]`; '' is always new and has no key.
   * An id twice in one call is new once. @throws DISK_FULL when ids can no longer be kept
   */
  take(workspaceId: string, ids: readonly string[]): { isNew: boolean[]; keys: BigUint64Array };
  /** The spool tells that the entry which took `keys` is durable: from now on they may go to disk. */
  settle(keys: BigUint64Array): void;
  /** The spool gives keys back whose entry could not be made durable. */
  release(keys: BigUint64Array): void;
  /** The spool tells at start of keys that a pending segment holds. */
  recover(keys: BigUint64Array): void;
  /**
   * Lets ids count once more: their events were committed and then deleted. Durable when it resolves. What comes with such an id
   * while this runs may still be taken for a duplicate.
   */
  forget(workspaceId: string, ids: readonly string[]): Promise<void>;
  /** Makes the keys of a committed segment durable before the segment goes. */
  persist(keys: BigUint64Array): Promise<void>;
  state(): IdWindowState;
  /** Runs `work` while no file of the window is replaced or removed, so that copying its folder gives a whole window. */
  whileStill<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What the spool tells the id window. */
export type SpoolKeys = Pick<IdWindow, 'settle' | 'release' | 'recover'>;
