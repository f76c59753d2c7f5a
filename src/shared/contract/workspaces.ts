/** Workspaces: all of the installation, a new one, the name of one's own, and the way out. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** A workspace as whoever runs the installation sees it. */
export const workspaceAnswer = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  memberCount: z.number(),
  /** keys in use */
  keyCount: z.number(),
});
/** A parsed {@link workspaceAnswer}. */
export type WorkspaceAnswer = z.infer<typeof workspaceAnswer>;

const name = z.string().trim().min(1).max(100);

/** All workspaces. One's own are in the answer of `GET /api/session`. */
export const workspacesRoute = {
  method: 'GET',
  path: '/api/admin/workspaces',
  operation: 'workspaces',
  summary: 'All workspaces of the installation, oldest first.',
  tag: 'people',
  access: 'operator',
  answer: z.object({ workspaces: z.array(workspaceAnswer) }),
} as const satisfies Route;

/** Makes a workspace. A person who makes it owns it; made by a key or the command line, it comes with a link for its owner. */
export const createWorkspaceRoute = {
  method: 'POST',
  path: '/api/admin/workspaces',
  operation: 'createWorkspace',
  summary: 'Makes a workspace with a write key, which is shown this once.',
  tag: 'people',
  access: 'operator',
  body: z.strictObject({ name }),
  answer: z.object({
    workspace: workspaceAnswer,
    writeKey: z.string(),
    /** the invitation of its owner; null where its maker became that */
    ownerLink: z.string().nullable(),
  }),
} as const satisfies Route;

/** Renames the workspace of the call. */
export const renameWorkspaceRoute = {
  method: 'PUT',
  path: '/api/admin/workspace',
  operation: 'renameWorkspace',
  summary: 'Renames the workspace.',
  tag: 'people',
  access: 'workspace:manage',
  body: z.strictObject({ name }),
  answer: z.object({ id: z.string(), name: z.string() }),
} as const satisfies Route;

/** Leaves the workspace of the call; its last owner cannot. */
export const leaveWorkspaceRoute = {
  method: 'POST',
  path: '/api/workspace/leave',
  operation: 'leaveWorkspace',
  summary: 'Leaves the workspace; its last owner cannot.',
  tag: 'people',
  access: 'signed-in',
} as const satisfies Route;
