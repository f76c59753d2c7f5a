/** Keeps the warehouse child running: start, sign of life, restart with backoff, stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WarehouseHealth } from '../../ports/warehouse.ts';
import type { WarehouseAddress, WarehouseServer } from '../../ports/warehouse-server.ts';
import type { ChildOptions, FromChild, ToChild } from './child-messages.ts';
import { engineArguments } from './engine-arguments.ts';

/** What the embedded warehouse is started with. */
export interface EmbeddedOptions {
  /** where the engine keeps its files; made if missing */
  folder: string;
  log: Log;
  randomBytes: RandomBytes;
  /** connections for questions; default 4 */
  readers?: number;
  /** connections for inserts and commands; default 3 */
  writers?: number;
  /** how often the child is asked for a sign of life, and how long it may be silent; default 5 s and 30 s */
  pingEveryMs?: number;
  pingTimeoutMs?: number;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 8_000;
const firstBackoffMs = 50;
const maxBackoffMs = 10_000;
/** A child that lived this long is not part of a series of failures. */
const healthyAfterMs = 30_000;

const username = 'bellwether';
const childEntry = fileURLToPath(new URL('./child/warehouse-child.ts', import.meta.url));

/** The supervised child. It is started at once; `health()` tells when it answers. */
export class EmbeddedClickHouse implements WarehouseServer {
  readonly #options: EmbeddedOptions;
  readonly #childOptions: ChildOptions;
  readonly #listeners = new Set<(health: WarehouseHealth) => void>();
  #health: WarehouseHealth = { state: 'starting', restarts: 0, lastError: null, pid: null };
  #child: ChildProcess | null = null;
  #port = 0;
  #failures = 0;
  #timers: NodeJS.Timeout[] = [];
  #restart: NodeJS.Timeout | null = null;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    const folder = resolve(options.folder);
    mkdirSync(folder, { recursive: true });
    const { readers = 4, writers = 3 } = options;
    const secret = Buffer.from(options.randomBytes(32)).toString('hex');
    this.#childOptions = { folder, secret, readers, writers, engineArguments: engineArguments(folder) };
    this.#spawn();
  }

  address(): WarehouseAddress | null {
    if (this.#health.state !== 'ready') return null;
    return { url: `http://127.0.0.1:${this.#port}`, username, password: this.#childOptions.secret, database: 'default' };
  }

  health(): WarehouseHealth {
    return this.#health;
  }

  onHealth(listener: (health: WarehouseHealth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the child to close its files and end; kills it when it does not. */
  async close(): Promise<void> {
    if (this.#restart !== null) clearTimeout(this.#restart);
    const child = this.#child;
    this.#become({ state: 'stopped' });
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#send({ kind: 'stop' });
    const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await gone;
    clearTimeout(killer);
  }

  #spawn(): void {
    this.#restart = null;
    const { folder, readers, writers } = this.#childOptions;
    const child = spawn(process.execPath, ['--max-old-space-size=256', '--max-semi-space-size=2', childEntry], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // The compile cache saves the child the TypeScript stripper: 25 MB of memory and 100 ms of start.
      env: {
        TZ: 'UTC',
        UV_THREADPOOL_SIZE: String(readers + writers + 3),
        NODE_NO_WARNINGS: '1',
        NODE_COMPILE_CACHE: join(folder, '.compile-cache'),
      },
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      if (output !== null)
        createInterface({ input: output }).on('line', (line) => this.#options.log.warn({ line }, 'the warehouse child wrote'));
    }
    let reason: string | null = null;
    child.on('message', (message: FromChild) => {
      if (message.kind === 'failed') reason = message.message;
      else this.#hear(child, message);
    });
    child.once('error', (error) => (reason = error.message));
    child.once('exit', (code, signal) => this.#lost(reason ?? `the warehouse child ended with ${signal ?? code}`));
    this.#watchStart(child);
    this.#send({ kind: 'start', options: this.#childOptions });
  }

  #watchStart(child: ChildProcess): void {
    const timer = setTimeout(() => {
      if (this.#health.state === 'starting' || this.#health.state === 'down') child.kill('SIGKILL');
    }, startTimeoutMs);
    this.#timers.push(timer);
  }

  #hear(child: ChildProcess, message: FromChild): void {
    if (message.kind === 'ready') {
      this.#port = message.port;
      if (this.#health.state !== 'stopped') this.#become({ state: 'ready', pid: child.pid ?? null });
      this.#watchLife(child);
    }
  }

  /** A child that hangs looks alive from outside: it has to answer from inside the engine. */
  #watchLife(child: ChildProcess): void {
    const { pingEveryMs = 5_000, pingTimeoutMs = 30_000 } = this.#options;
    let sent = 0;
    let heard = 0;
    let silentMs = 0;
    child.on('message', (message: FromChild) => {
      if (message.kind === 'pong') heard = message.n;
    });
    const beat = setInterval(() => {
      silentMs = heard === sent ? 0 : silentMs + pingEveryMs;
      if (silentMs >= pingTimeoutMs) {
        this.#options.log.error({ silentMs }, 'the warehouse child hangs and is killed');
        child.kill('SIGKILL');
      } else if (heard === sent) this.#send({ kind: 'ping', n: ++sent });
    }, pingEveryMs);
    const healthy = setTimeout(() => (this.#failures = 0), healthyAfterMs);
    this.#timers.push(beat, healthy);
  }

  #lost(reason: string): void {
    this.#child = null;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    if (this.#health.state === 'stopped') return this.#become({ pid: null });
    const delayMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** this.#failures++);
    this.#become({ state: 'down', pid: null, lastError: reason, restarts: this.#health.restarts + 1 });
    this.#options.log.error({ reason, delayMs, restarts: this.#health.restarts }, 'the warehouse child ended and is started again');
    this.#restart = setTimeout(() => this.#spawn(), delayMs);
  }

  #send(message: ToChild): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  #become(change: Partial<WarehouseHealth>): void {
    this.#health = { ...this.#health, ...change };
    for (const listener of this.#listeners) listener(this.#health);
  }
}
