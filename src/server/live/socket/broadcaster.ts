/** Sends one message to many sockets in slices, so that the event loop is never held for long. */
import { encodeData, type Packet } from './packet.ts';
import type { Subscription } from './connection.ts';

/** How long one slice may hold the event loop, and how many sockets are written between two looks at the watch. */
const sliceMs = 8;
const strideSockets = 32;

interface Broadcast {
  seq: number;
  body: string;
  subscriptions: readonly Subscription[];
  next: number;
  costMs: number;
  packetsById: Map<string, Packet>;
  done: (costMs: number) => void;
}

/** Broadcasts of all rooms, one after the other. */
export class Broadcaster {
  readonly #stopwatch: () => number;
  readonly #onBehind: (subscription: Subscription) => void;
  readonly #queue: Broadcast[] = [];
  #isRunning = false;

  /**
   * @param stopwatch monotonic milliseconds
   * @param onBehind called for a subscription that was left out because its client is slow
   */
  constructor(stopwatch: () => number, onBehind: (subscription: Subscription) => void) {
    this.#stopwatch = stopwatch;
    this.#onBehind = onBehind;
  }

  /** Sends message `seq` to each of `subscriptions` that is still open by then and was not told as much otherwise; `done` hears what it cost, ms. */
  send(subscriptions: readonly Subscription[], seq: number, body: string, done: (costMs: number) => void): void {
    this.#queue.push({ seq, body, subscriptions, next: 0, costMs: 0, packetsById: new Map(), done });
    if (!this.#isRunning) this.#run();
  }

  #run(): void {
    const startMs = this.#stopwatch();
    this.#isRunning = true;
    let broadcast = this.#queue[0];
    while (broadcast !== undefined && this.#stopwatch() - startMs < sliceMs) {
      const fromMs = this.#stopwatch();
      this.#writeSlice(broadcast, startMs);
      broadcast.costMs += this.#stopwatch() - fromMs;
      if (broadcast.next < broadcast.subscriptions.length) break;
      this.#queue.shift();
      broadcast.done(broadcast.costMs);
      broadcast = this.#queue[0];
    }
    this.#isRunning = broadcast !== undefined;
    if (this.#isRunning) setImmediate(() => this.#run());
  }

  #writeSlice(broadcast: Broadcast, startMs: number): void {
    const { subscriptions } = broadcast;
    while (broadcast.next < subscriptions.length) {
      const end = Math.min(broadcast.next + strideSockets, subscriptions.length);
      while (broadcast.next < end) this.#write(broadcast, subscriptions[broadcast.next++]!);
      if (this.#stopwatch() - startMs >= sliceMs) return;
    }
  }

  #write({ seq, body, packetsById }: Broadcast, subscription: Subscription): void {
    if (!subscription.isOpen || subscription.isBehind || subscription.toldSeq >= seq) return;
    if (subscription.connection.isChoked()) {
      subscription.isBehind = true;
      this.#onBehind(subscription);
      return;
    }
    let packet = packetsById.get(subscription.id);
    if (packet === undefined) {
      packet = encodeData(subscription.id, body);
      // ids are the clients' own: a board shares its ids, a crowd of generated ones is not worth remembering
      if (packetsById.size < 64) packetsById.set(subscription.id, packet);
    }
    subscription.toldSeq = seq;
    subscription.connection.write(packet);
  }
}
