/** Has runs written by a worker thread, one at a time; the thread lives only while there is work. */
import { Worker } from 'node:worker_threads';
import type { FlushJob, MergeJob } from './merge.ts';
import type { RunAnswer, RunJob } from './merge-worker.ts';
import type { RunIndex } from './run-writer.ts';

const idleMs = 10_000;

/** Writes runs one after the other. */
export class RunBuilder {
  #worker: Worker | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  flush(job: FlushJob): Promise<RunIndex> {
    return this.#queue({ kind: 'flush', job });
  }

  merge(job: MergeJob): Promise<RunIndex> {
    return this.#queue({ kind: 'merge', job });
  }

  /** Ends the thread; what it is writing is given up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  #queue(request: RunJob): Promise<RunIndex> {
    const answer = this.#last.then(() => this.#run(request));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #run(request: RunJob): Promise<RunIndex> {
    if (this.#isClosed) throw new Error('the id window is closed');
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    try {
      return await ask(this.#worker, request);
    } finally {
      this.#idleTimer = setTimeout(() => void this.#end(), idleMs).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./merge-worker.ts', import.meta.url), { name: 'id-window' });
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    return worker;
  }

  async #end(): Promise<void> {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

function ask(worker: Worker, request: RunJob): Promise<RunIndex> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', onAnswer).off('error', onError).off('exit', onExit);
      act();
    };
    const onAnswer = (answer: RunAnswer): void =>
      settle(() => ('index' in answer ? resolve(answer.index) : reject(Object.assign(new Error(answer.error), { code: answer.code }))));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (): void => settle(() => reject(new Error('the id window is closed')));
    worker.on('message', onAnswer).on('error', onError).on('exit', onExit);
    const handOver = request.kind === 'flush' ? [request.job.keys.buffer] : [];
    worker.postMessage(request, handOver);
  });
}
