/** Answers about dashboards. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  createDashboardRoute,
  dashboardRoute,
  dashboardsRoute,
  deleteDashboardRoute,
  replaceDashboardRoute,
  type DashboardAnswer,
} from '../../shared/contract/dashboards.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Dashboards } from '../dashboard/dashboards.ts';
import type { Dashboard } from '../dashboard/store.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/dashboards.ts. */
export function dashboardRoutes(dashboards: Dashboards): RouteBinding[] {
  return [
    bindRoute(dashboardsRoute, async ({ principal, query: { limit, after } }) => {
      const page = await dashboards.list(principal.workspaceId, limit, after ?? null);
      const summaries = page.dashboards.map(({ panels, ...dashboard }) => ({ ...factsOf(dashboard), panelCount: panels.length }));
      return { dashboards: summaries, next: page.next };
    }),
    bindRoute(createDashboardRoute, async ({ principal, body, reply, note }) => {
      const made = await dashboards.create(principal.workspaceId, body);
      note({ target: { kind: 'dashboard', id: made.id } });
      reply.code(201);
      return answer(reply, made);
    }),
    bindRoute(dashboardRoute, async ({ principal, params, reply }) => answer(reply, await dashboards.read(principal, params.id))),
    bindRoute(replaceDashboardRoute, async ({ principal, params, body, request, reply }) =>
      answer(reply, await dashboards.replace(principal.workspaceId, params.id, versionOf(request), body)),
    ),
    bindRoute(deleteDashboardRoute, ({ principal, params }) => dashboards.remove(principal.workspaceId, params.id)),
  ];
}

function answer(reply: FastifyReply, { panels, ...dashboard }: Dashboard): { dashboard: DashboardAnswer } {
  reply.header('etag', `"${dashboard.version}"`);
  return { dashboard: { ...factsOf(dashboard), panels } };
}

function factsOf({ id, name, description, version, createdMs, updatedMs }: Omit<Dashboard, 'panels'>) {
  return { id, name, description, version, createdAt: new Date(createdMs).toISOString(), updatedAt: new Date(updatedMs).toISOString() };
}

/** The version that the caller has read; null: whatever is there. @throws REQUEST_INVALID without it */
function versionOf(request: FastifyRequest): number | null {
  const wanted = request.headers['if-match'];
  if (wanted === '*') return null;
  const match = /^(?:W\/)?"?(\d{1,15})"?$/.exec(wanted ?? '');
  if (match !== null) return Number(match[1]);
  throw new Problem(
    'REQUEST_INVALID',
    'Send the header If-Match with the ETag of the dashboard as you read it, or "*" to replace whatever is there.',
  );
}
