/** The activity feed of those who see a workspace only in part: filtered as events come in, masked when they are shown. */
import type { Event } from '../../../shared/model/event.ts';
import type { EventTest } from '../../query/policy/in-memory.ts';
import { maskText } from '../../warehouse/view/mask-text.ts';
import { leaveOut } from '../../warehouse/view/masks.ts';
import type { View } from '../../warehouse/view/view.ts';
import { ActivityFeed, type Showable } from './feed.ts';

/** One feed for all who see the same part. */
export class PartFeed {
  readonly feed: ActivityFeed;
  readonly #isVisible: EventTest;

  /** @param base where numbering starts, see {@link ActivityFeed} */
  constructor(base: number, view: View, isVisible: EventTest) {
    this.#isVisible = isVisible;
    this.feed = new ActivityFeed(base, (event) => shown(event, view));
  }

  /** Takes those of `events` that may be seen. */
  take(events: readonly Event[]): void {
    const visible = events.filter(this.#isVisible);
    if (visible.length > 0) this.feed.add(visible);
  }
}

function shown({ name, timeMs, user, anonymous, properties }: Showable, { masks, salt }: View): Showable {
  return {
    name: maskText(name, masks.of('name'), salt),
    timeMs,
    user: maskText(user, masks.of('user'), salt),
    anonymous: maskText(anonymous, masks.of('anonymous'), salt),
    properties: leaveOut(properties, masks.leftOut),
  };
}
