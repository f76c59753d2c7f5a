/** The engine inside the child: lanes of connections, the kill switch, a sign of life, a clean end. */
import type { ChdbAddon, NativeAnswer } from './chdb-addon.ts';
import type { ChildOptions } from '../child-messages.ts';
import { ConnectionLane } from './connection-lane.ts';
import { EngineConnection, type EngineRequest } from './engine-connection.ts';
import { quote } from './engine-settings.ts';

/** A request before it got its mark. */
export interface EngineWork {
  sql: string;
  settings: ReadonlyMap<string, string>;
  parameters: ReadonlyMap<string, string>;
  /** reads only: goes to connections that cannot write */
  isReadOnly: boolean;
  /** kills the running statement */
  signal: AbortSignal;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** Settings of every connection. A statement without a time limit of its own still has one. */
const common: readonly (readonly [string, string])[] = [
  ['max_query_size', '67108864'],
  ['allow_introspection_functions', '0'],
  ['implicit_select', '0'],
  ['output_format_json_quote_64bit_integers', '0'],
];
const readerSettings = new Map([...common, ['readonly', '2'], ['max_execution_time', '60']] as const);
const writerSettings = new Map([...common, ['max_execution_time', '3600']] as const);

/** The engine. Opening it reads the folder; a folder that another process holds is refused (code 76). */
export class Engine {
  readonly #readers: ConnectionLane<EngineConnection>;
  readonly #writers: ConnectionLane<EngineConnection>;
  /** Never runs anything long: kill orders and signs of life go through when all other connections are busy. */
  #control: EngineConnection;
  readonly #openControl: () => EngineConnection;
  #controlQueue: Promise<unknown> = Promise.resolve();
  #marks = 0;

  constructor(addon: ChdbAddon, options: ChildOptions) {
    const open = (base: ReadonlyMap<string, string>) => new EngineConnection(addon, options.folder, options.engineArguments, base);
    this.#openControl = () => open(new Map(common));
    this.#control = this.#openControl();
    this.#readers = new ConnectionLane(options.readers, () => open(readerSettings));
    this.#writers = new ConnectionLane(options.writers, () => open(writerSettings));
  }

  query(work: EngineWork, format: string): Promise<NativeAnswer> {
    return this.#run(work, (connection, request) => connection.query(request, format));
  }

  /** Inserts the rows in the file at `path`, which is relative to the working directory. */
  insert(work: EngineWork, path: string): Promise<NativeAnswer> {
    return this.#run(work, (connection, request) => connection.insert(request, path));
  }

  /** Hands each piece of the answer to `write`, which resolves when it wants more. */
  stream(work: EngineWork, format: string, write: (piece: Buffer) => Promise<void>): Promise<void> {
    return this.#run(work, async (connection, request) => {
      for await (const piece of connection.stream(request, format)) await write(piece);
    });
  }

  /** Resolves when the engine has answered something. */
  async ping(): Promise<void> {
    await this.#order('SELECT 1');
  }

  /** Kills what runs, waits for it up to `timeoutMs`, and closes every connection. */
  async close(timeoutMs: number): Promise<void> {
    this.#readers.close();
    this.#writers.close();
    await this.#order(`KILL QUERY WHERE startsWith(query, '/*q') ASYNC`);
    const deadline = performance.now() + timeoutMs;
    while (this.#readers.busy + this.#writers.busy > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.#controlQueue;
    this.#control.close();
  }

  #run<T>(work: EngineWork, action: (connection: EngineConnection, request: EngineRequest) => Promise<T>): Promise<T> {
    const lane = work.isReadOnly ? this.#readers : this.#writers;
    return lane.run(work.signal, async (connection) => {
      const mark = `/*q${++this.#marks}*/ `;
      const kill = (): void => void this.#kill(mark);
      work.signal.addEventListener('abort', kill, { once: true });
      try {
        return await action(connection, { mark, sql: work.sql, settings: work.settings, parameters: work.parameters });
      } finally {
        work.signal.removeEventListener('abort', kill);
      }
    });
  }

  /** TRICKY: ASYNC, because KILL QUERY ... SYNC deadlocks in chDB 3.4. */
  async #kill(mark: string): Promise<void> {
    await this.#order(`KILL QUERY WHERE startsWith(query, ${quote(mark)}) ASYNC`).catch(() => undefined);
  }

  /** One control statement after another. */
  #order(sql: string): Promise<unknown> {
    const turn = this.#controlQueue.then(async () => {
      if (this.#control.isBroken) {
        this.#control.close();
        this.#control = this.#openControl();
      }
      await this.#control.query({ mark: '', sql, settings: nothing, parameters: nothing }, 'Null');
      return null;
    });
    this.#controlQueue = turn.catch(() => undefined);
    return turn;
  }
}
