/** The bare engine: NDJSON batches through the warehouse adapter into the events table, without spool, HTTP ingest or checks. */
import { readFileSync } from 'node:fs';
import { openTestWarehouse } from '../test/fixtures/open-warehouse.ts';
import { sql } from '../src/server/sql/statement.ts';
import { markdownTable, residentBytes, short } from './measure.ts';

const total = Number(process.argv[2] ?? 1_000_000);
const batches = [1_000, 5_000, 20_000, 50_000];
const startMs = Date.UTC(2024, 4, 1);

/** The rows that the ingest writes for believable events of about 216 bytes; always the same ones. */
function* rowBatches(count: number, perBatch: number): Generator<Buffer> {
  const names = ['page', 'purchase', 'signup', 'search'];
  let seed = 1;
  const below = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  for (let from = 0; from < count; from += perBatch) {
    const lines: string[] = [];
    for (let i = from; i < Math.min(count, from + perBatch); i++) {
      const time = startMs + Math.floor((i / count) * 28 * 86_400_000);
      lines.push(
        `{"workspace":"ws_bench","name":"${names[below(4)]}","time":${time},"id":"${below(2 ** 31).toString(16)}${below(2 ** 31).toString(16)}","user":"u_${below(50_000)}","anonymous":"","session":"s_${below(9_000)}",` +
          `"properties":{"path":"/products/${below(300)}","country":"${['DE', 'US', 'FR'][below(3)]}","amount":${(below(10_000) + 0.5) / 100},"items":${below(7)}.0,"plan":"team"},"source":"http","import_id":"","received":${time + 40}}\n`,
      );
    }
    yield Buffer.from(lines.join(''));
  }
}

/** CPU seconds that a process has used so far. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measure(perBatch: number, writers: number): Promise<string[]> {
  const { warehouse, childPid, close } = await openTestWarehouse();
  const pid = childPid() as number;
  const all = [...rowBatches(total, perBatch)];
  const cpuBefore = cpuSeconds(pid);
  const ownBefore = process.cpuUsage();
  const started = performance.now();
  let next = 0;
  let peak = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (let i = next++; i < all.length; i = next++) {
        await warehouse.insert({ table: 'events', token: `${i}`, bytes: [all[i] as Buffer] });
        peak = Math.max(peak, residentBytes(pid));
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const own = process.cpuUsage(ownBefore);
  const cpu = cpuSeconds(pid) - cpuBefore;
  const { rows } = await warehouse.ask(sql`SELECT sum(rows), sum(bytes_on_disk) FROM system.parts WHERE table = 'events' AND active`);
  await close();
  const [stored, bytes] = rows[0] as [number, number];
  if (stored !== total) throw new Error(`${stored} of ${total} rows are there`);
  return [
    short(perBatch),
    String(writers),
    short(total / seconds),
    ((cpu * 1e6) / total).toFixed(1),
    (((own.user + own.system) / total) * 1).toFixed(2),
    (bytes / total).toFixed(0),
    `${(peak / 2 ** 20).toFixed(0)} MB`,
  ];
}

const rows: string[][] = [];
for (const perBatch of batches) rows.push(await measure(perBatch, 1));
rows.push(await measure(20_000, 2));
const sample = rowBatches(1_000, 1_000).next().value as Buffer;
process.stdout.write(
  `${short(total)} rows of ${(sample.length / 1_000).toFixed(0)} bytes of NDJSON into \`events\`, each batch acknowledged when synced to disk. CPU of the child includes its merges; CPU of the caller is the client's.\n\n${markdownTable(
    ['rows per batch', 'writers', 'rows/s', 'child, µs CPU/row', 'caller, µs CPU/row', 'bytes/row on disk', 'child at most'],
    rows,
  )}\n`,
);
