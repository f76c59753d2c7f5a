/** What follows the ingest stream: live windows, the activity feed, detectors. */
import type { Event } from '../../shared/model/event.ts';

/** Events of one call that have just become durable. */
export interface AcceptedBatch {
  workspaceId: string;
  source: string;
  events: readonly Event[];
  durableMs: number;
  /** newest `received` instant of the events, as in their spool entry, epoch ms */
  receivedMs: number;
  /** true for imports and backfills, which do not move live windows */
  isBackfill: boolean;
}

/** Called in order, once per durable batch; must not throw and must not wait. */
export type AcceptedListener = (batch: AcceptedBatch) => void;

/** What a commit changed in a workspace. */
export interface CommitNotice {
  workspaceId: string;
  dataset: string;
  /** UTC epoch hours whose events changed; null: all */
  hours: number[] | null;
  /** everything received up to here is answerable, epoch ms */
  watermarkMs: number;
}

/** Called after each commit, delete or mutation. */
export type CommitListener = (notice: CommitNotice) => void;
