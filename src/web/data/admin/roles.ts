/** The roles of the workspace. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { RoleAnswer, roleBody } from '../../../shared/contract/roles.ts';
import { builtInRoles } from '../../../shared/model/permission.ts';
import { oneOf } from '../address.ts';
import { request } from '../http.ts';
import { idFrom } from '../looking.ts';

/** A role as it is listed. */
export type Role = RoleAnswer;
/** What a role is made of. */
export type RoleInput = z.input<typeof roleBody>;

/** What stands in the address of a new role. */
export interface NewRoleSearch {
  /** id of the role that it begins as */
  from?: string | undefined;
}

/** The search of an address; what makes no sense is left out. */
export function newRoleSearch(search: Readonly<Record<string, unknown>>): NewRoleSearch {
  return { from: idFrom(oneOf(search, 'from')) };
}

/** The roles, as a question. */
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: async ({ signal }) => (await request<{ roles: Role[] }>('/api/admin/roles', { signal })).roles,
  staleTime: 5_000,
});

const pathOf = (id: string): string => `/api/admin/roles/${encodeURIComponent(id)}`;

/** Makes a role, or changes the one of `id` for everybody who has it. */
export async function saveRole(id: string | null, body: RoleInput): Promise<Role> {
  const [path, method] = id === null ? (['/api/admin/roles', 'POST'] as const) : ([pathOf(id), 'PUT'] as const);
  return (await request<{ role: Role }>(path, { method, body })).role;
}

/** Deletes a role that nobody has. */
export async function deleteRole(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}

const builtIn: ReadonlySet<string> = new Set(builtInRoles);

/** The name of a role as it is read: built-in ones with a capital. */
export function roleName({ id, name }: { id: string; name: string }): string {
  return builtIn.has(id) ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** Roles to choose from; whoever may not read roles finds the built-in ones. */
export function roleChoices(roles: readonly Role[] | undefined): { value: string; label: string }[] {
  const known = roles ?? builtInRoles.map((id) => ({ id, name: id }));
  return known.map((role) => ({ value: role.id, label: roleName(role) }));
}
