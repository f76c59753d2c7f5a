/** Measures decode, validate and encode of native events, without network, disk or warehouse: microseconds per event. */
import { parseArgs } from 'node:util';
import { nativeItems, readNative } from '../src/server/ingest/formats/native.ts';
import { Refusal } from '../src/server/ingest/event/refusal.ts';
import { RowWriter } from '../src/server/ingest/rows/row-writer.ts';
import { validate } from '../src/server/ingest/event/validate.ts';

const { values } = parseArgs({ options: { events: { type: 'string', default: '500' }, seconds: { type: 'string', default: '3' } } });
const perBody = Number(values.events);
const nowMs = Date.now();

/** A believable event of about 216 bytes. */
function sampleEvent(i: number): string {
  return JSON.stringify({
    name: ['page', 'purchase', 'signup', 'search'][i % 4],
    id: `e${String(i).padStart(12, '0')}`,
    time: new Date(nowMs - i * 37).toISOString(),
    user: `u_${i % 5000}`,
    session: `s_${i % 9000}`,
    properties: { path: `/products/${i % 300}`, country: 'DE', amount: (i % 1000) / 10, items: i % 7, plan: 'team' },
  });
}

const bodies = Array.from({ length: 50 }, (_, b) =>
  Buffer.from('[' + Array.from({ length: perBody }, (__, i) => sampleEvent(b * perBody + i)).join(',') + ']'),
);
const eventBytes = bodies.reduce((sum, body) => sum + body.length, 0) / (bodies.length * perBody);

const stages = { parse: 0, validate: 0, write: 0 };
let events = 0;
let outBytes = 0;
function once(body: Buffer): void {
  const t0 = performance.now();
  const items = nativeItems(JSON.parse(body.toString('utf8')));
  const t1 = performance.now();
  const checked = items.map((item) => {
    const draft = readNative(item);
    return draft instanceof Refusal ? draft : validate(draft, nowMs, null);
  });
  const t2 = performance.now();
  const writer = new RowWriter({ workspaceId: 'ws_1', source: 'http', importId: '', receivedMs: nowMs });
  for (const event of checked) if (!(event instanceof Refusal)) writer.addEvent(event);
  const rows = writer.finish();
  const t3 = performance.now();
  stages.parse += t1 - t0;
  stages.validate += t2 - t1;
  stages.write += t3 - t2;
  events += items.length;
  outBytes += rows.reduce((sum, row) => sum + row.bytes.length, 0);
}

for (let i = 0; i < 200; i++) once(bodies[i % bodies.length]!);
stages.parse = stages.validate = stages.write = events = outBytes = 0;
const endAt = performance.now() + Number(values.seconds) * 1000;
for (let i = 0; performance.now() < endAt; i++) once(bodies[i % bodies.length]!);

const perEvent = (ms: number): string => ((ms * 1000) / events).toFixed(2);
console.log(`| bytes in | bytes out | parse us | validate us | write us | total us | events/s |`);
console.log(`|---|---|---|---|---|---|---|`);
const totalMs = stages.parse + stages.validate + stages.write;
console.log(
  `| ${eventBytes.toFixed(0)} | ${(outBytes / events).toFixed(0)} | ${perEvent(stages.parse)} | ${perEvent(stages.validate)} | ${perEvent(stages.write)} | ${perEvent(totalMs)} | ${Math.round((events / totalMs) * 1000)} |`,
);
