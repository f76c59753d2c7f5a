/** The worker thread that sorts, writes and merges runs, so that lookups go on meanwhile. */
import { parentPort } from 'node:worker_threads';
import { type FlushJob, type MergeJob, writeFlush, writeMerge } from './merge.ts';
import type { RunIndex } from './run-writer.ts';

/** What the worker is asked for. */
export type RunJob = { kind: 'flush'; job: FlushJob } | { kind: 'merge'; job: MergeJob };
/** What it answers. */
export type RunAnswer = { index: RunIndex } | { error: string; code: string | null };

parentPort?.on('message', (request: RunJob) => {
  try {
    const index = request.kind === 'flush' ? writeFlush(request.job) : writeMerge(request.job);
    parentPort?.postMessage({ index } satisfies RunAnswer, [index.fence.buffer, index.filter.bits.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ error: String(error), code: (error as NodeJS.ErrnoException).code ?? null } satisfies RunAnswer);
  }
});
