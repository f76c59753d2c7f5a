/**
 * The runs of the window on disk: fresh ones as tables were written, a middle one, and parts by the first bits of the key
 * that hold nearly all. So a new id is looked for in few runs, and merging rewrites little at a time.
 */
import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import type { Manifest } from './manifest.ts';
import { pageKeys } from './runs/run-page.ts';
import type { MergeInput } from './runs/merge.ts';
import { Run } from './runs/run.ts';
import type { RunBuilder } from './runs/run-builder.ts';
import { bitsPerKey, type WindowPlan } from './window-plan.ts';

type Places = Pick<Manifest, 'fresh' | 'middle' | 'spreading' | 'parts' | 'nextRun'>;

const highEnd = 4_294_967_296;

/** All runs, and the steps that keep them few. Each step leaves runs to be deleted once the manifest is written. */
export class RunLevels {
  readonly #folder: string;
  readonly #plan: WindowPlan;
  readonly #builder: RunBuilder;
  #fresh: Run[];
  #middle: Run | null;
  #spreading: Run | null;
  #parts: (Run | null)[];
  #nextRun: number;
  /** the part that the spreading run goes to next */
  #nextPart = 0;
  #retired: Run[] = [];

  constructor(folder: string, plan: WindowPlan, builder: RunBuilder, known: Places | null, log: Log) {
    const load = (name: string | null | undefined): Run | null => (name ? maybeRun(join(folder, name), log) : null);
    this.#folder = folder;
    this.#plan = plan;
    this.#builder = builder;
    this.#nextRun = known?.nextRun ?? 1;
    this.#fresh = (known?.fresh ?? []).map(load).filter((run) => run !== null);
    this.#middle = load(known?.middle);
    this.#spreading = load(known?.spreading);
    this.#parts = (known?.parts ?? Array.from({ length: plan.parts }, () => null)).map(load);
  }

  get places(): Places {
    const name = (run: Run | null): string | null => run && run.path.slice(this.#folder.length + 1);
    return {
      nextRun: this.#nextRun,
      fresh: this.#fresh.map((run) => name(run)!),
      middle: name(this.#middle),
      spreading: name(this.#spreading),
      parts: this.#parts.map(name),
    };
  }

  get runs(): Run[] {
    return [...this.#fresh, this.#middle, this.#spreading, ...this.#parts].filter((run) => run !== null);
  }

  get memoryBytes(): number {
    return this.runs.reduce((sum, run) => sum + run.memoryBytes, 0);
  }

  /** Whether a run holds the key with a slot from `liveFrom` on. */
  isLive(high: number, low: number, liveFrom: number): boolean {
    for (const run of this.#fresh) if (run.find(high, low) >= liveFrom) return true;
    if (this.#middle && this.#middle.find(high, low) >= liveFrom) return true;
    if (this.#spreading && this.#spreading.find(high, low) >= liveFrom) return true;
    const part = this.#parts[Math.floor((high / highEnd) * this.#parts.length)];
    return part !== undefined && part !== null && part.find(high, low) >= liveFrom;
  }

  /**
   * Reads every run once, so that lookups find its pages in the page cache: after a start each would wait for the disk, on the
   * main thread. Ends early where `isWanted` says no.
   */
  async warmUp(isWanted: () => boolean): Promise<void> {
    const bytes = Buffer.allocUnsafe(1_048_576);
    for (const { path } of this.runs) {
      const handle = await open(path, 'r').catch(() => null);
      // a run may be merged away meanwhile; its successor was written just now
      if (!handle) continue;
      while (isWanted() && (await handle.read(bytes)).bytesRead > 0);
      await handle.close();
    }
  }

  /** Writes a table as the newest fresh run. */
  async flush(keys: BigUint64Array<ArrayBuffer>, slot: number): Promise<void> {
    const path = this.#newPath();
    const index = await this.#builder.flush({ keys, slot, path, bitsPerKey: this.#plan.freshBitsPerKey });
    this.#fresh.unshift(Run.adopt(path, index));
  }

  /** Does one step of merging if one is due; false where none is. */
  async merge(liveFrom: number): Promise<boolean> {
    if (this.#dropDead(liveFrom)) return true;
    if (this.#fresh.length >= this.#plan.freshRuns) return this.#mergeFresh(liveFrom);
    if (this.#spreading) return this.#spreadNext(this.#spreading, liveFrom);
    if (!this.#middle || this.#middle.index.count < this.#plan.middleKeys) return false;
    this.#spreading = this.#middle;
    this.#middle = null;
    this.#nextPart = 0;
    return true;
  }

  /** Deletes what merging has replaced; call it when the manifest that no longer names it is on disk. */
  async deleteRetired(): Promise<void> {
    for (const run of this.#retired.splice(0)) {
      run.close();
      await unlink(run.path);
    }
  }

  /** Deletes run files that no place names: left by a crash. */
  async deleteStrays(): Promise<void> {
    const named = new Set(this.runs.map((run) => run.path));
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if (name.endsWith('.run') && !named.has(path)) await unlink(path);
    }
  }

  close(): void {
    for (const run of [...this.runs, ...this.#retired]) run.close();
  }

  #newPath(): string {
    return join(this.#folder, `${this.#nextRun++}.run`);
  }

  /** Lets go of runs in which every id has left the window. */
  #dropDead(liveFrom: number): boolean {
    const isDead = (run: Run | null): run is Run => run !== null && run.index.newestSlot < liveFrom;
    const dead = this.runs.filter(isDead);
    if (dead.length === 0) return false;
    const keep = (run: Run | null): Run | null => (isDead(run) ? null : run);
    this.#fresh = this.#fresh.filter((run) => !isDead(run));
    this.#middle = keep(this.#middle);
    this.#spreading = keep(this.#spreading);
    this.#parts = this.#parts.map(keep);
    this.#retired.push(...dead);
    return true;
  }

  async #mergeFresh(liveFrom: number): Promise<boolean> {
    const inputs = this.#middle ? [...this.#fresh, this.#middle] : [...this.#fresh];
    const expected = inputs.reduce((sum, run) => sum + run.index.count, 0);
    const bits = bitsPerKey(this.#plan.middleFilterBits, expected);
    const merged = await this.#merged(
      inputs.map((run) => wholeOf(run)),
      0,
      highEnd,
      liveFrom,
      expected,
      bits,
    );
    this.#fresh = this.#fresh.filter((run) => !inputs.includes(run));
    this.#middle = merged;
    this.#retired.push(...inputs);
    return true;
  }

  async #spreadNext(spreading: Run, liveFrom: number): Promise<boolean> {
    const part = this.#nextPart;
    const width = highEnd / this.#parts.length;
    const old = this.#parts[part] ?? null;
    const firstPage = spreading.pageOf(part * width);
    const share = (spreading.pageOf((part + 1) * width) + 1 - firstPage) * pageKeys;
    const expected = (old?.index.count ?? 0) + share;
    const inputs = [{ ...wholeOf(spreading), firstPage }, ...(old ? [wholeOf(old)] : [])];
    const bits = bitsPerKey(this.#plan.partFilterBits, expected);
    this.#parts[part] = await this.#merged(inputs, part * width, (part + 1) * width, liveFrom, expected, bits);
    if (old) this.#retired.push(old);
    this.#nextPart++;
    if (this.#nextPart === this.#parts.length) {
      this.#spreading = null;
      this.#retired.push(spreading);
    }
    return true;
  }

  async #merged(
    inputs: MergeInput[],
    highFrom: number,
    highTo: number,
    liveFrom: number,
    expected: number,
    bits: number,
  ): Promise<Run | null> {
    const path = this.#newPath();
    const index = await this.#builder.merge({ inputs, highFrom, highTo, liveFrom, path, expected, bitsPerKey: bits });
    return Run.adopt(path, index);
  }
}

function wholeOf(run: Run): MergeInput {
  return { path: run.path, count: run.index.count, baseSlot: run.index.baseSlot, firstPage: 0 };
}

/** A run that is damaged or gone is left out: its ids could be stored twice, which harms less than not starting. */
function maybeRun(path: string, log: Log): Run | null {
  try {
    return Run.open(path);
  } catch (error) {
    log.error({ err: error, run: path }, 'id window: a run cannot be read; ids that it held may be taken again');
    return null;
  }
}
