/** The committer: takes sealed segments from the spool into the warehouse and the ledger, exactly once, in order. */
import type { CommitListener, CommitNotice } from '../../ports/accepted.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { IdWindow, SealedSegment, Spool } from '../../ports/spool.ts';
import type { Warehouse } from '../../ports/warehouse.ts';
import { insertSegment } from './insert-rows.ts';
import type { CommitLedger, RefusedEvent } from './ledger.ts';
import { Patience } from './retry.ts';

/** What the committer works with. */
export interface CommitterParts {
  spool: Pick<Spool, 'next' | 'remove'>;
  ids: Pick<IdWindow, 'persist'>;
  warehouse: Pick<Warehouse, 'insert' | 'onHealth'>;
  ledger: CommitLedger;
  clock: Clock;
  random: RandomBytes;
  log: Log;
  /** told after each commit, in order; must not throw */
  listeners: readonly CommitListener[];
  /** inserts at the same time; default 2 */
  parallel?: number;
}

/** How the committer is. */
export interface CommitterState {
  segments: number;
  events: number;
  /** events that the warehouse refused, now dead letters */
  refused: number;
  lastCommitMs: number | null;
  /** what it is stuck on; null while all goes well */
  lastError: string | null;
}

/** A running committer. */
export interface Committer {
  state(): CommitterState;
  /** Runs `work` while no commit is under way and none begins. */
  whileResting<T>(work: () => Promise<T>): Promise<T>;
  /** Gives up what is under way; the spool offers it again. */
  stop(): Promise<void>;
}

/** Forget old records now and then only. */
const pruneEvery = 500;

/** Starts committing. Reads first what was counted before a crash and not yet removed. */
export async function startCommitter(parts: CommitterParts): Promise<Committer> {
  const counted = await parts.ledger.committedIds();
  const committer = new SegmentCommitter(parts, counted);
  committer.start();
  return committer;
}

class SegmentCommitter implements Committer {
  readonly #parts: CommitterParts;
  /** segments that a former process counted */
  readonly #counted: ReadonlySet<string>;
  readonly #stopping = new AbortController();
  readonly #patience: Patience;
  readonly #inTurn: <T>(act: () => Promise<T>) => Promise<T>;
  readonly #state: Omit<CommitterState, 'lastError'> = { segments: 0, events: 0, refused: 0, lastCommitMs: null };
  /** ends when every segment taken so far is committed */
  #tail: Promise<void> = Promise.resolve();
  #rests = 0;
  #rest: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #offHealth: () => void = () => undefined;

  constructor(parts: CommitterParts, counted: ReadonlySet<string>) {
    this.#parts = parts;
    this.#counted = counted;
    this.#patience = new Patience(parts.log, parts.random, this.#stopping.signal);
    this.#inTurn = limitParallel(parts.parallel ?? 2);
  }

  start(): void {
    this.#offHealth = this.#parts.warehouse.onHealth(({ state }) => {
      if (state === 'ready') this.#patience.wake();
    });
    this.#loop = this.#run();
  }

  state(): CommitterState {
    return { ...this.#state, lastError: this.#patience.lastError };
  }

  async whileResting<T>(work: () => Promise<T>): Promise<T> {
    this.#rests++;
    const turn = this.#rest.then(async () => {
      await this.#tail;
      return work();
    });
    this.#rest = turn.catch(() => undefined).finally(() => this.#rests--);
    return turn;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#offHealth();
    await this.#loop.catch(() => undefined);
  }

  /** Inserts of a segment begin while the one before is still being booked; booking is in order. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { spool } = this.#parts;
    let after = '';
    for (;;) {
      const segment = await this.#patience.retry('reading a segment', () => spool.next({ after, signal }));
      while (this.#rests > 0) await this.#rest;
      if (!segment || signal.aborted) break;
      after = segment.id;
      const former = this.#tail;
      const inserted = this.#insert(segment);
      this.#tail = this.#book(segment, former, inserted).catch((error: unknown) => this.#giveUp(error));
      await former;
    }
    await this.#tail;
  }

  /** A segment that a former process counted is in the warehouse. */
  #insert(segment: SealedSegment): Promise<RefusedEvent[]> {
    if (this.#counted.has(segment.id)) return Promise.resolve([]);
    const { warehouse, log } = this.#parts;
    return insertSegment({ warehouse, log, retry: this.#patience.retry, inTurn: this.#inTurn, signal: this.#stopping.signal }, segment);
  }

  async #book(segment: SealedSegment, former: Promise<void>, inserted: Promise<RefusedEvent[]>): Promise<void> {
    const [refused] = await Promise.all([inserted, former]);
    if (this.#stopping.signal.aborted) return;
    const { ledger, ids, spool, clock } = this.#parts;
    const { retry } = this.#patience;
    await retry('counting a segment', () => ledger.record(segment, refused, clock.now()));
    this.#tell(segment, refused.length);
    await retry('keeping event ids', () => ids.persist(segment.keys));
    await retry('removing a segment', () => spool.remove(segment.id));
    if (this.#state.segments % pruneEvery === 0) await retry('forgetting old segments', () => ledger.prune(segment.id, clock.now()));
  }

  /** Only stopping ends a retry; what was under way stays in the spool. */
  #giveUp(error: unknown): void {
    if (!this.#stopping.signal.aborted) this.#parts.log.error({ err: error }, 'committer: a segment could not be committed');
  }

  #tell(segment: SealedSegment, refused: number): void {
    this.#state.segments++;
    this.#state.refused += refused;
    this.#state.events += segment.tallies.reduce((sum, { events }) => sum + events, 0) - refused;
    this.#state.lastCommitMs = this.#parts.clock.now();
    const receivedByWorkspace = new Map(segment.watermarks.map(({ workspaceId, receivedMs }) => [workspaceId, receivedMs]));
    for (const { workspaceId, tables, hours } of segment.cells) {
      const watermarkMs = receivedByWorkspace.get(workspaceId) ?? 0;
      const others = tables.filter((table) => table !== 'events').map((dataset) => ({ workspaceId, dataset, hours: null, watermarkMs }));
      for (const notice of [...others, { workspaceId, dataset: 'events', hours, watermarkMs }]) this.#notify(notice);
    }
  }

  /** A listener that breaks its promise not to throw must not hold up the queue. */
  #notify(notice: CommitNotice): void {
    for (const listener of this.#parts.listeners) {
      try {
        listener(notice);
      } catch (error) {
        this.#parts.log.error({ err: error }, 'committer: a listener failed');
      }
    }
  }
}

/** Runs at most `count` calls at a time, in the order they came. */
function limitParallel(count: number): <T>(act: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
