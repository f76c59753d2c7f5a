/** A bounded set of native connections with a queue in front: each serves one request at a time. */
import { engineError } from './engine-error.ts';

/** What a lane hands out. */
export interface LaneConnection {
  readonly isBroken: boolean;
  close(): void;
}

interface Waiter<C> {
  take: (connection: C) => void;
  fail: (error: Error) => void;
}

/** How many requests may wait for a connection before further ones are refused. */
const maxWaiting = 2_000;

/** A bounded set of connections, opened when first needed. */
export class ConnectionLane<C extends LaneConnection> {
  readonly #open: () => C;
  readonly #size: number;
  readonly #free: C[] = [];
  readonly #waiters: Waiter<C>[] = [];
  #count = 0;
  #isClosed = false;

  constructor(size: number, open: () => C) {
    this.#size = size;
    this.#open = open;
  }

  /** How many requests hold a connection. */
  get busy(): number {
    return this.#count - this.#free.length;
  }

  /** Runs `work` with a connection of its own; waits in turn for one. An abort while waiting gives up the place. */
  async run<T>(signal: AbortSignal, work: (connection: C) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(signal);
    try {
      return await work(connection);
    } finally {
      this.#release(connection);
    }
  }

  /** Refuses who waits and closes what is free; what is busy closes when it is done. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.fail(engineError('cancelled', 'The warehouse is stopping'));
    for (const connection of this.#free.splice(0)) this.#discard(connection);
  }

  async #acquire(signal: AbortSignal): Promise<C> {
    if (this.#isClosed || signal.aborted) throw engineError('cancelled', 'The request was cancelled');
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#count < this.#size) {
      const opened = this.#open();
      this.#count++;
      return opened;
    }
    if (this.#waiters.length >= maxWaiting)
      throw engineError('tooManyRequests', `More than ${maxWaiting} statements wait for the warehouse`);
    return this.#wait(signal);
  }

  #wait(signal: AbortSignal): Promise<C> {
    return new Promise<C>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(engineError('cancelled', 'The request was cancelled while it waited'));
      };
      const waiter: Waiter<C> = {
        take: (connection) => {
          signal.removeEventListener('abort', giveUp);
          resolve(connection);
        },
        fail: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #release(connection: C): void {
    if (connection.isBroken || this.#isClosed) this.#discard(connection);
    else this.#free.push(connection);
    this.#serveNext();
  }

  #serveNext(): void {
    if (this.#waiters.length === 0) return;
    let connection = this.#free.pop();
    if (connection === undefined) {
      if (this.#count >= this.#size) return;
      connection = this.#open();
      this.#count++;
    }
    this.#waiters.shift()?.take(connection);
  }

  #discard(connection: C): void {
    this.#count--;
    connection.close();
  }
}
