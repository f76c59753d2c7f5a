/** Run: one question in flight per key, within its budget, and no longer than somebody waits for the answer. */
import { Problem } from '../../shared/model/errors.ts';

/** Work that several callers may wait for. */
interface Flight<T> {
  result: Promise<T>;
  abort: AbortController;
  waiting: number;
}

/** Joins equal questions that are asked at the same time. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** How many different questions are in flight. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * What `work` resolves to; callers with the same `key` share one run of it. The run is aborted when the last caller has
   * given up. @throws QUERY_CANCELLED for a caller whose `signal` aborts
   */
  async run(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) throw cancelled();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) this.#end(key, flight);
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const flight: Flight<T> = { result: work(abort.signal), abort, waiting: 0 };
    // whoever waits handles the failure; a flight that everybody left fails unheard
    flight.result.catch(() => undefined);
    this.#flights.set(key, flight);
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    flight.abort.abort();
  }
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const give = (): void => reject(cancelled());
    signal.addEventListener('abort', give, { once: true });
    const done = (): void => signal.removeEventListener('abort', give);
    result.then(resolve, reject).finally(done);
  });
}

function cancelled(): Problem {
  return new Problem('QUERY_CANCELLED', 'The question was cancelled because nobody waited for the answer any more.');
}
