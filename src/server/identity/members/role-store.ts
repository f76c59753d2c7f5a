/** Roles as the catalog keeps them, and the built-in ones that it does not. */
import { builtInRoles, isPermission, permissionsByRole, type BuiltInRole } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Role } from './access.ts';

/** A role that a workspace made. */
export interface CustomRole extends Role {
  workspaceId: string;
  description: string;
}

const columns = ['id', 'workspace_id', 'name', 'description', 'permissions', 'rules'] as const;

/** The role of that name which every workspace has; it sees everything. */
export function builtInRole(name: BuiltInRole): Role {
  return { id: name, name, permissions: permissionsByRole[name], rules: {} };
}

/** Whether `id` is that of a built-in role. */
export function isBuiltInRole(id: string): id is BuiltInRole {
  return (builtInRoles as readonly string[]).includes(id);
}

/** The roles that a workspace made, by name. */
export async function listCustomRoles(db: CatalogDatabase, workspaceId: string): Promise<CustomRole[]> {
  const rows = await db.selectFrom('roles').select(columns).where('workspace_id', '=', workspaceId).orderBy('name_key').execute();
  return rows.map(fromRow);
}

/** The role of that id, if the workspace has it. */
export async function maybeFindRole(db: CatalogDatabase, workspaceId: string, id: string): Promise<Role | null> {
  if (isBuiltInRole(id)) return builtInRole(id);
  const row = await db.selectFrom('roles').select(columns).where('workspace_id', '=', workspaceId).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Finds roles by workspace and id among those of `ids` that the catalog has. A role that is not there is lost. */
export async function loadRoles(db: CatalogDatabase, ids: readonly string[]): Promise<(workspaceId: string, id: string) => Role> {
  const custom = [...new Set(ids)].filter((id) => !isBuiltInRole(id));
  const rows = custom.length === 0 ? [] : await db.selectFrom('roles').select(columns).where('id', 'in', custom).execute();
  const byId = new Map(rows.map((row) => [row.id, fromRow(row)]));
  return (workspaceId, id) => {
    if (isBuiltInRole(id)) return builtInRole(id);
    const role = byId.get(id);
    return role?.workspaceId === workspaceId ? role : { id, name: id, permissions: [], rules: {}, isLost: true };
  };
}

function fromRow(row: {
  id: string;
  workspace_id: string;
  name: string;
  description: string;
  permissions: string;
  rules: string;
}): CustomRole {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    description: row.description,
    // A permission that a newer or older version knew means nothing here.
    permissions: (JSON.parse(row.permissions) as string[]).filter(isPermission),
    rules: JSON.parse(row.rules) as DatasetRules,
  };
}
