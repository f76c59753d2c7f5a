/** The sealed segments that wait for the committer, oldest first; those beyond a bound of memory are read back when asked for. */
import type { Log } from '../../ports/log.ts';
import type { PendingTally, SealedSegment } from '../../ports/spool.ts';
import type { Frame } from './frame.ts';
import { readBack } from './recover.ts';
import { deleteSegment, type SegmentFolder } from './segment-file.ts';
import { copyTallies, sealedSegment, type Summary } from './summary.ts';

/** A sealed segment; `frames` is null while its rows lie on disk only. */
export interface ShelvedSegment {
  id: string;
  sizeBytes: number;
  summary: Summary;
  frames: Frame[] | null;
}

interface Waiter {
  after: string;
  serve: (segment: ShelvedSegment | null) => void;
}

/** Sealed segments between the writer and the committer. */
export class Shelf {
  quarantined = 0;
  sizeBytes = 0;
  events = 0;
  readonly #segments = new Map<string, ShelvedSegment>();
  readonly #waiters = new Set<Waiter>();
  readonly #removals = new Set<Promise<void>>();
  readonly #folder: SegmentFolder;
  readonly #maxResidentBytes: number;
  readonly #log: Log;
  #residentBytes = 0;
  #isClosed = false;

  constructor(folder: SegmentFolder, maxResidentBytes: number, log: Log) {
    this.#folder = folder;
    this.#maxResidentBytes = maxResidentBytes;
    this.#log = log;
  }

  get count(): number {
    return this.#segments.size;
  }

  /** the earliest `received` of what waits, epoch ms */
  get oldestMs(): number | null {
    for (const { summary } of this.#segments.values()) return summary.oldestMs;
    return null;
  }

  /** Adds the newest segment. Its frames stay in memory only where the bound allows. */
  add(segment: ShelvedSegment): void {
    if (this.#residentBytes + segment.sizeBytes > this.#maxResidentBytes) segment.frames = null;
    if (segment.frames) this.#residentBytes += segment.sizeBytes;
    this.sizeBytes += segment.sizeBytes;
    this.events += segment.summary.events;
    this.#segments.set(segment.id, segment);
    for (const waiter of this.#waiters) if (segment.id > waiter.after) waiter.serve(segment);
  }

  /** The oldest segment behind `after`, as soon as there is one; null after close or abort. */
  async next(after: string, signal: AbortSignal | undefined): Promise<SealedSegment | null> {
    const segment = await this.#behind(after, signal);
    if (!segment) return null;
    if (segment.frames) return sealedSegment(segment.id, segment.frames, segment.sizeBytes);
    const { frames, quarantined } = await readBack(this.#folder, segment.id, this.#log);
    this.quarantined += quarantined;
    return sealedSegment(segment.id, frames, segment.sizeBytes);
  }

  #behind(after: string, signal: AbortSignal | undefined): Promise<ShelvedSegment | null> {
    if (this.#isClosed || signal?.aborted) return Promise.resolve(null);
    for (const segment of this.#segments.values()) if (segment.id > after) return Promise.resolve(segment);
    return new Promise((resolve) => {
      const serve = (segment: ShelvedSegment | null): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
        resolve(segment);
      };
      const giveUp = (): void => serve(null);
      const waiter: Waiter = { after, serve };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', giveUp);
    });
  }

  /** Takes a segment off and deletes its file; nothing happens where it is gone, or after close. */
  remove(id: string): Promise<void> {
    if (this.#isClosed || !this.#segments.has(id)) return Promise.resolve();
    const removal = this.#remove(id).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
    return removal;
  }

  async #remove(id: string): Promise<void> {
    await deleteSegment(this.#folder, id);
    const segment = this.#segments.get(id);
    if (!segment || !this.#segments.delete(id)) return;
    if (segment.frames) this.#residentBytes -= segment.sizeBytes;
    this.sizeBytes -= segment.sizeBytes;
    this.events -= segment.summary.events;
  }

  tallies(): PendingTally[] {
    return [...this.#segments.values()].flatMap(({ id, summary }) => copyTallies(summary, id));
  }

  /** Lets everybody who waits go, and resolves when no removal is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.serve(null);
    await Promise.allSettled(this.#removals);
  }
}
