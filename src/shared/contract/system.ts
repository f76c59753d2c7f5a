/** Routes that tell how the server is. */
import { z } from 'zod';
import type { Route } from './route.ts';

const storeState = z.object({ state: z.enum(['ready', 'starting', 'down']), detail: z.string().nullable() });

/** How each store is; `isReady` only when all of them are. */
export const readiness = z.object({ isReady: z.boolean(), stores: z.record(z.string(), storeState) });
/** A parsed {@link readiness}. */
export type Readiness = z.infer<typeof readiness>;

/** The process answers. */
export const livenessRoute = {
  method: 'GET',
  path: '/healthz',
  operation: 'liveness',
  summary: 'Says that the process answers.',
  tag: 'system',
  access: 'public',
  limit: 'none',
  answer: z.object({ isAlive: z.literal(true) }),
} as const satisfies Route;

/** Each store answers. */
export const readinessRoute = {
  method: 'GET',
  path: '/readyz',
  operation: 'readiness',
  summary: 'Says whether each store answers; 503 while one does not.',
  tag: 'system',
  access: 'public',
  limit: 'none',
  answer: readiness,
} as const satisfies Route;

/** Counters and gauges for Prometheus. */
export const metricsRoute = {
  method: 'GET',
  path: '/metrics',
  operation: 'metrics',
  summary: 'Counters and gauges in the Prometheus text format.',
  tag: 'system',
  access: 'public',
  limit: 'none',
} as const satisfies Route;

/** What an operator wants to see at a glance. */
export const healthAnswer = z.object({
  version: z.string(),
  startedAt: z.string(),
  stores: z.record(z.string(), storeState),
  spool: z.object({
    segments: z.number(),
    pendingEvents: z.number(),
    pendingBytes: z.number(),
    oldestPendingMs: z.number().nullable(),
    isFull: z.boolean(),
  }),
  idWindow: z.object({ ids: z.number(), capacity: z.number(), oldestAt: z.string().nullable(), runs: z.number() }),
  warehouse: z.object({ state: z.string(), restarts: z.number(), lastError: z.string().nullable(), pid: z.number().nullable() }),
  process: z.object({ pid: z.number(), residentBytes: z.number(), heapBytes: z.number(), uptimeSeconds: z.number() }),
});

/** Health of every part. */
export const healthRoute = {
  method: 'GET',
  path: '/api/admin/health',
  operation: 'health',
  summary: 'Health of every part: stores, spool, id window, processes.',
  tag: 'system',
  access: 'workspace:manage',
  answer: healthAnswer,
} as const satisfies Route;
