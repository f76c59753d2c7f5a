/**
 * A process with the real id window, spool, committer, catalog and embedded warehouse in the folder of its argument. It takes
 * commands as JSON lines and answers each; a test kills it at any moment.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClickHouseWarehouse } from '../../src/server/adapters/clickhouse/clickhouse-warehouse.ts';
import { EmbeddedClickHouse } from '../../src/server/adapters/embedded-clickhouse/supervisor.ts';
import { openIdWindow } from '../../src/server/adapters/id-window/id-window.ts';
import { openSegmentSpool } from '../../src/server/adapters/segment-spool/segment-spool.ts';
import { openSqliteCatalog } from '../../src/server/adapters/sqlite/catalog.ts';
import type { IdWindow, Spool, SpoolEntry } from '../../src/server/ports/spool.ts';
import { sql } from '../../src/server/sql/statement.ts';
import { startCommitter } from '../../src/server/warehouse/commit/committer.ts';
import { CommitLedger } from '../../src/server/warehouse/commit/ledger.ts';
import { migrateWarehouse } from '../../src/server/warehouse/migrate.ts';
import { warehouseMigrations } from '../fixtures/open-warehouse.ts';
import { silentLog as log } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

/** What the test asks: to take the events with these numbers, or how all stands once everything is committed. */
export type ChaosCommand = { kind: 'take'; call: number; numbers: number[] } | { kind: 'stand' };
/** What the process answers. */
export type ChaosAnswer =
  | { kind: 'ready'; warehousePid: number | null }
  | { kind: 'taken'; call: number }
  | { kind: 'refused'; call: number; code: string }
  | { kind: 'stand'; stored: number; distinct: number; sum: number; ledger: Record<string, number>; quarantined: number };

const workspaceId = 'chaos';
const timeMs = Date.UTC(2026, 10, 20);

function answer(value: ChaosAnswer): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function entryOf(numbers: number[], window: IdWindow): SpoolEntry {
  const { isNew, keys } = window.take(
    workspaceId,
    numbers.map((n) => `event-${n}`),
  );
  const fresh = numbers.filter((_, i) => isNew[i]);
  const lines = fresh.map((n) =>
    JSON.stringify({
      workspace: workspaceId,
      name: 'tick',
      time: timeMs + n,
      id: `event-${n}`,
      properties: { n },
      source: 'http',
      received: timeMs + n,
    }),
  );
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return {
    workspaceId,
    source: 'http',
    tally: { received: numbers.length, duplicates: numbers.length - fresh.length, rejected: {} },
    rows: fresh.length > 0 ? [{ table: 'events', month: 202611, count: fresh.length, bytes }] : [],
    keys,
    hours: [timeMs / 3_600_000],
    receivedMs: timeMs,
  };
}

async function take(spool: Spool, window: IdWindow, call: number, numbers: number[]): Promise<void> {
  try {
    await spool.append(entryOf(numbers, window));
    answer({ kind: 'taken', call });
  } catch (error) {
    answer({ kind: 'refused', call, code: (error as { code?: string }).code ?? String(error) });
  }
}

const folder = process.argv[2]!;
await mkdir(join(folder, 'warehouse'), { recursive: true });
const warehouse = new ClickHouseWarehouse(
  new EmbeddedClickHouse({ folder: join(folder, 'warehouse'), log, randomBytes: (count) => randomBytes(count) }),
);
await warehouse.ready(60_000);
await migrateWarehouse(warehouse, warehouseMigrations, log);
const catalog = await openSqliteCatalog({ file: join(folder, 'catalog.db'), clock: Date });
const window = await openIdWindow({ folder: join(folder, 'ids'), clock: Date, random: randomBytes, log, capacity: 100_000 });
const spool = await openSegmentSpool({
  folder: join(folder, 'spool'),
  clock: Date,
  random: randomBytes,
  log,
  keys: window,
  rule: { rows: 1_000, sizeBytes: 1_000_000, busyMs: 50, quietMs: 50, busyRowsPerSecond: 1 },
});
const ledger = new CommitLedger(catalog, 'node');
await startCommitter({ spool, ids: window, warehouse, ledger, clock: Date, random: randomBytes, log, listeners: [] });
answer({ kind: 'ready', warehousePid: warehouse.health().pid });
warehouse.onHealth(({ state, pid }) => {
  if (state === 'ready') answer({ kind: 'ready', warehousePid: pid });
});

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as ChaosCommand;
  if (command.kind === 'take') {
    void take(spool, window, command.call, command.numbers);
    continue;
  }
  await spool.seal();
  await until(() => spool.state().segments === 0, 'the spool to drain');
  const { rows } = await warehouse.ask(sql`SELECT count(), uniqExact(id), sum(properties.n::Float64) FROM events`);
  const [stored, distinct, sum] = (rows[0] ?? []).map(Number) as [number, number, number];
  const { bySource: _, ...counts } = await ledger.read(workspaceId, spool);
  answer({ kind: 'stand', stored, distinct, sum, ledger: counts, quarantined: spool.state().quarantined });
}
