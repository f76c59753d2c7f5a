/** The warehouse over ClickHouse's HTTP interface, the same for the embedded child and for a server. */
import { Readable } from 'node:stream';
import { createClient, type ClickHouseClient, type ClickHouseSettings } from '@clickhouse/client';
import { Problem } from '../../../shared/model/errors.ts';
import type { WarehouseAddress, WarehouseServer } from '../../ports/warehouse-server.ts';
import type { InsertBlock, RunOptions, Warehouse, WarehouseAnswer, WarehouseHealth } from '../../ports/warehouse.ts';
import { identifier, sql, trusted, type Statement } from '../../sql/statement.ts';
import { Deadline } from './deadline.ts';
import { lineBlocks } from './line-blocks.ts';
import { withoutExceptionTail } from './exception-tail.ts';
import { askSettings, commandSettings, defaultLimits, insertSettings, streamSettings } from './statement-settings.ts';

/** How long after its own time limit a statement is given up on our side: it may have waited for its turn. */
const patienceMs = 5_000;

/** What `JSONCompact` looks like. */
interface CompactAnswer {
  meta: { name: string; type: string }[];
  data: unknown[][];
  statistics?: { elapsed: number; rows_read: number; bytes_read: number };
}

/** The warehouse at `server`, wherever that is at the moment. */
export class ClickHouseWarehouse implements Warehouse {
  readonly #server: WarehouseServer;
  #client: { address: WarehouseAddress; client: ClickHouseClient } | null = null;

  constructor(server: WarehouseServer) {
    this.#server = server;
  }

  async ask(statement: Statement, options: RunOptions = {}): Promise<WarehouseAnswer> {
    const timeoutMs = options.limits?.timeoutMs ?? defaultLimits.timeoutMs;
    const text = await this.#attempt(options, timeoutMs, async (client, signal) => {
      const result = await client.query({
        ...request(statement, options, askSettings(options.limits)),
        format: 'JSONCompact',
        abort_signal: signal,
      });
      return result.text();
    });
    const { meta, data, statistics } = JSON.parse(text) as CompactAnswer;
    return {
      columns: meta,
      rows: data,
      rowsRead: statistics?.rows_read ?? 0,
      bytesRead: statistics?.bytes_read ?? 0,
      elapsedMs: (statistics?.elapsed ?? 0) * 1000,
    };
  }

  async stream(statement: Statement, format: string, options: RunOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const ending = new Deadline(options.signal, options.limits?.timeoutMs ?? null);
    const formatted = sql`${statement} FORMAT ${formatName(format)}`;
    try {
      ending.check();
      const { stream, response_headers: headers } = await this.#connect().exec({
        ...request(formatted, options, streamSettings(options.limits)),
        abort_signal: ending.signal,
      });
      const tag = headers?.['x-clickhouse-exception-tag'];
      return mapErrors(withoutExceptionTail(stream, typeof tag === 'string' ? tag : null), ending);
    } catch (error) {
      throw ending.problem(error);
    }
  }

  async insert(block: InsertBlock, options: RunOptions = {}): Promise<void> {
    await this.#insert(block.table, 'JSONEachRow', block.token, block.bytes, options);
  }

  async insertStream(table: string, format: string, token: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    let part = 0;
    let rows = 0;
    for await (const block of lineBlocks(bytes, format)) rows += await this.#insert(table, format, `${token}:${part++}`, block, {});
    return rows;
  }

  async command(statement: Statement, options: RunOptions = {}): Promise<void> {
    const timeoutMs = options.limits?.timeoutMs ?? 600_000;
    await this.#attempt(options, timeoutMs, (client, signal) =>
      client.command({ ...request(statement, options, commandSettings(options.limits)), abort_signal: signal }),
    );
  }

  health(): WarehouseHealth {
    return this.#server.health();
  }

  onHealth(listener: (health: WarehouseHealth) => void): () => void {
    return this.#server.onHealth(listener);
  }

  ready(timeoutMs: number): Promise<void> {
    if (this.health().state === 'ready') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        off();
        reject(
          new Problem(
            'WAREHOUSE_UNAVAILABLE',
            `The warehouse did not start within ${timeoutMs} ms: ${this.health().lastError ?? 'no answer yet'}.`,
          ),
        );
      }, timeoutMs);
      const off = this.onHealth((health) => {
        if (health.state !== 'ready') return;
        clearTimeout(timer);
        off();
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#client?.client.close();
    this.#client = null;
  }

  /** How many rows were written. */
  async #insert(table: string, format: string, token: string, bytes: Iterable<Uint8Array>, options: RunOptions): Promise<number> {
    const statement = sql`INSERT INTO ${identifier(...table.split('.'))} FORMAT ${formatName(format)}`;
    return this.#attempt(options, options.limits?.timeoutMs ?? 300_000, async (client, signal) => {
      const { stream, summary } = await client.exec({
        ...request(statement, options, insertSettings(token, options.limits)),
        values: Readable.from(bytes, { objectMode: false }),
        abort_signal: signal,
      });
      stream.resume();
      return Number(summary?.written_rows ?? 0);
    });
  }

  async #attempt<T>(
    options: RunOptions,
    timeoutMs: number,
    work: (client: ClickHouseClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = new Deadline(options.signal, timeoutMs + patienceMs);
    try {
      ending.check();
      return await work(this.#connect(), ending.signal);
    } catch (error) {
      throw ending.problem(error);
    } finally {
      ending.dispose();
    }
  }

  /** The client of the address where the server is now; a child that was started again has a new one. */
  #connect(): ClickHouseClient {
    const address = this.#server.address();
    if (address === null) {
      const { state, lastError } = this.health();
      throw new Problem('WAREHOUSE_UNAVAILABLE', `The warehouse is ${state}. Try again in a moment.`, {}, lastError);
    }
    if (this.#client?.address.url !== address.url) {
      void this.#client?.client.close();
      this.#client = { address, client: openClient(address) };
    }
    return this.#client.client;
  }
}

function openClient(address: WarehouseAddress): ClickHouseClient {
  return createClient({
    ...address,
    application: 'bellwether',
    request_timeout: 3_600_000,
    max_open_connections: 64,
    compression: { request: false, response: false },
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
    log: { level: 127 },
  });
}

function request(statement: Statement, options: RunOptions, settings: Record<string, string | number>) {
  return {
    query: statement.text,
    query_params: { ...statement.params },
    clickhouse_settings: { ...settings, ...options.settings } as ClickHouseSettings,
    ...(options.queryId === undefined ? {} : { query_id: options.queryId }),
  };
}

/** The name of a format as SQL; it comes from our own code, and is checked all the same. */
function formatName(format: string) {
  if (!/^\w+$/.test(format)) throw new TypeError(`${format} is not the name of a format`);
  return trusted(format);
}

async function* mapErrors(source: AsyncIterable<Uint8Array>, ending: Deadline): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    throw ending.problem(error);
  } finally {
    ending.dispose();
  }
}
