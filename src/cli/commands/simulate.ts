/** `bellwether simulate`: believable traffic of a shop, as history and then in real time. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { importHeader, progressImportRoute, startImportRoute } from '../../shared/contract/imports.ts';
import type { ImportCounts } from '../../shared/contract/imports.ts';
import { numberOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import type { ServerClient } from '../server-client.ts';
import { dayMs, hourMs } from '../traffic/rhythm.ts';
import type { SimulatedEvent } from '../traffic/session.ts';
import { trafficBetween } from '../traffic/traffic.ts';
import type { TrafficModel } from '../traffic/traffic.ts';

const eventsPerChunk = 5000;
const patienceMs = 120_000;
const sliceMs = 10_000;
const tickMs = 250;

/** The command. */
export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'Send believable traffic: history, and then live.',
  positionals: [],
  options: {
    days: { value: 'N', help: 'Days of history to send first. Default: 30, or 0 with --live.' },
    'per-day': { value: 'N', help: 'Events on an average day. Default: 20000.' },
    live: { help: 'Go on in real time until stopped.' },
    rate: { value: 'N', help: 'With --live: events per second, steadily. Default: what --per-day and the hour give.' },
    seed: { value: 'N', help: 'The same seed gives the same traffic. Default: 1.' },
  },
  notes: [
    'The traffic is that of an outdoor shop: visits with a daily and weekly rhythm, sign-ups, a purchase funnel, growth, and in',
    'most weeks an incident. History counts as an import: bellwether import --list shows it, --undo takes it back.',
  ],
  examples: [
    'bellwether simulate --days 90',
    'bellwether simulate --days 7 --per-day 100000 --seed 42',
    'bellwether simulate --live --rate 50',
  ],
  async run(call) {
    const { options } = call;
    const isLive = options.live === true;
    const days = numberOption(options, 'days', isLive ? 0 : 30, { min: 0, max: 3650, isWhole: true });
    const eventsPerDay = numberOption(options, 'per-day', 20_000, { min: 1, max: 10_000_000, isWhole: true });
    const seed = numberOption(options, 'seed', 1, { min: 0, max: 2 ** 31, isWhole: true });
    const rate = options.rate === undefined ? null : numberOption(options, 'rate', 1, { min: 0.001, max: 20_000 });
    if (rate !== null && !isLive) throw new UsageError('--rate goes with --live');
    const nowMs = call.now();
    const model: TrafficModel = {
      seed,
      eventsPerDay,
      growthAnchorMs: startOfMonth(nowMs),
      bornMs: startOfDay(nowMs) - Math.max(days - 1, 0) * dayMs,
      historyEndMs: nowMs,
      isSteady: false,
    };
    return withServer(call, async ({ client }) => {
      if (days > 0) await sendHistory(call, client, model, days);
      if (isLive) await sendLive(call, client, rate === null ? model : { ...model, isSteady: true, eventsPerDay: rate * 86_400 });
      return 0;
    });
  },
};

function startOfDay(epochMs: number): number {
  return Math.floor(epochMs / dayMs) * dayMs;
}

/** Growth is anchored to the month, so that a simulation repeated some days later tells the same story. */
function startOfMonth(epochMs: number): number {
  const date = new Date(epochMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

async function sendHistory(call: Call, client: ServerClient, model: TrafficModel, days: number): Promise<void> {
  const { terminal, now, signal } = call;
  const startedAt = now();
  const fileName = `simulate --days ${days} --per-day ${model.eventsPerDay} --seed ${model.seed}`;
  const contentHash = createHash('sha256').update(`${fileName} ${model.historyEndMs}`).digest('hex');
  const { import: started } = await client.call(startImportRoute, { body: { fileName, contentHash, mapping: null }, patienceMs: 30_000 });
  const counts: ImportCounts = { read: 0, accepted: 0, duplicates: 0, rejected: 0, reasons: {} };
  const send = async (events: SimulatedEvent[]): Promise<void> => {
    const answer = await client.sendEvents(toLines(events), { [importHeader]: started.id }, patienceMs);
    counts.read += events.length;
    counts.accepted += answer.accepted;
    counts.duplicates += answer.duplicates;
    counts.rejected += answer.rejected;
  };
  let waiting: SimulatedEvent[] = [];
  let inFlight: Promise<void> = Promise.resolve();
  for (let hour = model.bornMs; hour < model.historyEndMs; hour += hourMs) {
    signal.throwIfAborted();
    waiting.push(...trafficBetween(model, hour, hour + hourMs).filter(({ time }) => time < model.historyEndMs));
    if (waiting.length < eventsPerChunk) continue;
    await inFlight;
    inFlight = send(waiting);
    inFlight.catch(() => undefined);
    waiting = [];
    terminal.progress.show({
      label: 'simulate',
      ratio: (hour - model.bornMs) / (model.historyEndMs - model.bornMs),
      count: counts.read,
      unit: 'events',
      startedAt,
    });
  }
  await inFlight;
  if (waiting.length > 0) await send(waiting);
  const { counts: kept } = await client.call(progressImportRoute, {
    params: { id: started.id },
    body: { position: counts.read, counts, state: 'done' },
  });
  terminal.progress.clear();
  const n = (value: number) => value.toLocaleString('en-US');
  terminal.print(
    `${days} days: ${n(kept.read)} events = ${n(kept.accepted)} accepted + ${n(kept.duplicates)} duplicates + ${n(kept.rejected)} rejected`,
  );
  terminal.print(`  to take it back: bellwether import --undo ${started.id}`);
}

function toLines(events: readonly SimulatedEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Sends every event when its time has come. The last ten minutes are made first, so that visits are under way from the start. */
async function sendLive(call: Call, client: ServerClient, model: TrafficModel): Promise<void> {
  const { terminal, now, signal } = call;
  const startedAt = now();
  const queue = new EventQueue();
  let madeUntil = Math.floor((startedAt - 600_000) / sliceMs) * sliceMs;
  let sent = 0;
  while (!signal.aborted) {
    for (; madeUntil < now() + tickMs; madeUntil += sliceMs)
      queue.add(trafficBetween(model, madeUntil, madeUntil + sliceMs).filter(({ time }) => time >= startedAt));
    const due = queue.takeUntil(now());
    if (due.length > 0) await client.sendEvents(toLines(due), {}, patienceMs);
    sent += due.length;
    terminal.progress.show({ label: 'live', ratio: null, count: sent, unit: 'events', startedAt });
    await pause(tickMs, undefined, { signal }).catch(() => undefined);
  }
  terminal.progress.clear();
  terminal.tell(`${sent.toLocaleString('en-US')} events sent live`);
}

/** Events that wait for their time. */
class EventQueue {
  private events: SimulatedEvent[] = [];

  add(more: readonly SimulatedEvent[]): void {
    this.events = [...this.events, ...more].sort((a, b) => a.time - b.time);
  }

  takeUntil(epochMs: number): SimulatedEvent[] {
    const end = this.events.findIndex(({ time }) => time > epochMs);
    return this.events.splice(0, end === -1 ? this.events.length : end);
  }
}
