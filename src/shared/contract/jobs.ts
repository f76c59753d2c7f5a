/** The background jobs of the installation. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** A job as it is listed. */
export const jobAnswer = z.object({
  id: z.number(),
  kind: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  /** not before this instant */
  runAt: z.string(),
  attempts: z.number(),
  maxAttempts: z.number(),
  lastError: z.string().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});

/** A parsed {@link jobAnswer}. */
export type JobAnswer = z.infer<typeof jobAnswer>;

/** The newest jobs. */
export const jobsRoute = {
  method: 'GET',
  path: '/api/admin/jobs',
  operation: 'jobs',
  summary: 'Background jobs of this workspace and of the installation, newest first; ended ones are kept for a week.',
  tag: 'system',
  access: 'workspace:manage',
  query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
  answer: z.object({ jobs: z.array(jobAnswer) }),
} as const satisfies Route;
