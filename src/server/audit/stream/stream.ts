/** Streams the audit log to a SIEM, at least once, in the order of each chain; a receiver that is away holds nothing up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstPrevious, documentOf } from '../heads/head.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LineConnection, LineSink } from '../../ports/line-sink.ts';
import type { Log } from '../../ports/log.ts';
import type { PersonKeyring } from '../personal.ts';
import { closedEntry, openEntries, type StoredEntry } from '../read/open-entry.ts';
import { entryRow, headRow, selectEntries, selectHeads } from '../stored.ts';
import { holdStream, listBehind, readCursors, releaseStream, writeCursors, type Cursor } from './cursors.ts';
import type { StreamedEntry, StreamLines } from './stream-line.ts';

/** What a stream works with. */
export interface StreamParts {
  db: CatalogDatabase;
  keyring: PersonKeyring;
  sink: LineSink;
  lines: StreamLines;
  /** tells this stream from others: a hash of where it goes and in which form */
  target: string;
  /** tells this node from others */
  holder: string;
  /** personal data goes out too, and no erasure will reach it there */
  isPersonal: boolean;
  clock: Clock;
  log: Log;
  /** how long another node waits for one that is gone; default 30 s */
  leaseMs?: number;
}

/** A stream that goes on until it is closed. */
export interface AuditStream {
  /** Looks at once whether there is something new. */
  nudge(): void;
  state(): { isConnected: boolean; lastError: string | null };
  /** Hands over what was written and lets another node go on. */
  close(): Promise<void>;
}

const rowsAtOnce = 500;
const usualLeaseMs = 30_000;
/** entries that come in a row go out together */
const gatherMs = 50;
/** nodes that share the catalog write entries that this one hears nothing of */
const lookEveryMs = 2_000;
const settleEveryMs = 500;
const retryMs = { first: 500, most: 30_000 };

/** Starts to stream. */
export function startStream(parts: StreamParts): AuditStream {
  const feeder = new Feeder(parts);
  const working = feeder.run();
  return {
    nudge: () => feeder.wake(),
    state: () => feeder.state(),
    close: async () => {
      feeder.stop();
      await working;
    },
  };
}

interface Written {
  workspaceId: string;
  cursor: Cursor;
  atMs: number;
}

class Feeder {
  readonly #parts: StreamParts;
  #connection: LineConnection | null = null;
  /** how far the receiver was written to, ahead of what is kept in the catalog */
  #sent = new Map<string, Cursor>();
  #unsettled: Written[] = [];
  #hasNews = true;
  #heldUntilMs = 0;
  #settledMs = 0;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #lastError: string | null = null;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  state(): { isConnected: boolean; lastError: string | null } {
    return { isConnected: this.#connection !== null, lastError: this.#lastError };
  }

  wake(): void {
    this.#hasNews = true;
    this.#wake();
  }

  stop(): void {
    this.#stopping.abort();
    this.wake();
  }

  async run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        if (!(await this.#hold())) await this.#rest((this.#parts.leaseMs ?? usualLeaseMs) / 3);
        else await this.#feed();
        failures = 0;
      } catch (error) {
        await this.#breakOff(error as Error);
        failures++;
        await this.#rest(Math.min(retryMs.first * 2 ** (failures - 1), retryMs.most));
      }
    }
    await this.#end().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'the audit stream ended in the middle'));
  }

  async #hold(): Promise<boolean> {
    const { db, target, holder, clock, leaseMs = usualLeaseMs } = this.#parts;
    const now = clock.now();
    if (this.#heldUntilMs - now > leaseMs / 2) return true;
    const isHeld = await holdStream(db, target, holder, now, now + leaseMs);
    if (!isHeld && this.#connection !== null) throw new Error('another node feeds the stream');
    this.#heldUntilMs = isHeld ? now + leaseMs : 0;
    return isHeld;
  }

  /** Writes what is new, and waits for more. */
  async #feed(): Promise<void> {
    const connection = (this.#connection ??= await this.#connect());
    const failure = connection.broken();
    if (failure !== null) throw failure;
    this.#hasNews = false;
    const behind = await listBehind(this.#parts.db, this.#sent);
    let isMore = false;
    for (const workspaceId of behind) {
      if (this.#stopping.signal.aborted) return;
      if (await this.#feedChain(connection, workspaceId)) isMore = true;
    }
    await this.#settle(connection);
    if (isMore) return;
    if (!this.#hasNews) await this.#pause(this.#unsettled.length > 0 ? settleEveryMs : lookEveryMs);
    await this.#rest(gatherMs);
  }

  async #connect(): Promise<LineConnection> {
    const { db, target, sink, log } = this.#parts;
    const connection = await sink.connect();
    this.#sent = await readCursors(db, target);
    this.#unsettled = [];
    if (this.#lastError !== null) log.info({}, 'the audit stream goes on');
    this.#lastError = null;
    return connection;
  }

  /** True when the chain may have more. */
  async #feedChain(connection: LineConnection, workspaceId: string): Promise<boolean> {
    const { db, lines, clock } = this.#parts;
    const sent = this.#sent.get(workspaceId) ?? { seq: 0, head: 0 };
    const entries = (
      await selectEntries(db, workspaceId)
        .where('audit_entries.seq', '>', sent.seq)
        .orderBy('audit_entries.seq')
        .limit(rowsAtOnce)
        .execute()
    ).map(entryRow);
    const texts = (await this.#openEntries(entries)).map((entry) => lines.entry({ workspace: workspaceId, ...entry }));
    const seq = entries.at(-1)?.seq ?? sent.seq;
    const heads = (await selectHeads(db, workspaceId).where('number', '>=', sent.head).orderBy('number').limit(rowsAtOnce).execute()).map(
      headRow,
    );
    let { head } = sent;
    for (const [i, each] of heads.entries()) {
      // A head comes after the entries that it seals.
      if (each.number === sent.head || each.seq > seq) continue;
      texts.push(lines.head(documentOf(each, heads[i - 1]?.digest ?? firstPrevious)));
      head = each.number;
    }
    if (texts.length === 0) return false;
    await connection.write(texts.join(''));
    const cursor = { seq, head };
    this.#sent.set(workspaceId, cursor);
    this.#unsettled.push({ workspaceId, cursor, atMs: clock.now() });
    return entries.length === rowsAtOnce || heads.length === rowsAtOnce;
  }

  async #openEntries(rows: readonly StoredEntry[]): Promise<Omit<StreamedEntry, 'workspace'>[]> {
    const { db, keyring, isPersonal } = this.#parts;
    if (isPersonal) return openEntries(db, keyring, rows);
    return rows.map((row) => {
      const { personal: _personal, ...entry } = closedEntry(row);
      return entry;
    });
  }

  /** Keeps how far the receiver is for certain. */
  async #settle(connection: LineConnection): Promise<void> {
    const { db, target, sink, clock } = this.#parts;
    const failure = connection.broken();
    if (failure !== null) throw failure;
    const now = clock.now();
    if (now - this.#settledMs < settleEveryMs) return;
    const untilMs = now - sink.settleMs;
    const count = this.#unsettled.findIndex(({ atMs }) => atMs > untilMs);
    const settled = this.#unsettled.slice(0, count === -1 ? undefined : count);
    if (settled.length === 0) return;
    await writeCursors(db, target, new Map(settled.map(({ workspaceId, cursor }) => [workspaceId, cursor])));
    this.#unsettled.splice(0, settled.length);
    this.#settledMs = now;
  }

  async #breakOff(error: Error): Promise<void> {
    if (this.#lastError === null) this.#parts.log.warn({ err: error }, 'the audit stream is interrupted; nothing of it is lost');
    this.#lastError = error.message;
    const connection = this.#connection;
    this.#connection = null;
    this.#heldUntilMs = 0;
    await connection?.close();
  }

  /** A receiver that takes everything and ends in peace has everything. */
  async #end(): Promise<void> {
    const { db, target, holder } = this.#parts;
    if (this.#connection !== null) {
      const wasSound = this.#connection.broken() === null;
      await this.#connection.close();
      if (wasSound) await writeCursors(db, target, new Map(this.#unsettled.map(({ workspaceId, cursor }) => [workspaceId, cursor])));
    }
    await releaseStream(db, target, holder);
  }

  /** Until there is news, and no longer than `delayMs`. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopping.signal.aborted) this.#wake();
    });
  }

  /** Whatever news there is; a stop alone ends it early. */
  async #rest(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
