/** The keys of workspaces in the catalog. Only their SHA-256 is kept; write keys are kept sealed as well. */
import type { ScopeName } from '../../../shared/model/permission.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { digest } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';

/** A key as it is known without the key itself. Instants in epoch ms. */
export interface Key {
  id: string;
  workspaceId: string;
  kind: 'write' | 'api';
  name: string;
  prefix: string;
  scopes: ScopeName[];
  createdMs: number;
  revokedMs: number | null;
  lastUsedMs: number | null;
}

/** What a new key is made of. */
export interface NewKey {
  id: string;
  workspaceId: string;
  kind: 'write' | 'api';
  name: string;
  scopes: readonly ScopeName[];
  /** the key itself */
  secret: string;
  createdMs: number;
}

const columns = ['id', 'workspace_id', 'kind', 'name', 'prefix', 'scopes', 'created_at', 'revoked_at', 'last_used_at'] as const;

interface KeyRow {
  id: string;
  workspace_id: string;
  kind: string;
  name: string;
  prefix: string;
  scopes: string;
  created_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
}

/** Adds a key; part of the caller's transaction when `db` is one. */
export async function insertKey(db: CatalogDatabase, sealer: Sealer, key: NewKey): Promise<Key> {
  const row = {
    id: key.id,
    workspace_id: key.workspaceId,
    kind: key.kind,
    name: key.name,
    prefix: publicPart(key.secret),
    hash: digest(key.secret),
    sealed: key.kind === 'write' ? sealer.seal(key.secret, key.id) : null,
    scopes: JSON.stringify(key.scopes),
    created_at: key.createdMs,
    revoked_at: null,
    last_used_at: null,
  };
  await db.insertInto('keys').values(row).execute();
  await raiseIdentityVersion(db);
  return fromRow(row);
}

/** The key in use that `secret` is, or null. */
export async function maybeFindKey(db: CatalogDatabase, secret: string): Promise<Key | null> {
  const row = await db
    .selectFrom('keys')
    .select(columns)
    .where('hash', '=', digest(secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** All keys of a workspace, newest first. */
export async function listKeys(db: CatalogDatabase, workspaceId: string): Promise<Key[]> {
  const rows = await db
    .selectFrom('keys')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Revokes a key of the workspace; false when there is none of that id that is in use. */
export async function revokeKey(db: CatalogDatabase, workspaceId: string, id: string, nowMs: number): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const revoked = await transaction
      .updateTable('keys')
      .set({ revoked_at: nowMs, sealed: null })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute();
    if (revoked.length > 0) await raiseIdentityVersion(transaction);
    return revoked.length > 0;
  });
}

/** The oldest write key in use that can be shown, or null. */
export async function maybeOpenWriteKey(db: CatalogDatabase, sealer: Sealer, workspaceId: string): Promise<string | null> {
  const rows = await db
    .selectFrom('keys')
    .select(['id', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('kind', '=', 'write')
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const key = row.sealed === null ? null : sealer.maybeOpen(row.sealed, row.id);
    if (key !== null) return key;
  }
  return null;
}

/** Notes that a key was used. */
export async function touchKey(db: CatalogDatabase, id: string, nowMs: number): Promise<void> {
  await db.updateTable('keys').set({ last_used_at: nowMs }).where('id', '=', id).execute();
}

function fromRow(row: KeyRow): Key {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind as Key['kind'],
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as ScopeName[],
    createdMs: row.created_at,
    revokedMs: row.revoked_at,
    lastUsedMs: row.last_used_at,
  };
}

/** The start of a key, to tell it from others: never more than a third, for keys that operators choose may be short. */
function publicPart(secret: string): string {
  return secret.slice(0, Math.min(9, Math.floor(secret.length / 3)));
}
