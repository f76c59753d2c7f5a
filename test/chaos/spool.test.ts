/** Acknowledged events survive kill -9 of the server and of the warehouse, torn segments and a full disk: stored once, none lost. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { closeSpools, drainSpool, newestWritten, openTestSpool, spoolEntry, spoolFolder } from '../fixtures/open-spool.ts';
import { until } from '../fixtures/until.ts';
import type { ChaosAnswer, ChaosCommand } from './spool-process.ts';

const script = join(import.meta.dirname, 'spool-process.ts');
const eventsPerCall = 40;
const callsAtOnce = 8;

/** A sender that repeats every call until it is acknowledged, across restarts of the process. */
class Sender {
  readonly acknowledged = new Set<number>();
  warehousePid: number | null = null;
  stand: Extract<ChaosAnswer, { kind: 'stand' }> | null = null;
  readonly refused: string[] = [];
  readonly #waiting = new Map<number, number[]>();
  readonly #folder: string;
  #process: ChildProcess | null = null;
  #isReady = false;
  #isSending = true;
  #nextCall = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    this.#isReady = false;
    const child = spawn(process.execPath, [script, this.#folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (child === this.#process) this.#hear(JSON.parse(line) as ChaosAnswer);
    });
    await until(() => this.#isReady, 'the process to start');
    for (const [call, numbers] of this.#waiting) this.#send({ kind: 'take', call, numbers });
    while (this.#waiting.size < callsAtOnce) this.#callNext();
  }

  /** Kills the server; what was not acknowledged yet is sent again after the next start. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Waits for all calls, then for everything to be committed. */
  async finish(): Promise<Extract<ChaosAnswer, { kind: 'stand' }>> {
    this.#isSending = false;
    await until(() => this.#waiting.size === 0, 'all calls to be acknowledged');
    this.#send({ kind: 'stand' });
    await until(() => this.stand !== null, 'the spool to drain');
    return this.stand!;
  }

  #callNext(): void {
    const call = this.#nextCall++;
    const numbers = Array.from({ length: eventsPerCall }, (_, i) => call * eventsPerCall + i);
    this.#waiting.set(call, numbers);
    this.#send({ kind: 'take', call, numbers });
  }

  #send(command: ChaosCommand): void {
    this.#process?.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #hear(answer: ChaosAnswer): void {
    if (answer.kind === 'ready') {
      this.#isReady = true;
      this.warehousePid = answer.warehousePid;
    } else if (answer.kind === 'stand') {
      this.stand = answer;
    } else if (answer.kind === 'refused') {
      this.refused.push(answer.code);
      this.#send({ kind: 'take', call: answer.call, numbers: this.#waiting.get(answer.call) ?? [] });
    } else {
      for (const n of this.#waiting.get(answer.call) ?? []) this.acknowledged.add(n);
      this.#waiting.delete(answer.call);
      if (this.#isSending) this.#callNext();
    }
  }
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await closeSpools();
});

async function startSender(): Promise<{ sender: Sender; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-chaos-'));
  const sender = new Sender(folder);
  closers.push(
    () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
    () => sender.kill(),
  );
  await sender.start();
  return { sender, folder };
}

/** Some more events get through before the next blow, so that it falls at another point each time. */
async function progress(sender: Sender, events: number): Promise<void> {
  const goal = sender.acknowledged.size + events;
  await until(() => sender.acknowledged.size >= goal, `${events} more events to be acknowledged`);
}

async function expectAllOnce(sender: Sender): Promise<void> {
  const { stored, distinct, sum, ledger } = await sender.finish();
  const expected = sender.acknowledged.size;
  expect({ stored, distinct }).toEqual({ stored: expected, distinct: expected });
  expect(sum).toBe((expected * (expected - 1)) / 2);
  expect(ledger.accepted).toBe(expected);
  expect(ledger.stored).toBe(expected);
  expect(ledger.pending).toBe(0);
  expect(ledger.received).toBe(ledger.accepted! + ledger.duplicates! + ledger.rejected!);
  expect(sender.refused).toEqual([]);
}

describe('acknowledged events', () => {
  it('are stored once though the server is killed again and again, and its last segment is torn', async () => {
    const { sender, folder } = await startSender();
    for (const events of [120, 1_700, 40, 3_300]) {
      await progress(sender, events);
      await sender.kill();
      await appendFile(await newestWritten(join(folder, 'spool')), Buffer.alloc(events, 0xb5));
      await sender.start();
    }
    await progress(sender, 500);
    await expectAllOnce(sender);
  });

  it('are stored once though the warehouse is killed again and again', async () => {
    const { sender } = await startSender();
    for (const events of [200, 2_000, 700]) {
      await progress(sender, events);
      const pid = sender.warehousePid!;
      process.kill(pid, 'SIGKILL');
      await until(() => sender.warehousePid !== pid, 'the warehouse to come back');
    }
    await progress(sender, 500);
    await expectAllOnce(sender);
  });
});

/** A file system of `sizeKiB` that a test may fill, or null where none may be mounted. */
function maybeSmallDisk(folder: string, sizeKiB: number): (() => Promise<void>) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder], { stdio: 'ignore' });
    return async () => void execFileSync('umount', ['-l', folder]);
  } catch {
    return null;
  }
}

describe('a full disk', () => {
  it('refuses events, keeps what it acknowledged, and takes more once there is room', async (context) => {
    const folder = await spoolFolder();
    const unmount = maybeSmallDisk(folder, 512);
    if (!unmount) return context.skip('no file system may be mounted here');
    closers.push(unmount);
    const { spool } = await openTestSpool(folder);
    const kept: number[] = [];
    const refusals: string[] = [];
    const big = (n: number) =>
      spoolEntry(n, {
        rows: [{ table: 'events', month: 202611, count: 1, bytes: Buffer.from(`{"n":${n},"fill":"${'x'.repeat(20_000)}"}\n`) }],
      });
    for (let n = 0; n < 60; n++) {
      await spool.append(big(n)).then(
        () => kept.push(n),
        (error: { code: string }) => refusals.push(error.code),
      );
    }
    expect(kept.length).toBeGreaterThan(15);
    expect(refusals.length).toBeGreaterThan(20);
    expect(new Set(refusals)).toEqual(new Set(['DISK_FULL']));
    await spool.close();
    const again = await openTestSpool(folder);
    expect(again.spool.state().pendingEvents).toBe(kept.length);
    expect(await drainSpool(again.spool)).toEqual(kept);
    await again.spool.append(big(99));
    expect(await drainSpool(again.spool)).toEqual([99]);
    await again.spool.close();
  });
});
