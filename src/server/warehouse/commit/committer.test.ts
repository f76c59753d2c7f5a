/** The committer on the real spool, the real warehouse and a real catalog: once, in order, balanced, never stuck. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestCatalog } from '../../../../test/fixtures/open-catalog.ts';
import { closeSpools, openTestSpool, spoolEntry, spoolFolder } from '../../../../test/fixtures/open-spool.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../../test/fixtures/open-warehouse.ts';
import { silentLog } from '../../../../test/fixtures/silent-log.ts';
import { until } from '../../../../test/fixtures/until.ts';
import type { Ledger } from '../../../shared/model/ledger.ts';
import type { Catalog } from '../../catalog/schema.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CommitNotice } from '../../ports/accepted.ts';
import type { Spool, SpoolEntry, SpoolRows, Tally } from '../../ports/spool.ts';
import { type InsertBlock, WarehouseError } from '../../ports/warehouse.ts';
import { bind, identifier, sql } from '../../sql/statement.ts';
import { type Committer, type CommitterParts, startCommitter } from './committer.ts';
import { CommitLedger } from './ledger.ts';

let test: TestWarehouse;
let catalog: Catalog;
let closeCatalog: () => Promise<void>;
let spool: Spool;
let committer: Committer | null;
const notices: CommitNotice[] = [];
const persisted: bigint[] = [];

beforeAll(async () => {
  test = await openTestWarehouse();
});
afterAll(() => test.close());

beforeEach(async () => {
  const opened = await openTestCatalog();
  catalog = opened.catalog;
  closeCatalog = opened.close;
  ({ spool } = await openTestSpool(await spoolFolder()));
  notices.length = 0;
  persisted.length = 0;
  committer = null;
});
afterEach(async () => {
  await committer?.stop();
  await closeSpools();
  await closeCatalog();
});

/** A workspace of the test's own. */
let lastWorkspace = 0;
const newWorkspace = (): string => `workspace-${++lastWorkspace}`;

const timeMs = Date.UTC(2026, 10, 20, 12);
const hour = timeMs / 3_600_000;

function eventRow(workspaceId: string, source: string, n: number, over: Record<string, unknown> = {}): string {
  const row = {
    workspace: workspaceId,
    name: 'ping',
    time: timeMs + n,
    id: `id-${n}`,
    user: 'u',
    anonymous: '',
    session: '',
    properties: { n },
    source,
    import_id: '',
    received: timeMs + n,
  };
  return `${JSON.stringify({ ...row, ...over })}\n`;
}

function entryOf(workspaceId: string, rows: string[], over: Partial<SpoolEntry> & { tally?: Tally } = {}): SpoolEntry {
  const events: SpoolRows = { table: 'events', month: 202611, count: rows.length, bytes: Buffer.from(rows.join('')) };
  return spoolEntry(0, {
    workspaceId,
    tally: { received: rows.length, duplicates: 0, rejected: {} },
    rows: rows.length > 0 ? [events] : [],
    hours: [hour],
    receivedMs: timeMs,
    ...over,
  });
}

const events = (workspaceId: string, from: number, to: number, source = 'http'): SpoolEntry =>
  entryOf(
    workspaceId,
    Array.from({ length: to - from }, (_, i) => eventRow(workspaceId, source, from + i)),
    { source },
  );

async function start(over: Partial<CommitterParts> = {}): Promise<Committer> {
  committer = await startCommitter({
    spool,
    ids: { persist: async (keys) => void persisted.push(...keys) },
    warehouse: test.warehouse,
    ledger: ledger(),
    clock: Date,
    random: randomBytes,
    log: silentLog,
    listeners: [(notice) => notices.push(notice)],
    ...over,
  });
  return committer;
}

const ledger = (): CommitLedger => new CommitLedger(catalog, 'node-1');
const readLedger = (workspaceId: string): Promise<Ledger> => ledger().read(workspaceId, spool);

async function drained(): Promise<void> {
  await spool.seal();
  await until(() => spool.state().segments === 0, 'the spool to drain');
}

async function countRows(table: string, workspaceId: string): Promise<{ rows: number; distinct: number }> {
  const id = identifier(table === 'events' ? 'id' : 'body');
  const { rows } = await test.warehouse.ask(
    sql`SELECT count(), uniqExact(${id}) FROM ${identifier(table)} WHERE workspace = ${bind('String', workspaceId)}`,
  );
  return { rows: Number(rows[0]?.[0]), distinct: Number(rows[0]?.[1]) };
}

const counts = ({ received, accepted, stored, rejected, duplicates, pending }: Ledger): number[] => [
  received,
  accepted,
  stored,
  rejected,
  duplicates,
  pending,
];

describe('the committer', () => {
  it('stores what was accepted, counts it, moves the watermark and tells', async () => {
    const workspaceId = newWorkspace();
    await spool.append(events(workspaceId, 0, 10));
    await spool.append(
      entryOf(workspaceId, [], {
        source: 'segment',
        tally: { received: 7, duplicates: 3, rejected: { NOT_JSON: 4 } },
        hours: [],
        receivedMs: timeMs + 5,
      }),
    );
    expect(counts(await readLedger(workspaceId))).toEqual([17, 10, 0, 4, 3, 10]);
    await start();
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 10, distinct: 10 });
    const read = await readLedger(workspaceId);
    expect(counts(read)).toEqual([17, 10, 10, 4, 3, 0]);
    expect(read.bySource).toEqual([
      { source: 'http', received: 10, accepted: 10, stored: 10, rejected: 0, duplicates: 0, pending: 0, rejectedByReason: {} },
      { source: 'segment', received: 7, accepted: 0, stored: 0, rejected: 4, duplicates: 3, pending: 0, rejectedByReason: { NOT_JSON: 4 } },
    ]);
    expect(notices).toEqual([{ workspaceId, dataset: 'events', hours: [hour], watermarkMs: timeMs + 5 }]);
    expect(await catalog.db.selectFrom('watermarks').selectAll().execute()).toEqual([
      { workspace_id: workspaceId, dataset: 'events', watermark_ms: timeMs + 5 },
    ]);
    expect(persisted).toHaveLength(2);
    expect(committer?.state()).toMatchObject({ segments: 1, events: 10, refused: 0, lastError: null });
  });

  it('tells of other tables too, as a whole', async () => {
    const workspaceId = newWorkspace();
    const link = `${JSON.stringify({ workspace: workspaceId, alias: 'a', person: 'p', time: timeMs, received: timeMs })}\n`;
    const entry = events(workspaceId, 0, 1);
    await spool.append({ ...entry, rows: [...entry.rows, { table: 'identity_links', month: 202611, count: 1, bytes: Buffer.from(link) }] });
    await start();
    await drained();
    expect(notices.map(({ dataset, hours }) => [dataset, hours])).toEqual([
      ['identity_links', null],
      ['events', [hour]],
    ]);
  });

  it('commits a segment once, though a crash after the insert or after the count makes it come again', async () => {
    const workspaceId = newWorkspace();
    await spool.append(events(workspaceId, 0, 100));
    await spool.seal();
    const segment = (await spool.next())!;
    const stopAfterInsert = await start({
      ledger: Object.assign(ledger(), { record: () => Promise.reject(new Error('the catalog is down')) }),
    });
    await until(() => stopAfterInsert.state().lastError !== null, 'the insert to be over');
    await stopAfterInsert.stop();
    await ledger().record(segment, [], 1);
    await ledger().record(segment, [], 2);
    await start();
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 100, distinct: 100 });
    expect(counts(await readLedger(workspaceId))).toEqual([100, 100, 100, 0, 0, 0]);
  });

  it('waits for a warehouse that is down, then goes on in order', async () => {
    const workspaceId = newWorkspace();
    let failures = 3;
    const warehouse = {
      onHealth: () => () => undefined,
      insert: async (block: InsertBlock) => {
        await test.warehouse.insert(block);
        // the answer is lost: the rows are in all the same
        if (failures-- > 0) throw new Problem('WAREHOUSE_UNAVAILABLE', 'down');
      },
    };
    for (let from = 0; from < 30; from += 10) {
      await spool.append(events(workspaceId, from, from + 10));
      await spool.seal();
    }
    await start({ warehouse });
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 30, distinct: 30 });
    expect(counts(await readLedger(workspaceId))).toEqual([30, 30, 30, 0, 0, 0]);
  });

  it('isolates rows that the engine refuses, keeps them as dead letters and moves them in the ledger', async () => {
    const workspaceId = newWorkspace();
    const rows = Array.from({ length: 50 }, (_, n) => eventRow(workspaceId, 'http', n));
    rows[17] = eventRow(workspaceId, 'http', 17, { time: 'no time at all' });
    rows[31] = eventRow(workspaceId, 'http', 31, { properties: 5, name: 'odd' });
    await spool.append(entryOf(workspaceId, rows));
    await spool.append(events(workspaceId, 50, 60, 'segment'));
    await start();
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 58, distinct: 58 });
    const read = await readLedger(workspaceId);
    expect(counts(read)).toEqual([60, 58, 58, 2, 0, 0]);
    expect(read.bySource[0]).toMatchObject({ source: 'http', stored: 48, rejected: 2, rejectedByReason: { WAREHOUSE_REFUSED: 2 } });
    expect(committer?.state()).toMatchObject({ events: 58, refused: 2 });
    const { rows: letters } = await test.warehouse.ask(
      sql`SELECT reason, name, body, source, message != '' FROM dead_letters WHERE workspace = ${bind('String', workspaceId)} ORDER BY name`,
    );
    expect(letters).toEqual([
      ['WAREHOUSE_REFUSED', 'odd', rows[31].trimEnd(), 'http', 1],
      ['WAREHOUSE_REFUSED', 'ping', rows[17].trimEnd(), 'http', 1],
    ]);
  });

  it('stores nothing twice when it is stopped while it looks for bad rows', async () => {
    const workspaceId = newWorkspace();
    const rows = Array.from({ length: 20 }, (_, n) => eventRow(workspaceId, 'http', n));
    rows[3] = eventRow(workspaceId, 'http', 3, { time: 'no time at all' });
    await spool.append(entryOf(workspaceId, rows));
    await spool.seal();
    for (let stopAt = 2; stopAt < 10; stopAt++) {
      let inserts = 0;
      const warehouse = {
        onHealth: () => () => undefined,
        insert: async (block: InsertBlock) => {
          if (++inserts >= stopAt) throw new Problem('WAREHOUSE_UNAVAILABLE', 'down');
          await test.warehouse.insert(block);
        },
      };
      const stopped = await start({ warehouse });
      await until(() => inserts >= stopAt, 'the interruption');
      await stopped.stop();
    }
    await start();
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 19, distinct: 19 });
    expect(await countRows('dead_letters', workspaceId)).toEqual({ rows: 1, distinct: 1 });
    expect(counts(await readLedger(workspaceId))).toEqual([20, 19, 19, 1, 0, 0]);
  });

  it('refuses no row when every row fails and the reason is unclear', async () => {
    const workspaceId = newWorkspace();
    await spool.append(events(workspaceId, 0, 4));
    await spool.seal();
    let failures = 40;
    const wakers: (() => void)[] = [];
    const warehouse = {
      onHealth: (listener: (health: { state: 'ready'; restarts: number; lastError: null; pid: null }) => void) => {
        wakers.push(() => listener({ state: 'ready', restarts: 0, lastError: null, pid: null }));
        return () => undefined;
      },
      insert: async (block: InsertBlock) => {
        if (failures-- > 0) throw new WarehouseError(1002, 'something unknown');
        await test.warehouse.insert(block);
      },
    };
    await start({ warehouse });
    await until(() => {
      for (const wake of wakers) wake();
      return spool.state().segments === 0;
    }, 'the commit');
    expect(await countRows('events', workspaceId)).toEqual({ rows: 4, distinct: 4 });
    expect(counts(await readLedger(workspaceId))).toEqual([4, 4, 4, 0, 0, 0]);
  });

  it('rests while asked to, and goes on after', async () => {
    const workspaceId = newWorkspace();
    const running = await start();
    await spool.append(events(workspaceId, 0, 10));
    await running.whileResting(async () => {
      const before = await countRows('events', workspaceId);
      await spool.append(events(workspaceId, 10, 20));
      await spool.seal();
      await until(() => spool.state().segments > 0, 'a segment to wait');
      expect(await countRows('events', workspaceId)).toEqual(before);
      expect((await readLedger(workspaceId)).stored).toBe(before.rows);
    });
    await drained();
    expect(await countRows('events', workspaceId)).toEqual({ rows: 20, distinct: 20 });
  });

  it('balances the ledger at every instant while events come in and are committed', async () => {
    const workspaceId = newWorkspace();
    await start();
    const sending = { sent: 0, isOver: false };
    const sendAll = async (): Promise<void> => {
      for (let from = 0; from < 3_000; from += 100) {
        await spool.append(events(workspaceId, from, from + 100));
        sending.sent = from + 100;
        await spool.seal();
      }
      sending.isOver = true;
    };
    const sent = sendAll();
    while (!sending.isOver || spool.state().segments > 0) {
      const before = sending.sent;
      const read = await readLedger(workspaceId);
      expect(read.received).toBe(read.accepted + read.duplicates + read.rejected);
      expect(read.accepted).toBe(read.stored + read.pending);
      expect(read.received).toBeGreaterThanOrEqual(before);
      expect(read.received).toBeLessThanOrEqual(sending.sent + 100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sent;
    expect(counts(await readLedger(workspaceId))).toEqual([3_000, 3_000, 3_000, 0, 0, 0]);
    expect(await countRows('events', workspaceId)).toEqual({ rows: 3_000, distinct: 3_000 });
  });
});
