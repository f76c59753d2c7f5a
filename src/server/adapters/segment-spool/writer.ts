/** Writes queued entries to the open segment in groups: one write and one sync for all that came meanwhile. */
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SpoolKeys } from '../../ports/spool.ts';
import { encodeFrame, type Frame, type PreparedFrame } from './frame.ts';
import { sealDelayMs, type SealRule } from './seal-rule.ts';
import { appendDurably, createSegment, cutSegment, type SegmentFile, type SegmentFolder, type SegmentIo } from './segment-file.ts';
import type { Shelf } from './shelf.ts';
import { addFrame, emptySummary, type Summary } from './summary.ts';
import { writeProblem } from './write-problem.ts';

/** Bytes of one group; what is beyond waits for the next, so that nobody waits for a very long write. */
const groupBytes = 4 * 1_048_576;

/** Sealed segments that wait from which on the committer counts as behind: one is being inserted, one is next. */
const behindCount = 2;

const rollAgainMs = 1_000;

/** The segment that is being filled. */
interface OpenSegment {
  file: SegmentFile;
  frames: Frame[];
  summary: Summary;
  /** when its first frame became durable */
  startedMs: number;
}

interface Queued {
  prepared: PreparedFrame;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** What the writer works with. */
export interface WriterParts {
  folder: SegmentFolder;
  shelf: Shelf;
  keys: SpoolKeys;
  clock: Clock;
  random: RandomBytes;
  log: Log;
  rule: SealRule;
  io: SegmentIo;
}

/** The single writer of the spool. All changes of the open segment happen in its loop, one after the other. */
export class GroupWriter {
  /** bytes of entries that are not durable yet */
  queuedBytes = 0;
  readonly #parts: WriterParts;
  readonly #queue: Queued[] = [];
  #open: OpenSegment;
  #nextSequence: number;
  /** made ahead, so that sealing costs no wait; also keeps a higher number on disk than any segment that is removed */
  #spare: Promise<SegmentFile | null>;
  #work: Promise<void> | null = null;
  #isClosed = false;
  /** the open segment may hold bytes behind its sound ones */
  #isCutDue = false;
  #isSealDue = false;
  /** after a segment could not be made: when to try again */
  #rollAgainAtMs = 0;
  #sealTimer: NodeJS.Timeout | null = null;

  private constructor(parts: WriterParts, file: SegmentFile) {
    this.#parts = parts;
    this.#open = openSegment(file);
    this.#nextSequence = file.sequence + 1;
    this.#spare = this.#makeSpare();
  }

  /** A writer whose first segment is number `sequence`. */
  static async start(parts: WriterParts, sequence: number): Promise<GroupWriter> {
    const { folder, clock, random, io } = parts;
    return new GroupWriter(parts, await createSegment(folder, sequence, clock.now(), random, io));
  }

  /** The open segment's part of the spool's state. */
  get open(): { id: string; sizeBytes: number; summary: Summary } {
    const { file, frames, summary } = this.#open;
    return { id: file.id, sizeBytes: frames.length === 0 ? 0 : file.soundBytes, summary };
  }

  /** Resolves when `prepared` is durable. */
  append(prepared: PreparedFrame): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ prepared, resolve, reject });
      this.queuedBytes += prepared.sizeBytes;
      this.#wake();
    });
  }

  /** Seals what is durable by the time all that is queued now is written. */
  async seal(): Promise<void> {
    this.#isSealDue = true;
    while (this.#isSealDue) await this.#wake();
  }

  /** Writes what is queued, puts the open segment on the shelf and closes all files. */
  async close(): Promise<void> {
    while (this.#work) await this.#work;
    this.#isClosed = true;
    if (this.#sealTimer) clearTimeout(this.#sealTimer);
    const { file, frames } = this.#open;
    if (this.#isCutDue)
      await this.#cut().catch((error: unknown) => this.#parts.log.error({ err: error }, 'spool: a refused write could not be cut off'));
    if (frames.length > 0) this.#shelve();
    await file.handle.close();
    const spare = await this.#spare;
    await spare?.handle.close();
  }

  /** Looks again whether the open segment is to be sealed, after the committer has moved on. */
  reconsider(): void {
    if (!this.#work && !this.#isClosed) this.#planSeal();
  }

  #wake(): Promise<void> {
    this.#work ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#run())
      .finally(() => {
        this.#work = null;
        if (this.#queue.length > 0 || this.#isSealDue) void this.#wake();
      });
    return this.#work;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#writeGroup();
      if (this.#sealDelayMs() === 0) await this.#roll();
    }
    if (this.#isSealDue) await this.#roll();
    this.#planSeal();
  }

  async #writeGroup(): Promise<void> {
    const group = this.#takeGroup();
    try {
      const { bytes, frames } = encodeGroup(group);
      if (this.#isCutDue) await this.#cut();
      this.#isCutDue = true;
      await appendDurably(this.#open.file, bytes, this.#parts.io);
      this.#isCutDue = false;
      this.#keep(group, frames);
    } catch (error) {
      await this.#fail(group, error);
    }
  }

  #takeGroup(): Queued[] {
    let count = 0;
    let sizeBytes = 0;
    for (const { prepared } of this.#queue) {
      if (count > 0 && sizeBytes + prepared.sizeBytes > groupBytes) break;
      sizeBytes += prepared.sizeBytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  #keep(group: readonly Queued[], frames: readonly Frame[]): void {
    const open = this.#open;
    if (open.frames.length === 0) open.startedMs = this.#parts.clock.now();
    for (const frame of frames) {
      open.frames.push(frame);
      addFrame(open.summary, frame.meta);
    }
    for (const { prepared, resolve } of group) {
      this.queuedBytes -= prepared.sizeBytes;
      this.#parts.keys.settle(prepared.entry.keys);
      resolve();
    }
  }

  /** Rejects `group` and all that is queued behind it, because that may count an id of the group as a duplicate. */
  async #fail(group: readonly Queued[], error: unknown): Promise<void> {
    const problem = writeProblem(error);
    const refused = [...group, ...this.#queue.splice(0)];
    this.#parts.log.error({ err: error, entries: refused.length }, 'spool: a write failed; its entries were refused');
    for (const { prepared, reject } of refused) {
      this.queuedBytes -= prepared.sizeBytes;
      this.#parts.keys.release(prepared.entry.keys);
      reject(problem);
    }
    await this.#cut().catch(() =>
      this.#parts.log.warn({ segment: this.#open.file.id }, 'spool: the failed write could not be cut off yet'),
    );
  }

  /** Until the failed bytes are off the disk nothing is written behind them. */
  async #cut(): Promise<void> {
    await cutSegment(this.#open.file, this.#parts.io);
    this.#isCutDue = false;
  }

  async #roll(): Promise<void> {
    try {
      if (this.#isCutDue) await this.#cut();
      if (this.#open.frames.length > 0) await this.#swap();
    } catch (error) {
      this.#rollAgainAtMs = this.#parts.clock.now() + rollAgainMs;
      this.#parts.log.warn({ err: error }, 'spool: the segment cannot be sealed yet; it goes on');
    } finally {
      this.#isSealDue = false;
    }
  }

  /** Puts the open segment on the shelf and goes on with the spare one. */
  async #swap(): Promise<void> {
    const next = (await this.#spare) ?? (await this.#makeSegment());
    const { handle } = this.#open.file;
    this.#shelve();
    this.#open = openSegment(next);
    this.#spare = this.#makeSpare();
    await handle.close();
  }

  #shelve(): void {
    const { file, frames, summary } = this.#open;
    this.#parts.shelf.add({ id: file.id, sizeBytes: file.soundBytes, summary, frames });
  }

  /** The next segment, or null where it cannot be made now; then it is made when it is needed. */
  #makeSpare(): Promise<SegmentFile | null> {
    return this.#makeSegment().catch(() => null);
  }

  #makeSegment(): Promise<SegmentFile> {
    const { folder, clock, random, io } = this.#parts;
    return createSegment(folder, this.#nextSequence++, clock.now(), random, io);
  }

  #sealDelayMs(): number {
    const { rule, shelf, clock } = this.#parts;
    const { frames, file, summary, startedMs } = this.#open;
    if (frames.length === 0) return Infinity;
    const nowMs = clock.now();
    const ageMs = Math.max(0, nowMs - startedMs);
    const delayMs = sealDelayMs(rule, { rows: summary.rows, sizeBytes: file.soundBytes, ageMs }, shelf.count >= behindCount);
    return Math.max(delayMs, this.#rollAgainAtMs - nowMs);
  }

  #planSeal(): void {
    if (this.#sealTimer) clearTimeout(this.#sealTimer);
    this.#sealTimer = null;
    const delayMs = this.#sealDelayMs();
    if (delayMs < Infinity) this.#sealTimer = setTimeout(() => void this.seal(), delayMs);
  }
}

function encodeGroup(group: readonly Queued[]): { bytes: Buffer; frames: Frame[] } {
  const bytes = Buffer.allocUnsafeSlow(group.reduce((sum, { prepared }) => sum + prepared.sizeBytes, 0));
  let offset = 0;
  const frames = group.map(({ prepared }) => {
    const frame = encodeFrame(bytes, offset, prepared);
    offset += prepared.sizeBytes;
    return frame;
  });
  return { bytes, frames };
}

function openSegment(file: SegmentFile): OpenSegment {
  return { file, frames: [], summary: emptySummary(), startedMs: 0 };
}
