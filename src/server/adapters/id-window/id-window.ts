/** Remembers event ids on disk within a bound of memory: a table for the newest, sorted runs for the rest. */
import { mkdir } from 'node:fs/promises';
import { Problem } from '../../../shared/model/errors.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { IdWindow, IdWindowState } from '../../ports/spool.ts';
import { ForgottenKeys } from './forgotten-keys.ts';
import { type HashState, hashId, hashWorkspace } from './id-hash.ts';
import { KeyLog } from './key-log.ts';
import { KeyTable } from './key-table.ts';
import { readManifest, writeManifest } from './manifest.ts';
import { RunBuilder } from './runs/run-builder.ts';
import { RunLevels } from './run-levels.ts';
import { TimeSlots } from './time-slots.ts';
import { planWindow, tablesAtOnce, type WindowPlan, workerBytes } from './window-plan.ts';

/** What an id window needs. */
export interface IdWindowOptions {
  /** made if missing */
  folder: string;
  clock: Clock;
  random: RandomBytes;
  log: Log;
  /** ids to hold; default 200 million */
  capacity?: number;
  /** how long to hold an id; default 24 h */
  spanMs?: number;
  /** default 64 MB */
  memoryBytes?: number;
}

/** The id window in `options.folder`. Open it before the spool, which tells it of the ids that wait there. */
export async function openIdWindow(options: IdWindowOptions): Promise<IdWindow> {
  const { folder, clock, random, log, capacity = 200_000_000, spanMs = 24 * 3_600_000, memoryBytes = 64_000_000 } = options;
  await mkdir(folder, { recursive: true });
  const plan = planWindow(capacity, spanMs, memoryBytes);
  const known = await readManifest(folder);
  const seed = known ? Uint32Array.from(known.seed) : new Uint32Array(Uint8Array.from(random(8)).buffer);
  const builder = new RunBuilder();
  const levels = new RunLevels(folder, plan, builder, known, log);
  await levels.deleteStrays();
  const slots = new TimeSlots(plan, known?.slots ?? [], clock.now());
  // one slot more than the span: ids leave slot by slot
  const forgotten = await ForgottenKeys.open(folder, clock.now() - 2 * spanMs);
  const found: BigUint64Array[] = [];
  const keyLog = await KeyLog.open(folder, (keys) => found.push(keys));
  const window = new DiskIdWindow({ folder, clock, log, plan, seed, builder, levels, slots, keyLog, forgotten });
  if (!known) await window.writeManifest();
  for (const keys of found) window.recover(forgotten.without(keys));
  window.warmUp();
  return window;
}

interface Parts {
  folder: string;
  clock: Clock;
  log: Log;
  plan: WindowPlan;
  seed: Uint32Array;
  builder: RunBuilder;
  levels: RunLevels;
  slots: TimeSlots;
  keyLog: KeyLog;
  forgotten: ForgottenKeys;
}

/** Keys in memory, all taken in one slot. */
interface Table {
  keys: KeyTable;
  slot: number;
  /** the last generation of the log that can hold a key of this table; known once it is frozen */
  generation: number;
  /** keys whose entry is neither durable nor failed */
  inFlight: number;
  frozenMs: number;
}

const retryMs = 5_000;
/** An append that has not ended after this long never will. */
const stuckMs = 10 * 60_000;
/** How far the table in memory may outgrow its plan while runs cannot be written. */
const overgrowth = 4;
/** A table that small may grow anyway: the thread that writes takes a moment to start. */
const smallTableKeys = 65_536;

class DiskIdWindow implements IdWindow {
  readonly #parts: Parts;
  readonly #stateByWorkspace = new Map<string, HashState>();
  #active: Table;
  /** tables that wait to be written, oldest first */
  #frozen: Table[] = [];
  #work: Promise<void> | null = null;
  #step: Promise<unknown> = Promise.resolve();
  #warming: Promise<unknown> = Promise.resolve();
  #stills = 0;
  #still: Promise<unknown> = Promise.resolve();
  #retryTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#active = newTable(parts.slots.current.slot);
    this.#turnIfDue();
  }

  take(workspaceId: string, ids: readonly string[]): { isNew: boolean[]; keys: BigUint64Array } {
    this.#turnIfDue();
    this.#assertRoom();
    const state = this.#hashState(workspaceId);
    const halves = new Uint32Array(ids.length * 2);
    const isNew: boolean[] = [];
    let taken = 0;
    try {
      for (const id of ids) {
        if (id !== '') hashId(state, id, halves, taken * 2);
        const isTaken = id !== '' && this.#takeKey(halves[taken * 2 + 1]!, halves[taken * 2]!);
        isNew.push(id === '' || isTaken);
        if (isTaken) taken++;
      }
    } catch (error) {
      this.release(new BigUint64Array(halves.buffer, 0, taken));
      throw error;
    }
    return { isNew, keys: new BigUint64Array(halves.buffer, 0, taken) };
  }

  #takeKey(high: number, low: number): boolean {
    if (this.#isKnown(high, low)) return false;
    this.#active.keys.add(high, low);
    this.#active.inFlight++;
    return true;
  }

  settle(keys: BigUint64Array): void {
    this.#forEachTable(keys, (table) => void table.inFlight--);
  }

  release(keys: BigUint64Array): void {
    this.#forEachTable(keys, (table, high, low) => {
      table.keys.delete(high, low);
      table.inFlight--;
    });
  }

  recover(keys: BigUint64Array): void {
    this.#turnIfDue();
    const halves = halvesOf(keys);
    for (let i = 0; i < halves.length; i += 2) {
      const low = halves[i]!;
      const high = halves[i + 1]!;
      if (!this.#isKnown(high, low)) this.#active.keys.add(high, low);
    }
  }

  async forget(workspaceId: string, ids: readonly string[]): Promise<void> {
    const state = this.#hashState(workspaceId);
    const halves = new Uint32Array(ids.length * 2);
    let count = 0;
    for (const id of ids) {
      if (id === '') continue;
      hashId(state, id, halves, count * 2);
      if (this.#isKnown(halves[count * 2 + 1]!, halves[count * 2]!)) count++;
    }
    const keys = new BigUint64Array(halves.buffer, 0, count);
    await this.#parts.forgotten.forget(keys, this.#parts.clock.now(), () =>
      this.#forEachTable(keys, (table, high, low) => void table.keys.delete(high, low)),
    );
  }

  /** Keys that a run holds already are durable; only the others go to the log. */
  async persist(keys: BigUint64Array): Promise<void> {
    await this.#parts.forgotten.takenAgain(keys, this.#parts.clock.now());
    const halves = halvesOf(keys);
    const inMemory = keys.filter((_, i) => this.#tableOf(halves[i * 2 + 1]!, halves[i * 2]!) !== null);
    if (inMemory.length > 0) await this.#parts.keyLog.append(inMemory);
  }

  state(): IdWindowState {
    const { slots, plan, levels } = this.#parts;
    const idsOnDisk = slots.ids;
    const ids = idsOnDisk + this.#inMemory();
    const tableBytes = [this.#active, ...this.#frozen].reduce((sum, { keys }) => sum + keys.memoryBytes, 0);
    const memoryBytes = tableBytes + levels.memoryBytes + (this.#work ? workerBytes(plan.freshRuns + 2) : 0);
    return { ids, idsOnDisk, capacity: plan.capacity, oldestMs: ids === 0 ? null : slots.oldestMs, runs: levels.runs.length, memoryBytes };
  }

  whileStill<T>(work: () => Promise<T>): Promise<T> {
    this.#stills++;
    const turn = this.#still.then(async () => {
      await this.#step.catch(() => undefined);
      return work();
    });
    this.#still = turn.catch(() => undefined).finally(() => this.#stills--);
    return turn;
  }

  /** Begins to read the runs into the page cache. */
  warmUp(): void {
    const { levels, log } = this.#parts;
    this.#warming = levels
      .warmUp(() => !this.#isClosed)
      .catch((error: unknown) => log.warn({ err: error }, 'id window: runs cannot be read ahead'));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#warming;
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    await this.#parts.builder.close();
    await this.#work;
    await this.#parts.keyLog.close();
    await this.#parts.forgotten.close();
    this.#parts.levels.close();
  }

  /** Writes down which runs there are. */
  async writeManifest(): Promise<void> {
    const { folder, seed, levels, slots } = this.#parts;
    await writeManifest(folder, { format: 1, seed: [seed[0]!, seed[1]!], ...levels.places, slots: [...slots.list] });
  }

  #hashState(workspaceId: string): HashState {
    let state = this.#stateByWorkspace.get(workspaceId);
    if (!state) this.#stateByWorkspace.set(workspaceId, (state = hashWorkspace(this.#parts.seed, workspaceId)));
    return state;
  }

  /** A key in memory was taken after it was forgotten, if it ever was; one in a run before. */
  #isKnown(high: number, low: number): boolean {
    const { levels, slots, forgotten } = this.#parts;
    const table = this.#tableOf(high, low);
    return (table !== null && table.slot >= slots.liveFrom) || (levels.isLive(high, low, slots.liveFrom) && !forgotten.has(high, low));
  }

  #tableOf(high: number, low: number): Table | null {
    if (this.#active.keys.has(high, low)) return this.#active;
    for (const table of this.#frozen) if (table.keys.has(high, low)) return table;
    return null;
  }

  #forEachTable(keys: BigUint64Array, act: (table: Table, high: number, low: number) => void): void {
    const halves = halvesOf(keys);
    for (let i = 0; i < halves.length; i += 2) {
      const low = halves[i]!;
      const high = halves[i + 1]!;
      const table = this.#tableOf(high, low);
      if (table) act(table, high, low);
    }
    if (this.#frozen[0]?.inFlight === 0) this.#wake();
  }

  #inMemory(): number {
    return this.#frozen.reduce((sum, { keys }) => sum + keys.count, this.#active.keys.count);
  }

  /** Starts a new table where the one in use is full or its slot is over, and lets old ids leave. */
  #turnIfDue(): void {
    const { clock, slots, plan } = this.#parts;
    const nowMs = clock.now();
    const { count } = this.#active.keys;
    const isSlotOver = slots.isOver(nowMs, this.#inMemory());
    if (count < plan.tableKeys && !isSlotOver) return;
    if (count > 0 && this.#frozen.length >= tablesAtOnce - 1) return;
    if (count > 0) this.#freeze(nowMs);
    if (isSlotOver) slots.advance(nowMs);
    this.#active = newTable(slots.current.slot);
    slots.expire(nowMs, this.#inMemory());
    this.#wake();
  }

  #assertRoom(): void {
    if (this.#active.keys.count < Math.max(this.#parts.plan.tableKeys * overgrowth, smallTableKeys)) return;
    const message = 'Event ids cannot be written to disk, so nothing of this request was kept. Send it again later.';
    throw new Problem('DISK_FULL', message, { retryAfterSeconds: 10 });
  }

  #freeze(nowMs: number): void {
    const table = this.#active;
    table.generation = this.#parts.keyLog.generation;
    table.frozenMs = nowMs;
    this.#parts.keyLog.rotate();
    this.#frozen.push(table);
  }

  #wake(): void {
    if (this.#work || this.#isClosed || this.#retryTimer) return;
    this.#work = this.#run()
      .catch((error: unknown) => this.#retryLater(error))
      .finally(() => {
        this.#work = null;
        if (this.#isFlushDue()) this.#wake();
      });
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed) return;
    this.#parts.log.error({ err: error }, 'id window: ids could not be written to disk; trying again');
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#wake();
    }, retryMs).unref();
  }

  async #run(): Promise<void> {
    for (let isMore = true; isMore;) {
      while (this.#stills > 0) await this.#still;
      if (this.#isClosed) return;
      const step = this.#doStep();
      this.#step = step;
      isMore = await step;
    }
  }

  /** Writes one table or merges once; false where nothing is due. */
  async #doStep(): Promise<boolean> {
    const { levels, slots } = this.#parts;
    if (this.#isFlushDue()) {
      await this.#flush(this.#frozen[0]!);
      return true;
    }
    if (!(await levels.merge(slots.liveFrom))) return false;
    await this.writeManifest();
    await levels.deleteRetired();
    return true;
  }

  /** Ids in flight may yet be given back, so their table stays in memory. */
  #isFlushDue(): boolean {
    const oldest = this.#frozen[0];
    if (!oldest || this.#isClosed) return false;
    if (oldest.inFlight > 0 && this.#parts.clock.now() - oldest.frozenMs > stuckMs) {
      this.#parts.log.error({ ids: oldest.inFlight }, 'id window: taken ids were neither settled nor released');
      oldest.inFlight = 0;
    }
    return oldest.inFlight === 0;
  }

  async #flush(table: Table): Promise<void> {
    const { levels, slots, keyLog, forgotten, clock } = this.#parts;
    await forgotten.takenAgain(table.keys.keys(), clock.now());
    await levels.flush(table.keys.keys(), table.slot);
    slots.count(table.slot, table.keys.count);
    this.#frozen.shift();
    await this.writeManifest();
    await keyLog.forget(table.generation);
  }
}

function newTable(slot: number): Table {
  return { keys: new KeyTable(), slot, generation: 0, inFlight: 0, frozenMs: 0 };
}

function halvesOf(keys: BigUint64Array): Uint32Array {
  return new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
}
