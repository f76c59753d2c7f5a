/** Entry of the warehouse child: chDB behind ClickHouse's HTTP interface on loopback. Lives exactly as long as its parent. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadChdbAddon } from './chdb-addon.ts';
import type { ChildOptions, FromChild, ToChild } from '../child-messages.ts';
import { Engine } from './engine.ts';
import { createHttpInterface } from './http-interface.ts';
import { IncomingBodies } from './incoming-body.ts';

/** How long running statements may take to end after they were killed. */
const closeTimeoutMs = 3_000;
const parentPollMs = 1_000;

const parentPid = process.ppid;
let engine: Engine | null = null;
let server: Server | null = null;
let isStopping = false;

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

function start(options: ChildOptions): void {
  try {
    engine = new Engine(loadChdbAddon(), options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', message: `${message}. Another process may be using this folder, or it cannot be written.` });
    process.disconnect();
    return;
  }
  const listening = createHttpInterface(engine, new IncomingBodies('incoming'), options.secret);
  listening.listen(0, '127.0.0.1', () => tell({ kind: 'ready', port: (listening.address() as AddressInfo).port }));
  server = listening;
}

/** Ends cleanly if it can; SIGKILL skips whatever the engine's own exit might hang in. */
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), closeTimeoutMs + 1_000);
  server?.close();
  await engine?.close(closeTimeoutMs).catch(() => undefined);
  server?.closeAllConnections();
  process.exit(0);
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'start') start(message.options);
  else if (message.kind === 'stop') void stop();
  else
    void engine?.ping().then(
      () => tell({ kind: 'pong', n: message.n }),
      () => undefined,
    );
});

// The parent decides when this ends: a Ctrl-C reaches the whole process group, and the parent still has rows to commit.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => void stop());
setInterval(() => {
  if (process.ppid !== parentPid) void stop();
}, parentPollMs).unref();
