/** The jobs of the catalog. Every change of a running job asks for its lease, so that a worker that lost it changes nothing. */
import type { CatalogDatabase } from '../catalog/schema.ts';

/** A job that was claimed. */
export interface ClaimedJob {
  id: number;
  kind: string;
  workspaceId: string | null;
  payload: unknown;
  /** 1 on the first try */
  attempt: number;
  maxAttempts: number;
}

/** A job to be done. */
export interface NewJob {
  kind: string;
  payload: unknown;
  workspaceId: string | null;
  runMs: number;
  maxAttempts: number;
  /** of one kind and key at most one is queued or running */
  singletonKey: string | null;
  createdMs: number;
}

/** A job as it is listed. */
export interface ListedJob {
  id: number;
  kind: string;
  workspaceId: string | null;
  state: 'queued' | 'running' | 'done' | 'failed';
  runMs: number;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  createdMs: number;
  finishedMs: number | null;
}

/** Adds a job; null when one of its singleton key is queued or running already. */
export async function insertJob(db: CatalogDatabase, job: NewJob): Promise<number | null> {
  const row = await db
    .insertInto('jobs')
    .values({
      kind: job.kind,
      workspace_id: job.workspaceId,
      payload: JSON.stringify(job.payload ?? null),
      state: 'queued',
      run_at: job.runMs,
      attempts: 0,
      max_attempts: job.maxAttempts,
      singleton_key: job.singletonKey,
      lease_owner: null,
      lease_until: null,
      last_error: null,
      created_at: job.createdMs,
      finished_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** What a worker claims. */
export interface Claim {
  owner: string;
  kinds: readonly string[];
  limit: number;
  nowMs: number;
  leaseMs: number;
}

/**
 * Takes due jobs, and running ones whose lease has run out because their worker is gone.
 *
 * TRICKY: the condition stands twice. PostgreSQL picks the ids first and may then wait for another worker's update of such a
 * row; afterwards it asks only the outer condition again, which no longer holds. SQLite has one writer anyway.
 */
export async function claimJobs(db: CatalogDatabase, { owner, kinds, limit, nowMs, leaseMs }: Claim): Promise<ClaimedJob[]> {
  if (kinds.length === 0 || limit <= 0) return [];
  const rows = await db
    .updateTable('jobs')
    .set((e) => ({ state: 'running', lease_owner: owner, lease_until: nowMs + leaseMs, attempts: e('attempts', '+', 1) }))
    .where((e) =>
      e.and([
        e(
          'id',
          'in',
          e
            .selectFrom('jobs')
            .select('id')
            .where('kind', 'in', kinds)
            .where((inner) =>
              inner.or([
                inner.and([inner('state', '=', 'queued'), inner('run_at', '<=', nowMs)]),
                inner.and([inner('state', '=', 'running'), inner('lease_until', '<', nowMs)]),
              ]),
            )
            .orderBy('run_at')
            .orderBy('id')
            .limit(limit),
        ),
        e.or([
          e.and([e('state', '=', 'queued'), e('run_at', '<=', nowMs)]),
          e.and([e('state', '=', 'running'), e('lease_until', '<', nowMs)]),
        ]),
      ]),
    )
    .returning(['id', 'kind', 'workspace_id', 'payload', 'attempts', 'max_attempts'])
    .execute();
  return rows
    .map((row) => ({
      id: row.id,
      kind: row.kind,
      workspaceId: row.workspace_id,
      payload: JSON.parse(row.payload) as unknown,
      attempt: row.attempts,
      maxAttempts: row.max_attempts,
    }))
    .toSorted((a, b) => a.id - b.id);
}

/** Which running job is meant: the attempt too, for the same worker may have claimed it anew. */
export interface Lease {
  id: number;
  owner: string;
  attempt: number;
}

/** Lengthens the lease; false when it was lost. */
export async function extendLease(db: CatalogDatabase, lease: Lease, untilMs: number): Promise<boolean> {
  return settle(db, lease, { lease_until: untilMs });
}

/** Notes that the job is done; false when the lease was lost. */
export async function finishJob(db: CatalogDatabase, lease: Lease, nowMs: number): Promise<boolean> {
  return settle(db, lease, { ...free, state: 'done', finished_at: nowMs, last_error: null });
}

/** Notes that the job has failed for good; false when the lease was lost. */
export async function failJob(db: CatalogDatabase, lease: Lease, nowMs: number, reason: string): Promise<boolean> {
  return settle(db, lease, { ...free, state: 'failed', finished_at: nowMs, last_error: reason });
}

/** Queues the job for another attempt; false when the lease was lost. */
export async function retryJob(db: CatalogDatabase, lease: Lease, runMs: number, reason: string): Promise<boolean> {
  return settle(db, lease, { ...free, state: 'queued', run_at: runMs, last_error: reason });
}

/** Gives a job back that was not at fault, as when the server stops: the attempt does not count. */
export async function releaseJob(db: CatalogDatabase, lease: Lease, nowMs: number): Promise<boolean> {
  return settle(db, lease, { ...free, state: 'queued', run_at: nowMs, attempts: lease.attempt - 1 });
}

/** The newest jobs, newest first: those of one workspace and those of the installation; all for null. */
export async function listJobs(db: CatalogDatabase, workspaceId: string | null, limit: number): Promise<ListedJob[]> {
  let query = db
    .selectFrom('jobs')
    .select(['id', 'kind', 'workspace_id', 'state', 'run_at', 'attempts', 'max_attempts', 'last_error', 'created_at', 'finished_at'])
    .orderBy('id', 'desc')
    .limit(limit);
  if (workspaceId !== null) query = query.where((e) => e.or([e('workspace_id', '=', workspaceId), e('workspace_id', 'is', null)]));
  return (await query.execute()).map((row) => ({
    id: row.id,
    kind: row.kind,
    workspaceId: row.workspace_id,
    state: row.state as ListedJob['state'],
    runMs: row.run_at,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    lastError: row.last_error,
    createdMs: row.created_at,
    finishedMs: row.finished_at,
  }));
}

/** Deletes jobs that ended before `beforeMs`. */
export async function pruneJobs(db: CatalogDatabase, beforeMs: number): Promise<void> {
  await db.deleteFrom('jobs').where('state', 'in', ['done', 'failed']).where('finished_at', '<', beforeMs).execute();
}

const free = { lease_owner: null, lease_until: null };

interface JobChange {
  state?: string;
  run_at?: number;
  attempts?: number;
  lease_owner?: null;
  lease_until?: number | null;
  last_error?: string | null;
  finished_at?: number;
}

async function settle(db: CatalogDatabase, { id, owner, attempt }: Lease, change: JobChange): Promise<boolean> {
  const changed = await db
    .updateTable('jobs')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('lease_owner', '=', owner)
    .where('attempts', '=', attempt)
    .returning('id')
    .execute();
  return changed.length > 0;
}
