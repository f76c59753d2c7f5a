/** The age groups of ids: which slot is taken now, how many ids each holds, and which have left the window. */
import type { WindowPlan } from './window-plan.ts';

/** A stretch of time in which ids were taken. Slots rise; the next one's start is the end of this one. */
export interface TimeSlot {
  slot: number;
  startMs: number;
  /** ids of it that are on disk */
  ids: number;
}

/** Ages are kept in a byte beside each key. */
const maxAge = 250;

/** The slots from the oldest that counts to the current one. */
export class TimeSlots {
  readonly #plan: WindowPlan;
  readonly #slots: TimeSlot[];

  constructor(plan: WindowPlan, known: readonly TimeSlot[], nowMs: number) {
    this.#plan = plan;
    this.#slots = known.map((slot) => ({ ...slot }));
    if (this.#slots.length === 0) this.#slots.push({ slot: 1, startMs: nowMs, ids: 0 });
  }

  get current(): TimeSlot {
    return this.#slots.at(-1)!;
  }

  get list(): readonly TimeSlot[] {
    return this.#slots;
  }

  /** ids on disk that count */
  get ids(): number {
    return this.#slots.reduce((sum, { ids }) => sum + ids, 0);
  }

  /** ids taken in an older slot are forgotten */
  get liveFrom(): number {
    return this.#slots[0]!.slot;
  }

  get oldestMs(): number {
    return this.#slots[0]!.startMs;
  }

  /** when the current slot ends by time */
  get endsMs(): number {
    return this.current.startMs + this.#plan.slotMs;
  }

  /** true where the current slot, with `more` ids beside those on disk, is at its end */
  isOver(nowMs: number, more: number): boolean {
    return nowMs >= this.endsMs || this.current.ids + more >= this.#plan.slotKeys;
  }

  /** Opens the next slot. */
  advance(nowMs: number): void {
    this.#slots.push({ slot: this.current.slot + 1, startMs: Math.max(nowMs, this.current.startMs), ids: 0 });
  }

  /** Counts ids of a slot that went to disk; those of a slot that left are not counted. */
  count(slot: number, ids: number): void {
    const known = this.#slots.find((one) => one.slot === slot);
    if (known) known.ids += ids;
  }

  /** Lets slots leave: those that ended before the span, and those behind `capacity` newer ids. */
  expire(nowMs: number, inMemory: number): void {
    let newer = inMemory + this.ids;
    while (this.#slots.length > 1) {
      const [oldest, next] = this.#slots as [TimeSlot, TimeSlot];
      const endMs = Math.min(oldest.startMs + this.#plan.slotMs, next.startMs);
      newer -= oldest.ids;
      const isOut = endMs <= nowMs - this.#plan.spanMs || newer >= this.#plan.capacity || this.current.slot - oldest.slot > maxAge;
      if (!isOut) return;
      this.#slots.shift();
    }
  }
}
