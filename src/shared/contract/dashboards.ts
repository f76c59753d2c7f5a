/** Dashboards: named boards of panels, each of which shows the answer to a query. */
import { z } from 'zod';
import { querySchema } from '../model/query.ts';
import type { Route } from './route.ts';

/** A panel: a title above the answer to a query. */
export const panelSchema = z.strictObject({
  /** unique in its dashboard, and kept when the panel moves or changes */
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
  title: z.string().trim().max(200).default(''),
  /** how it is drawn; without it as suits the answer */
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower case letters, digits and "-"')
    .optional(),
  query: querySchema,
});
/** A parsed {@link panelSchema}. */
export type Panel = z.output<typeof panelSchema>;

/** What a dashboard is made of. */
export const dashboardBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  description: z.string().trim().max(1_000).default(''),
  panels: z
    .array(panelSchema)
    .max(100)
    .default([])
    .refine((panels) => new Set(panels.map((panel) => panel.id)).size === panels.length, { message: 'two panels have the same id' }),
});
/** A parsed {@link dashboardBody}. */
export type DashboardBody = z.output<typeof dashboardBody>;

/** A dashboard with what is known of it. */
export const dashboardAnswer = z.object({
  id: z.string(),
  /** rises with every change; the answer has it as `ETag` too */
  version: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  ...dashboardBody.shape,
});
/** A parsed {@link dashboardAnswer}. */
export type DashboardAnswer = z.output<typeof dashboardAnswer>;

/** A dashboard as it is listed. */
export const dashboardSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  panelCount: z.number(),
  version: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const id = z.object({ id: z.string().min(1).max(64) });

/** The dashboards of the workspace. */
export const dashboardsRoute = {
  method: 'GET',
  path: '/api/analytics/dashboards',
  operation: 'dashboards',
  summary: 'The dashboards of the workspace by name, a page at a time.',
  tag: 'dashboards',
  access: 'dashboards:read',
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** `next` of the page before */
    after: z.string().max(500).optional(),
  }),
  answer: z.object({
    dashboards: z.array(dashboardSummary),
    /** cursor of the page after; null: this is the last */
    next: z.string().nullable(),
  }),
} as const satisfies Route;

/** Makes a dashboard. */
export const createDashboardRoute = {
  method: 'POST',
  path: '/api/analytics/dashboards',
  operation: 'createDashboard',
  summary: 'Makes a dashboard.',
  tag: 'dashboards',
  access: 'dashboards:edit',
  body: dashboardBody,
  answer: z.object({ dashboard: dashboardAnswer }),
} as const satisfies Route;

/** One dashboard with its panels; an embed token is shown those panels that it is for. */
export const dashboardRoute = {
  method: 'GET',
  path: '/api/analytics/dashboards/:id',
  operation: 'dashboard',
  summary: 'A dashboard with its panels; the answer has its version as ETag.',
  tag: 'dashboards',
  access: 'dashboards:read',
  isForEmbeds: true,
  params: id,
  answer: z.object({ dashboard: dashboardAnswer }),
} as const satisfies Route;

/** Puts a whole dashboard in place of the one before. `If-Match` must name the version that was read; else CONFLICT. */
export const replaceDashboardRoute = {
  method: 'PUT',
  path: '/api/analytics/dashboards/:id',
  operation: 'replaceDashboard',
  summary: 'Replaces a dashboard whole; needs If-Match with the version that was read.',
  tag: 'dashboards',
  access: 'dashboards:edit',
  params: id,
  body: dashboardBody,
  answer: z.object({ dashboard: dashboardAnswer }),
} as const satisfies Route;

/** Deletes a dashboard. */
export const deleteDashboardRoute = {
  method: 'DELETE',
  path: '/api/analytics/dashboards/:id',
  operation: 'deleteDashboard',
  summary: 'Deletes a dashboard.',
  tag: 'dashboards',
  access: 'dashboards:edit',
  params: id,
} as const satisfies Route;
