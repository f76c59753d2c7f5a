/** Durable ingest over HTTP with all checks on: the highest steady rate, and acknowledgement latency at 40,000 events/s. */
import { openTestServer, testOwner, type TestServer } from '../test/fixtures/open-server.ts';
import { askProcess, markdownTable, median, quantile, residentBytes, short } from './measure.ts';
import type { LoadOrder, LoadReport } from './load-process.ts';

interface Health {
  spool: { pendingEvents: number };
}

const seconds = Number(process.argv[2] ?? 20);

/** Runs one load and watches the backlog beside it; pending events are sampled each second. */
async function load(server: TestServer, order: Partial<LoadOrder>): Promise<{ report: LoadReport; pending: number[]; peakBytes: number }> {
  const pending: number[] = [];
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(server.pid()));
    void server.json<Health>('/api/admin/health').then(
      (health) => pending.push(health.spool.pendingEvents),
      () => {},
    );
  }, 1000);
  const full: LoadOrder = { url: server.url, writeKey: testOwner.writeKey, batch: 250, connections: 8, seconds, rate: null, ...order };
  const report = await askProcess<LoadOrder, LoadReport>('./load-process.ts', full);
  clearInterval(timer);
  return { report, pending, peakBytes };
}

async function drained(server: TestServer): Promise<number> {
  const startMs = performance.now();
  while ((await server.json<Health>('/api/admin/health')).spool.pendingEvents > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  return (performance.now() - startMs) / 1000;
}

const server = await openTestServer({ LOG_LEVEL: 'error' });
const idleBytes = residentBytes(server.pid());
await load(server, { seconds: 5 });
await drained(server);
const rows: (string | number)[][] = [];
for (const [name, order] of [
  ['as fast as answers come', {}],
  ['60,000 events/s', { rate: 60_000 }],
  ['40,000 events/s', { rate: 40_000 }],
] as const) {
  const { report, pending, peakBytes } = await load(server, order);
  const drainSeconds = await drained(server);
  const half = Math.floor(pending.length / 2);
  rows.push([
    name,
    short(report.accepted / report.seconds),
    short(median(report.latenciesMs)),
    short(quantile(report.latenciesMs, 0.99)),
    `${short(median(pending.slice(0, half)))} → ${short(median(pending.slice(half)))}`,
    short(drainSeconds),
    short(peakBytes / 2 ** 20),
    report.refused + report.errors,
  ]);
}
console.log(
  markdownTable(
    [
      'load',
      'events/s accepted',
      'ack p50 ms',
      'ack p99 ms',
      'pending, first → second half',
      'drained after s',
      'peak memory MB',
      'refused',
    ],
    rows,
  ),
);
console.log(`\nIdle memory of all processes: ${short(idleBytes / 2 ** 20)} MB.`);
await server.close();
