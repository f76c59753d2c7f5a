/**
 * Spool and id window by themselves: append rate, acknowledgement at 40,000 events a second with the window full, memory. The
 * window is filled by writing runs of evenly spread keys straight to disk; `node bench/spool.ts 20` fills it with 20 million ids.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIdWindow } from '../src/server/adapters/id-window/id-window.ts';
import { writeManifest } from '../src/server/adapters/id-window/manifest.ts';
import { RunWriter } from '../src/server/adapters/id-window/runs/run-writer.ts';
import { bitsPerKey, planWindow } from '../src/server/adapters/id-window/window-plan.ts';
import { openSegmentSpool } from '../src/server/adapters/segment-spool/segment-spool.ts';
import type { IdWindow, Spool, SpoolEntry, SpoolKeys } from '../src/server/ports/spool.ts';
import { silentLog } from '../test/fixtures/silent-log.ts';
import { until } from '../test/fixtures/until.ts';
import { markdownTable, quantile, short } from './measure.ts';

const ids = Number(process.argv[2] ?? 200) * 1_000_000;
const eventBytes = 216;
const rate = 40_000;
const spanMs = 86_400_000;
const memoryBytes = 64_000_000;

const folder = mkdtempSync(join(tmpdir(), 'bellwether-bench-spool-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A window as it lies on disk after `ids` events: every part holds its share of evenly spread keys. */
async function fillWindow(place: string): Promise<void> {
  mkdirSync(place);
  const plan = planWindow(ids, spanMs, memoryBytes);
  const share = Math.floor(ids / plan.parts);
  const width = 4_294_967_296 / plan.parts;
  const parts: string[] = [];
  for (let part = 0; part < plan.parts; part++) {
    const name = `${part + 1}.run`;
    const writer = new RunWriter(join(place, name), 1, share, bitsPerKey(plan.partFilterBits, share));
    for (let i = 0; i < share; i++) {
      const at = part * width + ((i + Math.random()) / share) * width;
      writer.add(Math.floor(at), Math.floor(Math.random() * 4_294_967_296), 1);
    }
    writer.finish();
    parts.push(name);
  }
  const slots = [{ slot: 1, startMs: Date.now(), ids: share * plan.parts }];
  await writeManifest(place, { format: 1, seed: [1, 2], nextRun: plan.parts + 1, fresh: [], middle: null, spreading: null, parts, slots });
}

function entryOf(count: number, bytes: Uint8Array, keys: BigUint64Array): SpoolEntry {
  const rows = [{ table: 'events' as const, month: 202611, count, bytes }];
  return {
    workspaceId: 'w',
    source: 'http',
    tally: { received: count, duplicates: 0, rejected: {} },
    rows,
    keys,
    hours: [1],
    receivedMs: Date.now(),
  };
}

/** Stands for the committer: keeps ids, removes segments. */
async function commitAll(spool: Spool, persist: (keys: BigUint64Array) => Promise<void>): Promise<void> {
  for (;;) {
    const segment = await spool.next();
    if (!segment) return;
    await persist(segment.keys);
    await spool.remove(segment.id);
  }
}

function openSpool(name: string, keys: SpoolKeys): Promise<Spool> {
  return openSegmentSpool({ folder: join(folder, name), clock: Date, random: randomBytes, log: silentLog, keys });
}

async function drain(spool: Spool): Promise<void> {
  await spool.seal();
  await until(() => spool.state().segments === 0, 'the spool to drain');
  await spool.close();
}

/** Events a second that many senders get acknowledged, and CPU microseconds an event. */
async function appendRate(perCall: number): Promise<{ rate: number; cpuMicros: number }> {
  const spool = await openSpool(`rate-${perCall}`, { settle() {}, release() {}, recover() {} });
  const committing = commitAll(spool, async () => undefined);
  const bytes = Buffer.alloc(perCall * eventBytes, 'x');
  const keys = new BigUint64Array(0);
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  let events = 0;
  const send = async (): Promise<void> => {
    while (performance.now() - startMs < 4_000) {
      await spool.append(entryOf(perCall, bytes, keys));
      events += perCall;
    }
  };
  await Promise.all(Array.from({ length: 32 }, send));
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await drain(spool);
  await committing;
  return { rate: events / seconds, cpuMicros: (user + system) / events };
}

/** Milliseconds from the call to its acknowledgement, at a steady rate, with new ids checked against the window. */
async function acknowledgements(window: IdWindow, perCall: number): Promise<{ lagsMs: number[]; cpuRatio: number }> {
  const spool = await openSpool(`steady-${perCall}`, window);
  const committing = commitAll(spool, (keys) => window.persist(keys));
  const bytes = Buffer.alloc(perCall * eventBytes, 'x');
  const calls = Math.floor((rate * 12) / perCall);
  // made as they are sent: half a million kept strings would measure the garbage collector
  const newIds = (call: number): string[] => Array.from({ length: perCall }, (_, i) => `${perCall}-5f0c1a52-8d1e-4e57-${call}-${i}`);
  const lagsMs: number[] = [];
  let acknowledged = 0;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  for (let call = 0; call < calls;) {
    const due = ((performance.now() - startMs) / 1_000) * rate;
    for (; call < calls && call * perCall < due; call++) {
      // from when the call was due, so that a blocked event loop counts
      const dueMs = startMs + ((call * perCall) / rate) * 1_000;
      const { keys } = window.take('w', newIds(call));
      void spool.append(entryOf(perCall, bytes, keys)).then(() => {
        acknowledged++;
        return lagsMs.push(performance.now() - dueMs);
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => acknowledged === calls, 'the last acknowledgements');
  const { user, system } = process.cpuUsage(cpu);
  const cpuRatio = (user + system) / 1_000 / (performance.now() - startMs);
  await drain(spool);
  await committing;
  return { lagsMs: lagsMs.sort((a, b) => a - b), cpuRatio };
}

/** CPU microseconds for one id, new and known. */
function lookups(window: IdWindow): { newMicros: number; knownMicros: number } {
  const fresh = Array.from({ length: 400 }, () => Array.from({ length: 250 }, () => randomUUID() as string));
  const timed = (): number => {
    const cpu = process.cpuUsage();
    for (const call of fresh) window.settle(window.take('w', call).keys);
    const { user, system } = process.cpuUsage(cpu);
    return (user + system) / (400 * 250);
  };
  return { newMicros: timed(), knownMicros: timed() };
}

const lines: string[][] = [];
for (const perCall of [100, 500]) {
  const measured = await appendRate(perCall);
  lines.push([
    `append, ${perCall} events of ${eventBytes} bytes a call`,
    `${short(measured.rate)} events/s, ${measured.cpuMicros.toFixed(2)} us CPU an event`,
  ]);
}
const fillMs = performance.now();
await fillWindow(join(folder, 'ids'));
process.stderr.write(`window filled in ${Math.round((performance.now() - fillMs) / 1_000)} s\n`);
const openMs = performance.now();
const window = await openIdWindow({
  folder: join(folder, 'ids'),
  clock: Date,
  random: randomBytes,
  log: silentLog,
  capacity: ids,
  spanMs,
  memoryBytes,
});
lines.push([`open a window of ${short(ids)} ids`, `${Math.round(performance.now() - openMs)} ms`]);
const single = lookups(window);
lines.push(['one id, new / known, CPU', `${single.newMicros.toFixed(2)} / ${single.knownMicros.toFixed(2)} us`]);
for (const perCall of [100, 500]) {
  const { lagsMs, cpuRatio } = await acknowledgements(window, perCall);
  const [p50, p99, max] = [quantile(lagsMs, 0.5), quantile(lagsMs, 0.99), lagsMs.at(-1) ?? 0].map((ms) => ms.toFixed(1));
  lines.push([
    `acknowledgement at ${short(rate)} events/s, ${perCall} a call, new ids, window full: p50 / p99 / max`,
    `${p50} / ${p99} / ${max} ms, ${Math.round(cpuRatio * 100)} % of a core`,
  ]);
}
const state = window.state();
lines.push([`memory of the window, ${short(state.ids)} ids in ${state.runs} runs`, `${(state.memoryBytes / 1e6).toFixed(1)} MB`]);
await window.close();
process.stdout.write(`${markdownTable(['what', 'measured'], lines)}\n`);
