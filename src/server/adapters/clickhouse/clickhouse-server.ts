/** A ClickHouse server that somebody else runs, named by a URL. */
import { Problem } from '../../../shared/model/errors.ts';
import type { WarehouseHealth } from '../../ports/warehouse.ts';
import type { WarehouseAddress, WarehouseServer } from '../../ports/warehouse-server.ts';

const pingEveryMs = 5_000;
const pingTimeoutMs = 5_000;
/** While the server is away it is asked more often. */
const pingEveryWhenDownMs = 500;

/** The server at `url`, such as `https://user:password@host:8443/database`, asked at intervals how it is. */
export class ClickHouseServer implements WarehouseServer {
  readonly #address: WarehouseAddress;
  readonly #listeners = new Set<(health: WarehouseHealth) => void>();
  readonly #stop = new AbortController();
  #health: WarehouseHealth = { state: 'starting', restarts: 0, lastError: null, pid: null };
  #timer: NodeJS.Timeout | null = null;

  constructor(url: string) {
    this.#address = parseAddress(url);
    void this.#ping();
  }

  address(): WarehouseAddress | null {
    return this.#health.state === 'ready' ? this.#address : null;
  }

  health(): WarehouseHealth {
    return this.#health;
  }

  onHealth(listener: (health: WarehouseHealth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#become({ state: 'stopped' });
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #ping(): Promise<void> {
    const error = await this.#ask();
    if (this.#health.state === 'stopped') return;
    if (error === null && this.#health.state !== 'ready') this.#become({ state: 'ready' });
    if (error !== null) this.#becomeDown(error);
    this.#timer = setTimeout(() => void this.#ping(), error === null ? pingEveryMs : pingEveryWhenDownMs);
  }

  /** null: the server answers and lets us in */
  async #ask(): Promise<string | null> {
    const { url, username, password, database } = this.#address;
    try {
      const answer = await fetch(`${url}/?query=SELECT%201&database=${encodeURIComponent(database)}`, {
        headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(pingTimeoutMs)]),
      });
      const text = await answer.text();
      return answer.ok ? null : text.slice(0, 300);
    } catch (error) {
      return error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`.trim() : String(error);
    }
  }

  #becomeDown(error: string): void {
    const wasReady = this.#health.state === 'ready';
    this.#become({
      state: wasReady || this.#health.state === 'down' ? 'down' : 'starting',
      lastError: error,
      restarts: this.#health.restarts + (wasReady ? 1 : 0),
    });
  }

  #become(change: Partial<WarehouseHealth>): void {
    this.#health = { ...this.#health, ...change };
    for (const listener of this.#listeners) listener(this.#health);
  }
}

function parseAddress(text: string): WarehouseAddress {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Problem('REQUEST_INVALID', 'CLICKHOUSE_URL must look like http://user:password@host:8123/database.');
  return {
    url: url.origin,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'default',
  };
}
