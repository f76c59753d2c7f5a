/** Runs one claimed job: keeps its lease, and notes how it ended. */
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { backoffMs } from './backoff.ts';
import { extendLease, failJob, finishJob, releaseJob, retryJob, type ClaimedJob, type Lease } from './store.ts';

/** What a handler is given. */
export interface JobCall {
  id: number;
  workspaceId: string | null;
  payload: unknown;
  /** 1 on the first try; a job may run again after a crash, so handlers are idempotent */
  attempt: number;
  /** aborts when the server stops or the lease was lost; then throw, and the job runs again later */
  signal: AbortSignal;
}

/** Does one job; what it throws is noted, and the job is tried again. */
export type JobHandler = (call: JobCall) => Promise<void>;

/** What a run works with. */
export interface RunParts {
  db: CatalogDatabase;
  clock: Clock;
  random: () => number;
  log: Log;
  owner: string;
  leaseMs: number;
}

/** Resolves when the job has ended and that is noted; never rejects. */
export async function runJob(parts: RunParts, job: ClaimedJob, handler: JobHandler, stopping: AbortSignal): Promise<void> {
  const { db, clock, log, leaseMs } = parts;
  const lease: Lease = { id: job.id, owner: parts.owner, attempt: job.attempt };
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    extendLease(db, lease, clock.now() + leaseMs).then(
      (isOurs) => isOurs || lost.abort(new Error('The lease was lost.')),
      (error: unknown) => log.warn({ err: error, job: job.id }, 'could not extend the lease of a job'),
    );
  }, leaseMs / 3);
  try {
    const failure = await attempt(job, handler, AbortSignal.any([stopping, lost.signal]));
    if (failure === null) await finishJob(db, lease, clock.now());
    else if (stopping.aborted) await releaseJob(db, lease, clock.now());
    else await noteFailure(parts, job, lease, failure);
  } catch (error) {
    log.error({ err: error, job: job.id, kind: job.kind }, 'could not note how a job ended; it runs again when its lease is over');
  } finally {
    clearInterval(heartbeat);
  }
}

async function attempt(job: ClaimedJob, handler: JobHandler, signal: AbortSignal): Promise<Error | null> {
  // Claimed once more than allowed only when its worker died every time: then the job may be what kills it.
  if (job.attempt > job.maxAttempts) return new Error('The worker ended during the last attempt.');
  try {
    signal.throwIfAborted();
    await handler({ id: job.id, workspaceId: job.workspaceId, payload: job.payload, attempt: job.attempt, signal });
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function noteFailure({ db, clock, random, log }: RunParts, job: ClaimedJob, lease: Lease, failure: Error): Promise<void> {
  const reason = failure.message.slice(0, 1_000);
  const isLast = job.attempt >= job.maxAttempts;
  log.warn({ err: failure, job: job.id, kind: job.kind, attempt: job.attempt, isLast }, 'a job failed');
  if (isLast) await failJob(db, lease, clock.now(), reason);
  else await retryJob(db, lease, clock.now() + backoffMs(job.attempt, random), reason);
}
