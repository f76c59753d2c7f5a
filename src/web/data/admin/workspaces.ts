/** The workspaces of the installation: a new one, another name, the way out. */
import type { z } from 'zod';
import type { createWorkspaceRoute, WorkspaceAnswer } from '../../../shared/contract/workspaces.ts';
import { queryOptions } from '@tanstack/react-query';
import { request } from '../http.ts';

/** All workspaces, for whoever runs the installation, as a question. */
export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: async ({ signal }) => (await request<{ workspaces: WorkspaceAnswer[] }>('/api/admin/workspaces', { signal })).workspaces,
});

/** Makes a workspace; its write key is in this answer alone. */
export function createWorkspace(name: string): Promise<z.infer<(typeof createWorkspaceRoute)['answer']>> {
  return request('/api/admin/workspaces', { method: 'POST', body: { name } });
}

/** Renames the workspace that is looked at. */
export function renameWorkspace(name: string): Promise<{ id: string; name: string }> {
  return request('/api/admin/workspace', { method: 'PUT', body: { name } });
}

/** Leaves the workspace that is looked at. */
export async function leaveWorkspace(): Promise<void> {
  await request('/api/workspace/leave', { method: 'POST', body: {} });
}
