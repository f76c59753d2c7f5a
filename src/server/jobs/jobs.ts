/** Runs jobs: claims them by lease, keeps the lease while they run, tries again what failed, and stops gracefully. */
import type { Catalog } from '../catalog/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { runJob, type JobHandler } from './run-job.ts';
import { fireDue, keepSchedule, type Schedule } from './schedules.ts';
import { claimJobs, insertJob, listJobs, pruneJobs, type ListedJob } from './store.ts';

/** Wishes about a new job. */
export interface EnqueueOptions {
  workspaceId?: string;
  /** not before this instant, epoch ms */
  runMs?: number;
  /** default 5 */
  maxAttempts?: number;
  /** of one kind and key at most one job is queued or running */
  singletonKey?: string;
}

/** What jobs run on. */
export interface JobsParts {
  catalog: Catalog;
  clock: Clock;
  /** 0 <= n < 1, for the jitter of retries */
  random: () => number;
  log: Log;
  /** names this process in leases; unique among the nodes */
  owner: string;
  /** default 1,000: how often the catalog is asked for due jobs */
  pollMs?: number;
  /** default 60,000; longer than clocks of the nodes differ */
  leaseMs?: number;
  /** default 2: jobs that run at the same time on this node */
  concurrency?: number;
}

/** The job runner of this node. */
export interface Jobs {
  /** Says how jobs of `kind` are done. Before `start`. */
  register(kind: string, handler: JobHandler): void;
  /** The id of the new job; null when one of its singleton key is queued or running. */
  enqueue(kind: string, payload: unknown, options?: EnqueueOptions): Promise<number | null>;
  /** Keeps a schedule and fires it from this node too. */
  schedule(schedule: Omit<Schedule, 'timezone' | 'payload' | 'maxAttempts'> & Partial<Schedule>): Promise<void>;
  list(workspaceId: string | null, limit: number): Promise<ListedJob[]>;
  start(): void;
  /** Claims nothing more, aborts what runs and gives it back; resolves when all have ended, or after `graceMs` (default 10,000). */
  stop(graceMs?: number): Promise<void>;
}

const keptAfterEndMs = 7 * 86_400_000;
const pruneEveryMs = 3_600_000;

/** A runner, not yet started. */
export function createJobs(parts: JobsParts): Jobs {
  const { clock, random, log, owner, pollMs = 1_000, concurrency = 2, leaseMs = 60_000 } = parts;
  const { db } = parts.catalog;
  const handlers = new Map<string, JobHandler>();
  const schedules = new Map<string, Schedule>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let polling = Promise.resolve();
  let isPollWaiting = false;
  let prunedMs = -Infinity;

  const fill = async (): Promise<void> => {
    const limit = concurrency - running.size;
    const claimed = await claimJobs(db, { owner, kinds: [...handlers.keys()], limit, nowMs: clock.now(), leaseMs });
    for (const job of claimed) {
      const run = runJob({ db, clock, random, log, owner, leaseMs }, job, handlers.get(job.kind)!, stopping.signal).finally(() => {
        running.delete(run);
        wake();
      });
      running.add(run);
    }
  };
  const poll = async (): Promise<void> => {
    isPollWaiting = false;
    if (stopping.signal.aborted) return;
    try {
      await fireDue(db, schedules, clock.now());
      await fill();
      if (clock.now() - prunedMs > pruneEveryMs) {
        prunedMs = clock.now();
        await pruneJobs(db, prunedMs - keptAfterEndMs);
      }
    } catch (error) {
      log.warn({ err: error }, 'could not ask the catalog for jobs');
    }
  };
  /** Polls now instead of later; polls of one node never overlap, and at most one waits. */
  const wake = (): void => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = setTimeout(wake, pollMs);
    if (isPollWaiting) return;
    isPollWaiting = true;
    polling = polling.then(poll);
  };

  return {
    register: (kind, handler) => void handlers.set(kind, handler),
    enqueue: async (kind, payload, options = {}) => {
      const createdMs = clock.now();
      const { workspaceId = null, runMs = createdMs, maxAttempts = 5, singletonKey = null } = options;
      const id = await insertJob(db, { kind, payload, workspaceId, runMs, maxAttempts, singletonKey, createdMs });
      if (id !== null && handlers.has(kind)) wake();
      return id;
    },
    schedule: async (given) => {
      const schedule = { timezone: 'UTC', payload: null, maxAttempts: 3, ...given };
      await keepSchedule(db, schedule, clock.now());
      schedules.set(schedule.name, schedule);
    },
    list: (workspaceId, limit) => listJobs(db, workspaceId, limit),
    start: () => {
      timer ??= setTimeout(wake, 0);
    },
    stop: async (graceMs = 10_000) => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      stopping.abort(new Error('The server is stopping.'));
      await polling;
      await endedOrLate([...running], graceMs);
    },
  };
}

async function endedOrLate(running: Promise<void>[], graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.all(running), late]);
  clearTimeout(timer);
}
