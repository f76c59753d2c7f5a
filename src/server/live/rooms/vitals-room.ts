/** The channel `vitals`: counters and sliding windows of a workspace. */
import type { Vitals } from '../../../shared/contract/live.ts';
import { ChannelRoom, type ChannelParts } from './channel-room.ts';

/** Tells the vitals whole, whenever anything but the clock moved; windows slide without events, so it looks every second. */
export class VitalsRoom extends ChannelRoom {
  readonly #read: () => Vitals;
  #told = '';
  #everySecond: NodeJS.Timeout | null = null;

  constructor(parts: ChannelParts, read: () => Vitals) {
    super(parts);
    this.#read = read;
  }

  protected override snapshotJson(): string {
    return JSON.stringify({ channel: 'vitals', vitals: this.#read() });
  }

  protected override deltaJson(): string | null {
    const vitals = this.#read();
    const { at: _, ...counters } = vitals;
    const text = JSON.stringify(counters);
    if (text === this.#told) return null;
    this.#told = text;
    return JSON.stringify({ channel: 'vitals', vitals });
  }

  protected override onGreet(): void {
    super.onGreet();
    this.#everySecond ??= setInterval(() => {
      this.outdateSnapshot();
      this.touch();
    }, 1_000);
  }

  protected override onEmpty(): void {
    super.onEmpty();
    if (this.#everySecond !== null) clearInterval(this.#everySecond);
    this.#everySecond = null;
  }
}
