/**
 * Measures the way of an event from durable to the last socket write and to the callback of every client, beside a bare
 * Socket.IO broadcast of the same message to the same clients, and the memory of a connection.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { Socket as TcpSocket, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';
import { createLive } from '../src/server/live/live.ts';
import type { Log } from '../src/server/ports/log.ts';
import type { Event } from '../src/shared/model/event.ts';
import { markdownTable } from './measure.ts';
import { principalFor } from '../test/fixtures/principals.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000,10000' },
    samples: { type: 'string', default: '30' },
    /** events a second in the second part; 0: only single events */
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const sizes = values.clients.split(',').map(Number);
/** in the process of one rival; the first of many otherwise */
const clients = sizes[0] ?? 1000;
const samples = Number(values.samples);
const now = () => performance.timeOrigin + performance.now();
const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let lastWriteMs = 0;
const write = TcpSocket.prototype.write;
TcpSocket.prototype.write = function (this: TcpSocket, ...args: Parameters<typeof write>) {
  const result = write.apply(this, args);
  // heartbeats are shorter
  if ((args[0] as Buffer).length > 500) lastWriteMs = performance.now();
  return result;
} as typeof write;

interface Rival {
  name: string;
  subscribe: object | null;
  send(events: Event[]): void;
  close(): void;
}

function live(httpServer: HttpServer): Rival {
  const server = createLive({
    httpServer,
    trail: async () => undefined,
    whereOf: ({ address }) => ({ address, country: null }),
    tries: { assertMayTry: () => undefined, noteTry: () => undefined, countSubscription: () => undefined },
    authenticate: () => Promise.resolve(principalFor('api-key', 'w', 'k', ['ask'])),
    ask: () => Promise.reject(new Error('not asked here')),
    warehouse: {
      ask: () => Promise.reject(new Error('not asked here')),
      health: () => ({ state: 'ready', restarts: 0, lastError: null, pid: null }),
      onHealth: () => () => undefined,
    },
    identityGeneration: async () => 0,
    assertMayAsk: async () => undefined,
    maskSalt: () => '',
    allowedOrigins: [],
    clock: { now: Date.now },
    stopwatch: () => performance.now(),
    log: silent,
  });
  const send = (events: Event[]) => {
    const atMs = Date.now();
    server.onAccepted({ workspaceId: 'w', source: 'http', events, durableMs: atMs, receivedMs: atMs, isBackfill: false });
    server.onCommit({ workspaceId: 'w', dataset: 'events', hours: [], watermarkMs: atMs });
  };
  return { name: 'Bellwether', subscribe: { id: 'activity', channel: 'activity' }, send, close: () => server.close() };
}

function bare(httpServer: HttpServer): Rival {
  const io = new Server(httpServer, { serveClient: false });
  let n = 0;
  const send = (events: Event[]) => {
    const activities = events.map(({ timeMs, name, user, anonymous, properties }) => ({
      n: n++,
      name,
      time: new Date(timeMs).toISOString(),
      user,
      anonymous,
      properties,
    }));
    io.emit('data', { id: 'activity', seq: n, kind: 'delta', channel: 'activity', activities });
  };
  return { name: 'bare Socket.IO', subscribe: null, send, close: () => io.disconnectSockets(true) };
}

/** An event whose message is about 1 KB. */
function sampleEvent(): Event {
  const text = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`property_${i}`, 'x'.repeat(90)]));
  return { name: 'purchase', id: '', timeMs: Date.now(), user: 'u_1', anonymous: '', session: '', properties: { sentMs: now(), ...text } };
}

/** What the clients heard since the last report. */
interface Report {
  delaysMs: number[];
  messages: number;
}

async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  child.send(message);
  return ((await once(child, 'message')) as [T])[0];
}

const at = (sorted: number[], ratio: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))] ?? NaN;
const figures = (delaysMs: number[]) => {
  const sorted = delaysMs.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};

/** Single events, each long after the one before: when the last socket was written, and when clients heard. */
async function measureSingle(rival: Rival, child: ChildProcess) {
  const writes: number[] = [];
  let cpu = process.cpuUsage();
  for (let i = -3; i < samples; i++) {
    if (i === 0) {
      await ask(child, 'report');
      cpu = process.cpuUsage();
    }
    const fromMs = performance.now();
    rival.send([sampleEvent()]);
    await sleep(200 + clients / 10 + Math.random() * 100);
    if (i >= 0) writes.push(lastWriteMs - fromMs);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    writes: figures(writes),
    cpuUsPerMessage: (user + system) / samples / clients,
    heard: figures((await ask<Report>(child, 'report')).delaysMs),
  };
}

/** A steady stream of events. */
async function measureStream(rival: Rival, child: ChildProcess) {
  const rate = Number(values.rate);
  const from = { cpu: process.cpuUsage(), ms: performance.now() };
  for (let i = 0; i < rate * Number(values.seconds); i++) {
    rival.send([sampleEvent()]);
    const dueMs = from.ms + ((i + 1) * 1000) / rate;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
  }
  await sleep(1_000);
  const cpu = process.cpuUsage(from.cpu);
  const { delaysMs, messages } = await ask<Report>(child, 'report');
  const cpuUs = cpu.user + cpu.system;
  return { heard: figures(delaysMs), cpuRatio: cpuUs / 1000 / (performance.now() - from.ms), cpuUsPerMessage: cpuUs / messages };
}

async function run(open: (httpServer: HttpServer) => Rival) {
  const httpServer = createServer();
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const rival = open(httpServer);
  const child = fork(fileURLToPath(new URL('live-clients.ts', import.meta.url)), { serialization: 'advanced' });
  globalThis.gc?.();
  const before = process.memoryUsage();
  await ask(child, { url: `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`, clients, subscribe: rival.subscribe });
  await sleep(500);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const single = await measureSingle(rival, child);
  const stream = Number(values.rate) > 0 ? await measureStream(rival, child) : null;
  await ask(child, 'leave');
  child.disconnect();
  rival.close();
  httpServer.closeAllConnections();
  httpServer.close();
  const perSocket = (a: number, b: number) => (b - a) / clients / 1024;
  return { name: rival.name, single, stream, rssKb: perSocket(before.rss, after.rss), heapKb: perSocket(before.heapUsed, after.heapUsed) };
}

const ms = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
const pair = (pair: { p50: number; p99: number } | undefined) => `${ms(pair?.p50)} / ${ms(pair?.p99)}`;

type Measured = Awaited<ReturnType<typeof run>>;

/** Each rival in a process of its own, so that neither inherits the other's heap. */
async function measureApart(rival: string, size: number): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--clients', String(size), '--only', rival], {
    execArgv: ['--expose-gc'],
  });
  return ((await once(child, 'message')) as [Measured])[0];
}

function row(size: number, { name, single, stream, rssKb, heapKb }: Measured): string[] {
  const cpu = stream === null ? '-' : `${(stream.cpuRatio * 100).toFixed(0)} %`;
  const cost = `${ms(single.cpuUsPerMessage)} / ${ms(stream?.cpuUsPerMessage)}`;
  return [
    size.toLocaleString('en'),
    name,
    pair(single.writes),
    pair(single.heard),
    pair(stream?.heard),
    cpu,
    cost,
    `${ms(rssKb)} / ${ms(heapKb)}`,
  ];
}

async function compare() {
  const rows: string[][] = [];
  for (const size of sizes) for (const rival of ['bare', 'live']) rows.push(row(size, await measureApart(rival, size)));
  const header = [
    'clients',
    'server',
    'one event: last write',
    'one event: heard',
    `${values.rate} events/s: heard`,
    'core',
    'CPU us a message and socket: one / many',
    'kB a socket: rss / heap',
  ];
  console.log('An event of 1 KB from durable to the last socket write, and to the callback of every client; p50 / p99 in ms.');
  console.log('Budgets, p99 for 1,000 / 10,000 clients: last write 50 / 150 ms, heard 150 / 500 ms.\n');
  console.log(markdownTable(header, rows));
}

if (values.only === undefined) await compare();
else process.send?.(await run(values.only === 'bare' ? bare : live));
process.exit(0);
