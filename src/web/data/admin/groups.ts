/** The groups of the workspace. */
import { queryOptions } from '@tanstack/react-query';
import type { GroupAnswer, GroupBody } from '../../../shared/contract/groups.ts';
import { request } from '../http.ts';

/** A group as it is listed. */
export type Group = GroupAnswer;

/** The groups, as a question. */
export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: async ({ signal }) => (await request<{ groups: Group[] }>('/api/admin/groups', { signal })).groups,
  staleTime: 5_000,
});

const pathOf = (id: string): string => `/api/admin/groups/${encodeURIComponent(id)}`;

/** Makes a group, or changes the one of `id`. */
export async function saveGroup(id: string | null, body: GroupBody): Promise<Group> {
  const [path, method] = id === null ? (['/api/admin/groups', 'POST'] as const) : ([pathOf(id), 'PUT'] as const);
  return (await request<{ group: Group }>(path, { method, body })).group;
}

/** Deletes a group; its members stay. */
export async function deleteGroup(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}
