/** Lists the background jobs. */
import { jobsRoute, type JobAnswer } from '../../shared/contract/jobs.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** A job as the runner lists it; instants in epoch ms. */
export interface JobListing {
  id: number;
  kind: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  runMs: number;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  createdMs: number;
  finishedMs: number | null;
}

/** The route of src/shared/contract/jobs.ts. */
export function jobRoutes(list: (workspaceId: string, limit: number) => Promise<JobListing[]>): RouteBinding[] {
  return [
    bindRoute(jobsRoute, async ({ principal, query }) => {
      const listed = await list(principal.workspaceId, query.limit);
      return { jobs: listed.map(jobAnswerOf) };
    }),
  ];
}

function jobAnswerOf({ id, kind, state, runMs, attempts, maxAttempts, lastError, createdMs, finishedMs }: JobListing): JobAnswer {
  const runAt = new Date(runMs).toISOString();
  const createdAt = new Date(createdMs).toISOString();
  const finishedAt = finishedMs === null ? null : new Date(finishedMs).toISOString();
  return { id, kind, state, runAt, attempts, maxAttempts, lastError, createdAt, finishedAt };
}
