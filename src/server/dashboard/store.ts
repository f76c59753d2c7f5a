/** The dashboards of workspaces in the catalog. */
import type { Panel } from '../../shared/contract/dashboards.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { raiseVersion, readVersion } from '../catalog/version.ts';

/** A dashboard. Instants in epoch ms. */
export interface Dashboard {
  id: string;
  workspaceId: string;
  name: string;
  description: string;
  panels: Panel[];
  /** rises with every change */
  version: number;
  createdMs: number;
  updatedMs: number;
}

/** Where a page of the list begins: after the dashboard of that name (in lower case) and id. */
export interface Position {
  nameKey: string;
  id: string;
}

const columns = ['id', 'workspace_id', 'name', 'description', 'panels', 'version', 'created_at', 'updated_at'] as const;
const versionName = 'dashboards_version';

/** A counter that rises when any dashboard is changed or deleted. */
export function readDashboardsVersion(db: CatalogDatabase): Promise<number> {
  return readVersion(db, versionName);
}

/** Up to `limit` dashboards by name, from `after` on. */
export async function listDashboards(
  db: CatalogDatabase,
  workspaceId: string,
  after: Position | null,
  limit: number,
): Promise<(Dashboard & Position)[]> {
  let found = db
    .selectFrom('dashboards')
    .select([...columns, 'name_key'])
    .where('workspace_id', '=', workspaceId);
  if (after !== null) {
    const { nameKey, id } = after;
    found = found.where((eb) => eb.or([eb('name_key', '>', nameKey), eb.and([eb('name_key', '=', nameKey), eb('id', '>', id)])]));
  }
  const rows = await found.orderBy('name_key').orderBy('id').limit(limit).execute();
  return rows.map((row) => ({ ...fromRow(row), nameKey: row.name_key }));
}

/** The dashboard of that id in the workspace, or null. */
export async function maybeReadDashboard(db: CatalogDatabase, workspaceId: string, id: string): Promise<Dashboard | null> {
  return (await readDashboards(db, workspaceId, [id]))[0] ?? null;
}

/** Those of `ids` that the workspace has. */
export async function readDashboards(db: CatalogDatabase, workspaceId: string, ids: readonly string[]): Promise<Dashboard[]> {
  const rows = await db
    .selectFrom('dashboards')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute();
  return rows.map(fromRow);
}

/** How many dashboards the workspace has. */
export async function countDashboards(db: CatalogDatabase, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('dashboards')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Adds a dashboard. */
export async function insertDashboard(db: CatalogDatabase, dashboard: Dashboard): Promise<void> {
  const { id, workspaceId, createdMs } = dashboard;
  await db
    .insertInto('dashboards')
    .values({ id, workspace_id: workspaceId, created_at: createdMs, ...documentColumns(dashboard) })
    .execute();
}

/** Puts `dashboard` in place of the version before it; false when that is not the one that is there. */
export async function replaceDashboard(db: CatalogDatabase, dashboard: Dashboard): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const replaced = await transaction
      .updateTable('dashboards')
      .set(documentColumns(dashboard))
      .where('workspace_id', '=', dashboard.workspaceId)
      .where('id', '=', dashboard.id)
      .where('version', '=', dashboard.version - 1)
      .returning('id')
      .execute();
    if (replaced.length > 0) await raiseVersion(transaction, versionName);
    return replaced.length > 0;
  });
}

/** Deletes a dashboard; false when there is none. */
export async function deleteDashboard(db: CatalogDatabase, workspaceId: string, id: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const deleted = await transaction
      .deleteFrom('dashboards')
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .returning('id')
      .execute();
    if (deleted.length > 0) await raiseVersion(transaction, versionName);
    return deleted.length > 0;
  });
}

function documentColumns({ name, description, panels, version, updatedMs }: Dashboard) {
  return { name, name_key: name.toLowerCase(), description, panels: JSON.stringify(panels), version, updated_at: updatedMs };
}

function fromRow(row: {
  id: string;
  workspace_id: string;
  name: string;
  description: string;
  panels: string;
  version: number;
  created_at: number;
  updated_at: number;
}): Dashboard {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    description: row.description,
    panels: JSON.parse(row.panels) as Panel[],
    version: Number(row.version),
    createdMs: row.created_at,
    updatedMs: row.updated_at,
  };
}
