/** A room fed straight from the ingest stream: told a few milliseconds after an event, then as often as can be afforded. */
import type { SharedTime } from '../pace.ts';
import { Room, type RoomParts } from './room.ts';

/** When channels speak, ms. */
export const channelPace = {
  /** after something happened in a quiet room */
  soonMs: 2,
  /** between two messages at least */
  gapMs: 25,
  /** however dear sending is */
  longestGapMs: 500,
  /** characters a millisecond that one channel may send to one client: 0.8 Mbit/s */
  charactersPerMs: 100,
} as const;

/** What a channel is made with. */
export interface ChannelParts extends RoomParts {
  fanOut: SharedTime;
  stopwatch: () => number;
}

/** Merges everything that happens between two messages into one; the gap grows with what a message costs to send. */
export abstract class ChannelRoom extends Room {
  readonly #fanOut: SharedTime;
  readonly #stopwatch: () => number;
  #timer: NodeJS.Timeout | null = null;
  #isSending = false;
  #isDirty = false;
  #startedMs = -Infinity;
  #lastCharacters = 0;

  constructor(parts: ChannelParts) {
    super(parts);
    this.#fanOut = parts.fanOut;
    this.#stopwatch = parts.stopwatch;
  }

  /** Says that there may be something new. */
  touch(): void {
    if (this.members.size === 0) return;
    this.#isDirty = true;
    if (this.#timer === null && !this.#isSending) this.#schedule();
  }

  close(): void {
    this.onEmpty();
    this.#fanOut.remove(this);
  }

  /** The next message as a JSON object without id, seq and kind; null if there is nothing new. */
  protected abstract deltaJson(): string | null;

  protected override onGreet(): void {
    this.touch();
  }

  protected override onEmpty(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isDirty = false;
  }

  #schedule(): void {
    const sinceMs = this.#stopwatch() - this.#startedMs;
    const affordableMs = Math.max(this.#fanOut.gapMs(this), this.#lastCharacters / channelPace.charactersPerMs);
    const gapMs = Math.min(Math.max(channelPace.gapMs, affordableMs), channelPace.longestGapMs);
    this.#timer = setTimeout(() => this.#speak(), Math.max(channelPace.soonMs, gapMs - sinceMs));
  }

  #speak(): void {
    this.#timer = null;
    this.#isDirty = false;
    this.#startedMs = this.#stopwatch();
    const json = this.deltaJson();
    if (json === null) return;
    this.#lastCharacters = json.length;
    this.#isSending = true;
    this.publish('delta', json, (costMs) => {
      this.#fanOut.report(this, costMs);
      this.#isSending = false;
      if (this.#isDirty) this.#schedule();
    });
  }
}
