/** Counts per event name, and sums per numeric property of each; bounded, the most frequent are kept. */
import type { Vitals } from '../../../shared/contract/live.ts';
import type { Json } from '../../../shared/model/event.ts';
import { isForgotten, rebalance, type Entry } from './kept.ts';
import { SecondCounts } from './second-counts.ts';
import { SlotSums } from './slot-sums.ts';

/** Series kept for a workspace, entries remembered to find out what is frequent, and how many series are told. */
export const seriesLimits = { names: 128, namesMet: 1_024, sums: 96, sumsMetPerName: 64, told: 20 } as const;

/** A name that was met, and the properties that were met with it. */
export interface NameEntry extends Entry<SecondCounts> {
  sums: Map<string, Entry<SlotSums>>;
}

/** The series of one workspace. A series starts empty when its name or property becomes frequent enough to be kept. */
export class NamedSeries {
  readonly #names = new Map<string, NameEntry>();
  #namesKept = 0;
  #sumsKept = 0;
  #now: number;

  constructor(nowSecond: number) {
    this.#now = nowSecond;
  }

  /** Moves now to `nowSecond`; series follow when they are next used. */
  advance(nowSecond: number): void {
    this.#now = nowSecond;
  }

  /** Counts an event of `name` at `second`, and its numeric properties. */
  count(name: string, second: number, properties: { [key: string]: Json }): void {
    const counts = this.countsOf(name, 1);
    if (counts === null) return;
    counts.add(second, 1);
    for (const property in properties) {
      const value = properties[property];
      if (typeof value === 'number') this.sumsOf(name, property)?.add(second, value);
    }
  }

  /** The series of `name`, met `hits` times more; null if it is not kept. */
  countsOf(name: string, hits: number): SecondCounts | null {
    const entry = this.#last.name === name ? this.#last.entry : this.#find(name);
    if (entry === null) return null;
    entry.hits += hits;
    entry.series?.advance(this.#now);
    return entry.series;
  }

  /** the entry that was found last: the properties of an event follow its name */
  #last: { name: string; entry: NameEntry | null } = { name: '', entry: null };

  #find(name: string): NameEntry | null {
    const entry = this.#names.get(name) ?? this.#meetName(name);
    this.#last.name = name;
    this.#last.entry = entry;
    return entry;
  }

  /** The sums of `property` of events of `name`; null if they are not kept. */
  sumsOf(name: string, property: string): SlotSums | null {
    const entry = this.#last.name === name ? this.#last.entry : this.#find(name);
    if (entry === null || entry.series === null) return null;
    const sum = entry.sums.get(property) ?? this.#meetSum(entry, property);
    if (sum === null) return null;
    sum.hits++;
    sum.series?.advance(this.#now);
    return sum.series;
  }

  /** Once a minute: gives the places to what is most frequent now, forgets what is gone. */
  rebalance(): void {
    this.#last = { name: '', entry: null };
    rebalance(this.#names.values(), seriesLimits.names, () => new SecondCounts(this.#now));
    for (const [name, entry] of this.#names) {
      if (isForgotten(entry)) this.#names.delete(name);
      else if (entry.series === null) entry.sums.clear();
    }
    const entries = [...this.#names.values()];
    const sums = entries.flatMap((entry) => [...entry.sums.values()]);
    rebalance(sums, seriesLimits.sums, () => new SlotSums(this.#now));
    for (const entry of entries) {
      for (const [property, sum] of entry.sums) if (isForgotten(sum)) entry.sums.delete(property);
    }
    this.#namesKept = entries.filter((entry) => entry.series !== null).length;
    this.#sumsKept = sums.filter((sum) => sum.series !== null).length;
  }

  /** Events per name, most first. */
  readNames(): Vitals['byName'] {
    const told: Vitals['byName'] = [];
    for (const [name, { series }] of this.#names) {
      if (series === null) continue;
      series.advance(this.#now);
      if (series.m60 > 0) told.push({ name, m1: series.m1, m60: series.m60 });
    }
    return told.sort((a, b) => b.m60 - a.m60 || (a.name < b.name ? -1 : 1)).slice(0, seriesLimits.told);
  }

  /** Sums per name and property, largest first. */
  readSums(): Vitals['sums'] {
    const told: Vitals['sums'] = [];
    for (const [event, { sums }] of this.#names) {
      for (const [property, { series }] of sums) {
        if (series === null) continue;
        series.advance(this.#now);
        const m60 = series.m60();
        if (m60 !== 0) told.push({ event, property, m5: series.m5(), m60 });
      }
    }
    return told.sort((a, b) => b.m60 - a.m60 || (a.event + a.property < b.event + b.property ? -1 : 1)).slice(0, seriesLimits.told);
  }

  #meetName(name: string): NameEntry | null {
    if (this.#names.size >= seriesLimits.namesMet) return null;
    const hasPlace = this.#namesKept < seriesLimits.names;
    if (hasPlace) this.#namesKept++;
    const entry: NameEntry = { hits: 0, series: hasPlace ? new SecondCounts(this.#now) : null, sums: new Map() };
    this.#names.set(name, entry);
    return entry;
  }

  #meetSum(entry: NameEntry, property: string): Entry<SlotSums> | null {
    if (entry.sums.size >= seriesLimits.sumsMetPerName) return null;
    const hasPlace = this.#sumsKept < seriesLimits.sums;
    if (hasPlace) this.#sumsKept++;
    const sum = { hits: 0, series: hasPlace ? new SlotSums(this.#now) : null };
    entry.sums.set(property, sum);
    return sum;
  }
}
