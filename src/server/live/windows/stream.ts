/** Follows the ingest stream: keeps the windows, the feed and the standing of every workspace that is alive. */
import type { AcceptedBatch, CommitNotice } from '../../ports/accepted.ts';
import type { Vitals } from '../../../shared/contract/live.ts';
import type { WorkspaceHistory } from '../../warehouse/live-windows.ts';
import { ActivityFeed } from './feed.ts';
import type { PartFeed } from './part-feed.ts';
import { WorkspaceWindows } from './workspace-windows.ts';

/** One workspace as the stream shows it. */
export interface WorkspaceStream {
  windows: WorkspaceWindows;
  feed: ActivityFeed;
  /** feeds of those who see the workspace only in part, by what they see */
  parts: Map<string, PartFeed>;
  /** receipt of the newest durable event; null: none since start */
  newestMs: number | null;
  /** everything received up to here is answerable; null: not known */
  watermarkMs: number | null;
  /** receipt of the oldest event that is durable and perhaps not answerable; null: caught up */
  pendingSinceMs: number | null;
  movedAtMs: number;
}

/** A workspace without events for so long has empty windows. */
const idleMs = 2 * 3_600_000;

/** The streams of all workspaces. */
export class IngestStream {
  readonly #streams = new Map<string, WorkspaceStream>();
  readonly #feedBase: number;

  /** @param startMs instant from which this process takes events; feeds are numbered from it */
  constructor(startMs: number) {
    this.#feedBase = startMs * 1_000;
  }

  /** The stream of `workspaceId`, made if there is none. */
  of(workspaceId: string, nowMs: number): WorkspaceStream {
    const known = this.#streams.get(workspaceId);
    if (known !== undefined) return known;
    const made: WorkspaceStream = {
      windows: new WorkspaceWindows(nowMs),
      feed: new ActivityFeed(this.#feedBase),
      parts: new Map(),
      newestMs: null,
      watermarkMs: null,
      pendingSinceMs: null,
      movedAtMs: nowMs,
    };
    this.#streams.set(workspaceId, made);
    return made;
  }

  /** Takes a durable batch; imports and backfills move only the standing. */
  accept(batch: AcceptedBatch, nowMs: number): void {
    const stream = this.of(batch.workspaceId, nowMs);
    stream.newestMs = Math.max(stream.newestMs ?? 0, batch.receivedMs);
    stream.pendingSinceMs ??= batch.receivedMs;
    stream.movedAtMs = nowMs;
    if (batch.isBackfill) return;
    stream.windows.add(batch.events, nowMs);
    stream.feed.add(batch.events);
    for (const part of stream.parts.values()) part.take(batch.events);
  }

  /** Takes note that everything received up to a watermark is answerable. */
  commit(notice: CommitNotice, nowMs: number): void {
    const stream = this.of(notice.workspaceId, nowMs);
    stream.watermarkMs = Math.max(stream.watermarkMs ?? 0, notice.watermarkMs);
    if (stream.pendingSinceMs === null || stream.newestMs === null) return;
    stream.pendingSinceMs = stream.watermarkMs >= stream.newestMs ? null : Math.max(stream.pendingSinceMs, stream.watermarkMs);
  }

  /** Adds what the warehouse knows from before this process, in place of what was added so before. */
  install(history: WorkspaceHistory, nowMs: number): void {
    const stream = this.of(history.workspaceId, nowMs);
    stream.windows.install(history, nowMs);
    stream.feed.prepend(history.latest);
  }

  /** Windows and standing of a workspace. */
  vitals(workspaceId: string, nowMs: number): Vitals {
    const { windows, newestMs, watermarkMs } = this.of(workspaceId, nowMs);
    return { ...windows.read(nowMs), newestDurable: maybeIso(newestMs), watermark: maybeIso(watermarkMs) };
  }

  /** How long the oldest durable event that is not answerable has waited; 0: caught up. */
  lagMs(workspaceId: string, nowMs: number): number {
    const since = this.#streams.get(workspaceId)?.pendingSinceMs ?? null;
    return since === null ? 0 : Math.max(0, nowMs - since);
  }

  /** Lets go of events that feeds hold whole. */
  settleFeeds(): void {
    for (const { feed, parts } of this.#streams.values()) {
      feed.settle();
      for (const part of parts.values()) part.feed.settle();
    }
  }

  /** Lets go of workspaces that nobody feeds or watches any more. */
  tidy(nowMs: number, isWatched: (workspaceId: string) => boolean): void {
    for (const [workspaceId, stream] of this.#streams) {
      if (nowMs - stream.movedAtMs > idleMs && !isWatched(workspaceId)) this.#streams.delete(workspaceId);
    }
  }
}

const maybeIso = (instantMs: number | null) => (instantMs === null ? null : new Date(instantMs).toISOString());
