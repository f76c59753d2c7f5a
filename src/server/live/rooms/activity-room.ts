/** The channel `activity`: the latest events of a workspace. */
import type { ActivityFeed } from '../windows/feed.ts';
import { feedLimits } from '../windows/feed.ts';
import { ChannelRoom, type ChannelParts } from './channel-room.ts';

/** Tells new activities; at high rates only the newest of those that came since the last message. */
export class ActivityRoom extends ChannelRoom {
  readonly #feed: () => ActivityFeed;
  #told: number;

  constructor(parts: ChannelParts, feed: () => ActivityFeed) {
    super(parts);
    this.#feed = feed;
    this.#told = feed().newest;
  }

  protected override snapshotJson(): string {
    if (this.members.size <= 1) this.#told = this.#feed().newest;
    const activities = this.#feed().after(0, feedLimits.kept);
    return encode(activities.filter(({ n }) => n <= this.#told).slice(-feedLimits.snapshot));
  }

  protected override canResume(): boolean {
    return this.#feed().newest - this.#told <= feedLimits.message;
  }

  protected override deltaJson(): string | null {
    const activities = this.#feed().after(this.#told, feedLimits.message);
    this.#told = this.#feed().newest;
    return activities.length === 0 ? null : encode(activities);
  }
}

const encode = (activities: object[]) => JSON.stringify({ channel: 'activity', activities });
