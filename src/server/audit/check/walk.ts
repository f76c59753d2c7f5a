/** Walks over a whole chain in the catalog: read in blocks here, hashed in a worker thread where it is long. */
import { Worker } from 'node:worker_threads';
import { readLines, type LineRange } from '../../catalog/lines.ts';
import type { Catalog } from '../../catalog/schema.ts';
import type { CheckAnswer, CheckRequest } from './check-worker.ts';
import { LineChecker, type CheckReport } from './line-checker.ts';

/** Lines in one read: about 0.5 ms of SQLite, which stands still for others meanwhile; PostgreSQL is a journey away. */
const linesPerBlock = { sqlite: 1_000, postgres: 4_000 };
/** From here on a worker pays. */
const longChain = 20_000;
/** Blocks that may wait for the worker. */
const blocksAhead = 3;

/** A stretch of a chain. */
export interface Stretch {
  table: 'audit_entries' | 'audit_heads';
  columns: readonly string[];
  workspaceId: string;
  by: 'seq' | 'number';
  from: number;
  to: number;
  /** what the line of number `from` follows */
  previous: string;
}

/** Checks the lines of `stretch`. `onProgress` hears how many lines are behind it. */
export async function walk(
  catalog: Catalog,
  stretch: Stretch,
  options: { signal?: AbortSignal; onProgress?: (lines: number) => void } = {},
): Promise<CheckReport> {
  const checking = stretch.to - stretch.from >= longChain ? openWorker() : openInline();
  try {
    checking.begin(stretch.previous, stretch.from);
    for await (const { block, to } of readBlocks(catalog, stretch)) {
      options.signal?.throwIfAborted();
      if (block.length > 0) await checking.take(block);
      options.onProgress?.(to - stretch.from + 1);
    }
    return await checking.finish(stretch.to);
  } finally {
    await checking.close();
  }
}

interface Block {
  block: Uint8Array;
  /** the last number that it may hold */
  to: number;
}

/** All lines in order; the next block is under way while one is looked at. */
async function* readBlocks(catalog: Catalog, stretch: Stretch): AsyncGenerator<Block> {
  const read = async (from: number): Promise<Block> => {
    const to = Math.min(from + linesPerBlock[catalog.dialect] - 1, stretch.to);
    return { block: await readLines(catalog, rangeOf(stretch, from, to)), to };
  };
  let next: Promise<Block> | null = stretch.from <= stretch.to ? read(stretch.from) : null;
  while (next !== null) {
    const { block, to } = await next;
    // A number that was bent may lie far away: an empty block is followed by the next one that is not.
    const from = block.length > 0 ? to + 1 : await nextNumber(catalog, stretch, to + 1);
    next = from <= stretch.to ? read(from) : null;
    // Whoever stops in between does not wait for it.
    next?.catch(() => undefined);
    yield { block, to };
  }
}

/** The first number from `from` on that is there; beyond the end where there is none. */
async function nextNumber({ db }: Catalog, { table, by, workspaceId, to }: Stretch, from: number): Promise<number> {
  const row = await db
    .selectFrom(table as 'audit_entries')
    .select(by as 'seq')
    .where('workspace_id', '=', workspaceId)
    .where(by as 'seq', '>=', from)
    .where(by as 'seq', '<=', to)
    .orderBy(by as 'seq')
    .limit(1)
    .executeTakeFirst();
  return (row as Record<string, number> | undefined)?.[by] ?? to + 1;
}

function rangeOf({ table, columns, workspaceId, by }: Stretch, from: number, to: number): LineRange<'audit_entries'> {
  return { table, columns, workspaceId, by, from, to } as LineRange<'audit_entries'>;
}

interface Checking {
  begin(previous: string, first: number): void;
  take(block: Uint8Array): Promise<void>;
  finish(lastNumber: number): Promise<CheckReport>;
  close(): Promise<unknown>;
}

function openInline(): Checking {
  let checker: LineChecker;
  return {
    begin: (previous, first) => void (checker = new LineChecker(previous, first)),
    take: (block) => {
      checker.take(block);
      // lets others have their turn
      return new Promise((resolve) => setImmediate(resolve));
    },
    finish: (lastNumber) => Promise.resolve(checker.finish(lastNumber)),
    close: () => Promise.resolve(),
  };
}

function openWorker(): Checking {
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { name: 'audit-check' });
  const send = (request: CheckRequest, transfer: ArrayBuffer[] = []) => worker.postMessage(request, transfer);
  const state: { ahead: number; failure: Error | null; report: CheckReport | null } = { ahead: 0, failure: null, report: null };
  let wake: () => void = () => undefined;
  worker.on('message', (answer: CheckAnswer) => {
    if ('report' in answer) state.report = answer.report;
    else state.ahead--;
    wake();
  });
  worker.on('error', (error: Error) => {
    state.failure = error;
    wake();
  });
  const waitUntil = async (isDone: () => boolean): Promise<void> => {
    while (!isDone() && state.failure === null) await new Promise<void>((resolve) => (wake = resolve));
    if (state.failure !== null) throw state.failure;
  };
  return {
    begin: (previous, first) => send({ begin: { previous, first } }),
    take: async (block) => {
      state.ahead++;
      const isWhole = block.byteOffset === 0 && block.byteLength === block.buffer.byteLength;
      send({ block }, isWhole ? [block.buffer as ArrayBuffer] : []);
      await waitUntil(() => state.ahead < blocksAhead);
    },
    finish: async (lastNumber) => {
      send({ finish: lastNumber });
      await waitUntil(() => state.report !== null);
      return state.report!;
    },
    close: () => worker.terminate(),
  };
}
