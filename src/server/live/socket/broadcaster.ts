/** Sends one message to many sockets in slices, so that the event loop is never held for long. */
import type { Connection, Subscription } from './connection.ts';
import { encodeData, type Packet } from './packet.ts';

/** How long one slice may hold the event loop, and how many sockets are written between two looks at the watch. */
const sliceMs = 8;
const strideSockets = 32;

/** The same for one socket after the other. */
interface Round {
  count: number;
  next: number;
  write: (i: number) => void;
  costMs: number;
  done: (costMs: number) => void;
}

/** Broadcasts of all rooms, one after the other. */
export class Broadcaster {
  readonly #stopwatch: () => number;
  readonly #onBehind: (subscription: Subscription) => void;
  readonly #rounds: Round[] = [];
  #isRunning = false;

  /**
   * @param stopwatch monotonic milliseconds
   * @param onBehind called for a subscription that was left out because its client is slow
   */
  constructor(stopwatch: () => number, onBehind: (subscription: Subscription) => void) {
    this.#stopwatch = stopwatch;
    this.#onBehind = onBehind;
  }

  /**
   * Sends message `seq` to each of `subscriptions` that is still open by then and was not told as much otherwise; `done`
   * hears what it cost, ms.
   */
  send(subscriptions: readonly Subscription[], seq: number, body: string, done: (costMs: number) => void): void {
    const packetsById = new Map<string, Packet>();
    this.#add(subscriptions.length, (i) => this.#tell(subscriptions[i]!, seq, body, packetsById), done);
  }

  /** Sends a packet to each of `connections` that can take it. */
  sendPacket(connections: readonly Connection[], packet: Packet): void {
    const write = (connection: Connection): void => (connection.isChoked() ? undefined : connection.write(packet));
    this.#add(
      connections.length,
      (i) => write(connections[i]!),
      () => undefined,
    );
  }

  #tell(subscription: Subscription, seq: number, body: string, packetsById: Map<string, Packet>): void {
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

  #add(count: number, write: (i: number) => void, done: (costMs: number) => void): void {
    this.#rounds.push({ count, next: 0, write, costMs: 0, done });
    if (!this.#isRunning) this.#run();
  }

  #run(): void {
    this.#isRunning = true;
    const endMs = this.#stopwatch() + sliceMs;
    for (let round = this.#rounds[0]; round !== undefined; round = this.#rounds[0]) {
      this.#writeSlice(round, endMs);
      if (round.next < round.count) break;
      this.#rounds.shift();
      round.done(round.costMs);
    }
    this.#isRunning = this.#rounds.length > 0;
    if (this.#isRunning) setImmediate(() => this.#run());
  }

  #writeSlice(round: Round, endMs: number): void {
    const fromMs = this.#stopwatch();
    let nowMs = fromMs;
    while (round.next < round.count && nowMs < endMs) {
      const end = Math.min(round.next + strideSockets, round.count);
      while (round.next < end) round.write(round.next++);
      nowMs = this.#stopwatch();
    }
    round.costMs += nowMs - fromMs;
  }
}
