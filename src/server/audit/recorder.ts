/** Takes entries from all sides at once and writes them in few commits; holds them while the catalog is away. */
import { Problem } from '../../shared/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { append, isWritten, type AppendParts, type Appended, type ChainEnd, type Placed } from './append.ts';
import { draftOf, type AuditEntry, type Draft, type RecordedEntry } from './entry.ts';

/** Entries that may wait; beyond it new ones are refused. */
const mostWaiting = 20_000;
/** few enough that nobody else waits long for the catalog */
const mostPerCommit = 500;
const retryMs = { first: 100, most: 5_000 };

/** What the recorder works with. */
export interface RecorderParts extends AppendParts {
  clock: Clock;
  log: Log;
  /** how long `record` waits for a catalog that does not answer; the entry waits on */
  patienceMs: number;
}

interface Waiting {
  entry: AuditEntry;
  draft: Draft;
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes entries; one commit at a time, each with everything that came in during the one before. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #listeners: ((entry: RecordedEntry) => void)[] = [];
  readonly #ends = new Map<string, ChainEnd>();
  #waiting: Waiting[] = [];
  #working: Promise<void> | null = null;
  #isClosing = false;
  #lastError: string | null = null;
  /** wakes the pause between two tries */
  #hurry: () => void = () => undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Resolves when the entry is durable. @throws CATALOG_UNAVAILABLE when too many wait, or this one for too long (it is still written then) */
  async record(entry: AuditEntry): Promise<void> {
    if (this.#waiting.length >= mostWaiting || this.#isClosing) throw this.#refusal('is not taken');
    const draft = draftOf(entry, this.#parts.clock.now());
    return new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(this.#refusal('waits in memory')), this.#parts.patienceMs);
      const settle = (then: () => void) => {
        clearTimeout(patience);
        then();
      };
      this.#waiting.push({
        entry,
        draft,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error as Error)),
      });
      this.#working ??= this.#work();
    });
  }

  /** `listener` hears of every entry that this node has written, after it is durable. */
  listen(listener: (entry: RecordedEntry) => void): void {
    this.#listeners.push(listener);
  }

  /** Where this node itself last ended a chain; null when it has not written to it. */
  lastWritten(workspaceId: string): ChainEnd | null {
    return this.#ends.get(workspaceId) ?? null;
  }

  state(): { waiting: number; lastError: string | null } {
    return { waiting: this.#waiting.length, lastError: this.#lastError };
  }

  /** Writes what waits, unless the catalog is away; takes nothing more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#hurry();
    await this.#working;
  }

  #refusal(what: string): Problem {
    return new Problem('CATALOG_UNAVAILABLE', `The audit log cannot be written: the catalog does not answer, and the entry ${what}.`);
  }

  async #work(): Promise<void> {
    // What is recorded in the same turn of the event loop goes into the same commit.
    await Promise.resolve();
    for (let failures = 0; this.#waiting.length > 0;) {
      const batch = this.#waiting.slice(0, mostPerCommit);
      const outage = await this.#write(batch);
      if (outage === null) {
        this.#waiting.splice(0, batch.length);
        failures = 0;
        continue;
      }
      if (this.#isClosing) this.#giveUp(outage);
      failures++;
      await this.#pause(Math.min(retryMs.first * 2 ** (failures - 1), retryMs.most));
    }
    // TRICKY: in the turn that found nothing waiting, or what is recorded in between would wait for nobody.
    this.#working = null;
  }

  /** Null when the batch is dealt with, else why it has to be tried again. */
  async #write(batch: readonly Waiting[]): Promise<Error | null> {
    try {
      this.#finish(batch, await this.#appendOnce(batch));
      this.#lastError = null;
      return null;
    } catch (error) {
      if (isOutage(error)) {
        if (this.#lastError === null) this.#parts.log.error({ err: error, entries: batch.length }, 'the audit log waits for the catalog');
        this.#lastError = (error as Error).message;
        return error as Error;
      }
      this.#parts.log.error({ err: error, entries: batch.length }, 'audit entries could not be written');
      if (batch.length === 1) {
        batch[0]!.reject(error);
        return null;
      }
      return this.#writeOneByOne(batch);
    }
  }

  /** One entry that cannot be written must not keep the others out. */
  async #writeOneByOne(batch: readonly Waiting[]): Promise<Error | null> {
    for (const [done, each] of batch.entries()) {
      const outage = await this.#write([each]);
      if (outage === null) continue;
      this.#waiting.splice(0, done);
      return outage;
    }
    return null;
  }

  /** Appends, unless the commit took place whose answer was lost. */
  async #appendOnce(batch: readonly Waiting[]): Promise<Placed[]> {
    const drafts = batch.map(({ draft }) => draft);
    const attempts: Appended[] = [];
    const { placed, ends } = await append(this.#parts, drafts, (attempt) => attempts.push(attempt)).catch(async (error: unknown) => {
      const [attempt] = attempts;
      if (attempt !== undefined && isOutage(error) && (await this.#isWrittenAfterAll(attempt.ends))) return attempt;
      throw error;
    });
    for (const end of ends) this.#ends.set(end.workspaceId, end);
    return placed;
  }

  /** Asks until the catalog answers: as long as it is not known, nothing can be written again. */
  async #isWrittenAfterAll(ends: readonly ChainEnd[]): Promise<boolean> {
    for (;;) {
      try {
        return await isWritten(this.#parts.catalog.db, ends);
      } catch (error) {
        if (!isOutage(error) || this.#isClosing) throw error;
        this.#lastError = (error as Error).message;
      }
      await this.#pause(retryMs.most / 10);
    }
  }

  #finish(batch: readonly Waiting[], placed: readonly Placed[]): void {
    for (const [i, { entry, resolve }] of batch.entries()) {
      const { draft, seq, hash } = placed[i]!;
      resolve();
      this.#tell({ ...entry, seq, hash, atMs: draft.atMs });
    }
  }

  #tell(entry: RecordedEntry): void {
    for (const listener of this.#listeners) {
      try {
        listener(entry);
      } catch (error) {
        this.#parts.log.error({ err: error, action: entry.action }, 'a listener of the audit log failed');
      }
    }
  }

  #giveUp(outage: Error): void {
    this.#parts.log.error(
      { err: outage, entries: this.#waiting.length },
      'audit entries were lost: the catalog is away and the server stops',
    );
    for (const { reject } of this.#waiting.splice(0)) reject(outage);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#isClosing ? 0 : delayMs);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** SQLSTATE of what only needs another try: serialization failure, deadlock, lock not available. */
const retryableStates = new Set(['40001', '40P01', '55P03']);

function isOutage(error: unknown): boolean {
  if (error instanceof Problem) return error.code === 'CATALOG_UNAVAILABLE' || error.code === 'DISK_FULL';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && retryableStates.has(error.code);
}
