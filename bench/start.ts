/** How long the server takes from its start until it is ready, and the memory of all its processes, with an empty folder and with events in it. */
import { openTestServer, testOwner, type TestServer } from '../test/fixtures/open-server.ts';
import type { LoadOrder, LoadReport } from './load-process.ts';
import { askProcess, markdownTable, median, residentBytes, short } from './measure.ts';

const rounds = 5;
const seconds = Number(process.argv[2] ?? 100);

async function startTimes(server: TestServer): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    await server.kill('SIGTERM');
    const startMs = performance.now();
    await server.start();
    times.push(performance.now() - startMs);
  }
  return times;
}

const countAll = async (server: TestServer) => {
  const body = JSON.stringify({ kind: 'total', metrics: [{ aggregate: 'count' }], range: { last: '24h' } });
  return ((await server.json<{ totals: number[] }>('/api/analytics/query', { method: 'POST', body })).totals[0] ?? 0) / 1e6;
};

const server = await openTestServer();
const rows: (string | number)[][] = [];
const note = async (name: string) => {
  const times = await startTimes(server);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  rows.push([name, short(median(times)), short(Math.max(...times)), short(residentBytes(server.pid()) / 2 ** 20)]);
};
await note('empty folder');
await askProcess<LoadOrder, LoadReport>('./load-process.ts', {
  url: server.url,
  writeKey: testOwner.writeKey,
  batch: 500,
  connections: 8,
  seconds,
  rate: null,
});
while ((await server.json<{ spool: { pendingEvents: number } }>('/api/admin/health')).spool.pendingEvents > 0)
  await new Promise((resolve) => setTimeout(resolve, 200));
await note(`${short(await countAll(server))} million events`);
console.log(markdownTable(['folder', 'ready after ms, median of 5', 'slowest', 'memory of all processes, idle, MB'], rows));
await server.close();
