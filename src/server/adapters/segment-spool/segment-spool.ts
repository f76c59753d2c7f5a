/** The spool on the local disk: segment files with group sync, sealed for the committer, found again after a crash. */
import { mkdir } from 'node:fs/promises';
import { Problem } from '../../../shared/model/errors.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { PendingTally, SealedSegment, Spool, SpoolEntry, SpoolKeys, SpoolState } from '../../ports/spool.ts';
import { frameKeys, prepareFrame } from './frame.ts';
import { recoverSegments } from './recover.ts';
import { defaultSealRule, type SealRule } from './seal-rule.ts';
import { deleteSegment, openSegmentFolder, type SegmentFolder, type SegmentIo, systemIo } from './segment-file.ts';
import { Shelf } from './shelf.ts';
import { copyTallies, summarize } from './summary.ts';
import { GroupWriter } from './writer.ts';

/** What a segment spool needs. */
export interface SegmentSpoolOptions {
  /** made if missing */
  folder: string;
  clock: Clock;
  random: RandomBytes;
  log: Log;
  /** the id window, open already */
  keys: SpoolKeys;
  /** bytes on disk and in the queue above which appends are refused; default 8 GiB, about 30 million events */
  maxBytes?: number;
  /** bytes of sealed segments kept in memory; default 64 MiB */
  maxResidentBytes?: number;
  rule?: SealRule;
  io?: SegmentIo;
}

/** The spool in `options.folder`, with everything that a former process left in it sealed and pending. */
export async function openSegmentSpool(options: SegmentSpoolOptions): Promise<Spool> {
  await mkdir(options.folder, { recursive: true });
  const folder = await openSegmentFolder(options.folder);
  try {
    return await openIn(folder, options);
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function openIn(folder: SegmentFolder, options: SegmentSpoolOptions): Promise<Spool> {
  const { clock, random, log, keys, rule = defaultSealRule, io = systemIo } = options;
  const shelf = new Shelf(folder, options.maxResidentBytes ?? 64 * 1_048_576, log);
  const emptyIds: string[] = [];
  const lastSequence = await recoverSegments(folder, log, ({ id, frames, sizeBytes, quarantined }) => {
    shelf.quarantined += quarantined;
    if (frames.length === 0) return void emptyIds.push(id);
    for (const frame of frames) keys.recover(frameKeys(frame));
    shelf.add({ id, sizeBytes, summary: summarize(frames), frames });
  });
  const writer = await GroupWriter.start({ folder, shelf, keys, clock, random, log, rule, io }, lastSequence + 1);
  for (const id of emptyIds) await deleteSegment(folder, id);
  return new SegmentSpool(folder, shelf, writer, keys, options.maxBytes ?? 8 * 1_073_741_824);
}

class SegmentSpool implements Spool {
  readonly #folder: SegmentFolder;
  readonly #shelf: Shelf;
  readonly #writer: GroupWriter;
  readonly #keys: SpoolKeys;
  readonly #maxBytes: number;
  #isStopping = false;

  constructor(folder: SegmentFolder, shelf: Shelf, writer: GroupWriter, keys: SpoolKeys, maxBytes: number) {
    this.#folder = folder;
    this.#shelf = shelf;
    this.#writer = writer;
    this.#keys = keys;
    this.#maxBytes = maxBytes;
  }

  append(entry: SpoolEntry): Promise<void> {
    try {
      const prepared = prepareFrame(entry);
      this.#assertRoom(prepared.sizeBytes);
      return this.#writer.append(prepared);
    } catch (error) {
      this.#keys.release(entry.keys);
      return Promise.reject(error as Error);
    }
  }

  #assertRoom(sizeBytes: number): void {
    if (this.#isStopping) throw new Problem('STOPPING', 'The server is stopping; send this again in a moment.', { retryAfterSeconds: 5 });
    if (this.#usedBytes() + sizeBytes <= this.#maxBytes) return;
    const message = 'More events wait for the warehouse than the spool may hold, so nothing of this request was kept. Send it again later.';
    throw new Problem('SPOOL_FULL', message, { retryAfterSeconds: 10 });
  }

  #usedBytes(): number {
    return this.#shelf.sizeBytes + this.#writer.open.sizeBytes + this.#writer.queuedBytes;
  }

  seal(): Promise<void> {
    return this.#writer.seal();
  }

  next({ after = '', signal }: { after?: string; signal?: AbortSignal } = {}): Promise<SealedSegment | null> {
    return this.#shelf.next(after, signal);
  }

  async remove(segmentId: string): Promise<void> {
    await this.#shelf.remove(segmentId);
    this.#writer.reconsider();
  }

  state(): SpoolState {
    const { id: _, sizeBytes, summary } = this.#writer.open;
    return {
      segments: this.#shelf.count + (sizeBytes > 0 ? 1 : 0),
      pendingEvents: this.#shelf.events + summary.events,
      pendingBytes: this.#shelf.sizeBytes + sizeBytes,
      oldestPendingMs: this.#shelf.oldestMs ?? summary.oldestMs,
      isFull: this.#usedBytes() >= this.#maxBytes,
      quarantined: this.#shelf.quarantined,
    };
  }

  pendingTallies(): PendingTally[] {
    const { id, summary } = this.#writer.open;
    return [...this.#shelf.tallies(), ...copyTallies(summary, id)];
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    await this.#writer.close();
    await this.#shelf.close();
    await this.#folder.close();
  }
}
