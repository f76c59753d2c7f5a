/** The activity feed of a workspace: its latest events, short enough to show. */
import type { Activity } from '../../../shared/contract/live.ts';
import type { Event, Json } from '../../../shared/model/event.ts';

/** What of an event the feed shows. */
export type Showable = Pick<Event, 'name' | 'timeMs' | 'user' | 'anonymous' | 'properties'>;

/** Events kept in a feed, events in a snapshot of it, events in one message. */
export const feedLimits = { kept: 200, snapshot: 50, message: 25, properties: 8, characters: 100 } as const;

/**
 * Keeps the newest events. Those that just arrived are held as they are and made into activities only when somebody
 * looks, or when `settle` is called: of 60,000 events a second nobody can see more than a few.
 */
export class ActivityFeed {
  #arrived: Showable[] = [];
  #activities: Activity[] = [];
  readonly #base: number;
  readonly #show: (event: Showable) => Showable;
  #count: number;

  /**
   * @param base where numbering starts: larger than any number of an earlier process
   * @param show what of an arrived event may be seen; by default all
   */
  constructor(base: number, show: (event: Showable) => Showable = (event) => event) {
    this.#base = base;
    this.#show = show;
    this.#count = base;
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.#count;
  }

  /** Takes the events of one call, oldest first. */
  add(events: readonly Showable[]): void {
    this.#count += events.length;
    if (events.length >= feedLimits.kept) this.#arrived = events.slice(-feedLimits.kept);
    else this.#arrived.push(...events);
    if (this.#arrived.length > feedLimits.kept * 2) this.#arrived = this.#arrived.slice(-feedLimits.kept);
  }

  /** Puts `events`, from before this feed and as they may be seen, in front of what arrived, in place of what was put there before. Oldest first. */
  prepend(events: readonly Showable[]): void {
    this.settle();
    const arrived = this.#activities.filter((activity) => activity.n > this.#base);
    const shown = events.slice(Math.max(0, events.length + arrived.length - feedLimits.kept));
    this.#activities = [...shown.map((event, i) => activityOf(event, this.#base - shown.length + 1 + i)), ...arrived];
  }

  /** Makes what arrived into activities and lets go of the events, of which each may be a megabyte. */
  settle(): void {
    if (this.#arrived.length === 0) return;
    const arrived = this.#arrived.slice(-feedLimits.kept);
    this.#arrived = [];
    const first = this.#count - arrived.length + 1;
    this.#activities.push(...arrived.map((event, i) => activityOf(this.#show(event), first + i)));
    if (this.#activities.length > feedLimits.kept) this.#activities = this.#activities.slice(-feedLimits.kept);
  }

  /** At most `limit` of the newest activities with numbers above `n`, oldest first. */
  after(n: number, limit: number): Activity[] {
    this.settle();
    const from = this.#activities.findIndex((activity) => activity.n > n);
    return from === -1 ? [] : this.#activities.slice(Math.max(from, this.#activities.length - limit));
  }
}

function activityOf(event: Showable, n: number): Activity {
  const { name, timeMs, user, anonymous } = event;
  const properties: Activity['properties'] = {};
  let count = 0;
  for (const key in event.properties) {
    if (count++ >= feedLimits.properties) break;
    properties[key.slice(0, feedLimits.characters)] = shownValue(event.properties[key] ?? null);
  }
  return { n, name, time: new Date(timeMs).toISOString(), user: cut(user), anonymous: cut(anonymous), properties };
}

function shownValue(value: Json): string | number | boolean | null {
  if (typeof value === 'string') return cut(value);
  if (value === null || typeof value !== 'object') return value;
  return Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`;
}

const cut = (text: string) => (text.length <= feedLimits.characters ? text : `${text.slice(0, feedLimits.characters - 1)}…`);
