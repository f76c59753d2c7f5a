/** Measures what an event costs on the ingest thread: sliding windows and activity feed, microseconds per event. */
import { parseArgs } from 'node:util';
import { IngestStream } from '../src/server/live/windows/stream.ts';
import type { Event } from '../src/shared/model/event.ts';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '250' },
    users: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '2' },
  },
});
const batchSize = Number(values.batch);
const nowMs = Date.now();

/** Parsed from JSON, as the ingest does it: names and users are new strings each time. */
function sampleEvent(i: number): Event {
  return JSON.parse(
    JSON.stringify({
      name: ['page_viewed', 'purchase', 'signed_up', 'searched', 'clicked'][i % 5],
      id: `e${String(i).padStart(12, '0')}`,
      timeMs: nowMs - ((i * 37) % 20_000),
      user: `3f2504e0-4f89-11d3-9a0c-${String((i * 7919) % Number(values.users)).padStart(12, '0')}`,
      anonymous: '',
      session: `s_${i % 9000}`,
      properties: { path: `/products/${i % 300}`, country: 'DE', amount: (i % 1000) / 10, items: i % 7, plan: 'team' },
    }),
  ) as Event;
}

const batches = Array.from({ length: Math.ceil(200_000 / batchSize) }, (_, b) =>
  Array.from({ length: batchSize }, (__, i) => sampleEvent(b * batchSize + i)),
);
const stream = new IngestStream(nowMs);
const accept = (events: Event[], atMs: number) =>
  stream.accept({ workspaceId: 'w', source: 'http', events, durableMs: atMs, receivedMs: atMs, isBackfill: false }, atMs);

for (const events of batches) accept(events, nowMs);
const costs: number[] = [];
let reads = 0;
let readMs = 0;
let atMs = nowMs;
for (const endAt = performance.now() + Number(values.seconds) * 1000; performance.now() < endAt;) {
  for (const [i, event] of batches.flat().entries()) event.timeMs = atMs - ((i * 37) % 20_000);
  const from = performance.now();
  for (const events of batches) {
    atMs += 4;
    accept(events, atMs);
  }
  costs.push(((performance.now() - from) * 1000) / (batches.length * batchSize));
  for (let i = 0; i < 100; i++) {
    const readFrom = performance.now();
    JSON.stringify(stream.vitals('w', atMs));
    stream.of('w', atMs).feed.after(0, 25);
    readMs += performance.now() - readFrom;
    reads++;
  }
}
costs.sort((a, b) => a - b);
const { windows } = stream.of('w', atMs);
console.log('| events a batch | users | us/event median | us/event worst | us/reading of vitals and feed |');
console.log('|---|---|---|---|---|');
console.log(
  `| ${batchSize} | ${values.users} | ${costs[Math.floor(costs.length / 2)]?.toFixed(3)} | ${costs.at(-1)?.toFixed(3)} | ${((readMs * 1000) / reads).toFixed(0)} |`,
);
if (windows.read(atMs).events.m60 === 0) throw new Error('nothing was counted');
