/** The channel `activity` for those who see a workspace only in part: one room for all who see the same. */
import type { PartFeed } from '../windows/part-feed.ts';
import { ActivityRoom } from './activity-room.ts';
import type { ChannelParts } from './channel-room.ts';

/** What such a room is made with besides. */
export interface PartActivityParts {
  part: PartFeed;
  /** puts what the warehouse has into the feed */
  load: () => Promise<void>;
  /** lets go of the feed */
  drop: () => void;
}

/** Tells new activities that may be seen; what came before the room is read when somebody first comes. */
export class PartActivityRoom extends ActivityRoom {
  readonly #parts: PartActivityParts;
  #loading: Promise<void> | null = null;

  constructor(parts: ChannelParts & PartActivityParts) {
    super(parts, () => parts.part.feed);
    this.#parts = parts;
  }

  override prepare(): Promise<void> {
    this.#loading ??= this.#parts.load();
    return this.#loading;
  }

  override close(): void {
    super.close();
    this.#parts.drop();
  }
}
