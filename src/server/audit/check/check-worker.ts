/** The worker thread that checks long chains, so that the server goes on meanwhile. */
import { parentPort } from 'node:worker_threads';
import { LineChecker, type CheckReport } from './line-checker.ts';

/** What the worker is asked for: one walk, its blocks in order, then its end. */
export type CheckRequest = { begin: { previous: string; first: number } } | { block: Uint8Array } | { finish: number };
/** What it answers: each block is acknowledged, the end with the report. */
export type CheckAnswer = { taken: true } | { report: CheckReport };

let checker = new LineChecker('', 0);

parentPort?.on('message', (request: CheckRequest) => {
  if ('begin' in request) checker = new LineChecker(request.begin.previous, request.begin.first);
  else if ('block' in request) {
    checker.take(request.block);
    parentPort?.postMessage({ taken: true } satisfies CheckAnswer);
  } else parentPort?.postMessage({ report: checker.finish(request.finish) } satisfies CheckAnswer);
});
