/** Events dated ahead of now, kept until their time comes; bounded. */
import type { Event } from '../../../shared/model/event.ts';

/** What of an event the windows count. */
export type Countable = Pick<Event, 'name' | 'timeMs' | 'user' | 'anonymous' | 'properties'>;

/** Events by the minute they belong to. */
export class FutureEvents {
  readonly #eventsByMinute = new Map<number, Countable[]>();
  readonly #bound: number;
  #count = 0;

  constructor(bound = 10_000) {
    this.#bound = bound;
  }

  /** Keeps what the windows need of `event`; false if there is no room. */
  hold(event: Countable): boolean {
    if (this.#count >= this.#bound) return false;
    const minute = Math.floor(event.timeMs / 60_000);
    const held = this.#eventsByMinute.get(minute);
    const slim = slimEvent(event);
    if (held === undefined) this.#eventsByMinute.set(minute, [slim]);
    else held.push(slim);
    this.#count++;
    return true;
  }

  /** Takes out the events of all minutes up to and with `minute`. */
  release(minute: number): Countable[] {
    const released: Countable[] = [];
    for (const [heldMinute, events] of this.#eventsByMinute) {
      if (heldMinute > minute) continue;
      released.push(...events);
      this.#eventsByMinute.delete(heldMinute);
    }
    this.#count -= released.length;
    return released;
  }
}

/** The numbers of an event and who sent it: an event may be a megabyte, and this one may wait for a day. */
function slimEvent(event: Countable): Countable {
  const numbers = Object.entries(event.properties).filter(([, value]) => typeof value === 'number');
  const { name, timeMs, user, anonymous } = event;
  return { name, timeMs, user, anonymous, properties: Object.fromEntries(numbers.slice(0, 32)) };
}
