/** The keys of workspaces in the catalog. Only their SHA-256 is kept; write keys are kept sealed as well. */
import type { KeyScope } from '../../../shared/contract/keys.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { digest } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { Key, KeyLimits, NewKey } from './key.ts';
import { ownPrefixes, publicPart } from './secret-text.ts';

const columns = [
  'id',
  'workspace_id',
  'kind',
  'name',
  'prefix',
  'scopes',
  'role',
  'rules',
  'expires_at',
  'calls_per_minute',
  'origins',
  'addresses',
  'maker_kind',
  'maker_id',
  'created_at',
  'revoked_at',
  'last_used_at',
  'last_used_from',
  'previous_until',
] as const;

interface KeyRow {
  id: string;
  workspace_id: string;
  kind: string;
  name: string;
  prefix: string;
  scopes: string;
  role: string | null;
  rules: string;
  expires_at: number | null;
  calls_per_minute: number | null;
  origins: string;
  addresses: string;
  maker_kind: string | null;
  maker_id: string | null;
  created_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
  last_used_from: string | null;
  previous_until: number | null;
}

/** Adds a key; part of the caller's transaction when `db` is one. */
export async function insertKey(db: CatalogDatabase, sealer: Sealer, key: NewKey): Promise<Key> {
  const row: KeyRow = {
    id: key.id,
    workspace_id: key.workspaceId,
    kind: key.kind,
    name: key.name,
    prefix: publicPart(key.secret),
    scopes: JSON.stringify(key.scopes),
    role: key.roleId ?? null,
    rules: JSON.stringify(key.rules ?? {}),
    ...limitColumns({ expiresMs: null, callsPerMinute: null, origins: [], addresses: [], ...key }),
    maker_kind: key.maker?.kind ?? null,
    maker_id: key.maker?.id ?? null,
    created_at: key.createdMs,
    revoked_at: null,
    last_used_at: null,
    last_used_from: null,
    previous_until: null,
  };
  await db
    .insertInto('keys')
    .values({ ...row, ...secretColumns(sealer, key.kind, key.id, key.secret) })
    .execute();
  await raiseIdentityVersion(db);
  return fromRow(row);
}

/** The key that has the secret of this digest, or had it before its last rotation; revoked ones are not found. */
export async function maybeFindKey(db: CatalogDatabase, secretDigest: string): Promise<{ key: Key; isPrevious: boolean } | null> {
  const row = await db
    .selectFrom('keys')
    .select([...columns, 'hash'])
    .where((eb) => eb.or([eb('hash', '=', secretDigest), eb('previous_hash', '=', secretDigest)]))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : { key: fromRow(row), isPrevious: row.hash !== secretDigest };
}

/** The digests of keys in use that may have been chosen, not made here: those whose readable part says so, and those being rotated out. */
export async function listChosenDigests(db: CatalogDatabase): Promise<Set<string>> {
  const length = ownPrefixes[0]!.length;
  const rows = await db
    .selectFrom('keys')
    .select(['hash', 'previous_hash'])
    .where('revoked_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb(eb.fn<string>('substr', ['prefix', eb.val(1), eb.val(length)]), 'not in', [...ownPrefixes]),
        eb('previous_hash', 'is not', null),
      ]),
    )
    .execute();
  return new Set(rows.flatMap((row) => [row.hash, ...(row.previous_hash === null ? [] : [row.previous_hash])]));
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

/** A key of the workspace that was not revoked, or null. */
export async function maybeReadKey(db: CatalogDatabase, workspaceId: string, id: string): Promise<Key | null> {
  const row = await db
    .selectFrom('keys')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Writes name and limits of a key down; part of the caller's transaction, which raises the version. */
export async function updateKey(db: CatalogDatabase, { id, name, ...limits }: Key): Promise<void> {
  await db
    .updateTable('keys')
    .set({ name, ...limitColumns(limits) })
    .where('id', '=', id)
    .execute();
}

/**
 * Gives a key a new secret; the one it has works until then, and the one before that no longer. Part of the caller's
 * transaction, which raises the version.
 */
export async function replaceSecret(db: CatalogDatabase, sealer: Sealer, key: Key, secret: string, previousUntilMs: number): Promise<Key> {
  const rotated = { ...key, prefix: publicPart(secret), previousUntilMs };
  await db
    .updateTable('keys')
    .set((eb) => ({
      previous_hash: eb.ref('hash'),
      previous_until: previousUntilMs,
      prefix: rotated.prefix,
      ...secretColumns(sealer, key.kind, key.id, secret),
    }))
    .where('id', '=', key.id)
    .execute();
  return rotated;
}

/** Revokes a key of the workspace; false when there is none of that id that is in use. */
export async function revokeKey(db: CatalogDatabase, workspaceId: string, id: string, nowMs: number): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const revoked = await transaction
      .updateTable('keys')
      .set({ revoked_at: nowMs, sealed: null, previous_hash: null, previous_until: null })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute();
    if (revoked.length > 0) await raiseIdentityVersion(transaction);
    return revoked.length > 0;
  });
}

/** Takes a revocation back; false when no key of that id was revoked. A write key works again, and cannot be shown any more. */
export async function restoreKey(db: CatalogDatabase, workspaceId: string, id: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const restored = await transaction
      .updateTable('keys')
      .set({ revoked_at: null })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .where('revoked_at', 'is not', null)
      .returning('id')
      .execute();
    if (restored.length > 0) await raiseIdentityVersion(transaction);
    return restored.length > 0;
  });
}

/** The oldest write key in use that can be shown, or null. */
export async function maybeOpenWriteKey(db: CatalogDatabase, sealer: Sealer, workspaceId: string, nowMs: number): Promise<string | null> {
  const rows = await db
    .selectFrom('keys')
    .select(['id', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('kind', '=', 'write')
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', nowMs)]))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const key = row.sealed === null ? null : sealer.maybeOpen(row.sealed, row.id);
    if (key !== null) return key;
  }
  return null;
}

/** Notes that a key was used, and from where. */
export async function touchKey(db: CatalogDatabase, id: string, nowMs: number, address: string | null): Promise<void> {
  await db.updateTable('keys').set({ last_used_at: nowMs, last_used_from: address }).where('id', '=', id).execute();
}

/** What those who made keys are called, by id. Who is not there any more is not in it. */
export async function readMakerNames(db: CatalogDatabase, keys: readonly Key[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(keys.flatMap(({ maker }) => maker?.id ?? []))];
  if (ids.length === 0) return new Map();
  const people = await db.selectFrom('auth_users').select(['id', 'name']).where('id', 'in', ids).execute();
  const makers = await db.selectFrom('keys').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map([...makers, ...people].map(({ id, name }) => [id, name]));
}

function limitColumns({ expiresMs, callsPerMinute, origins, addresses }: KeyLimits) {
  return {
    expires_at: expiresMs,
    calls_per_minute: callsPerMinute,
    origins: JSON.stringify(origins),
    addresses: JSON.stringify(addresses),
  };
}

function secretColumns(sealer: Sealer, kind: Key['kind'], id: string, secret: string) {
  return { hash: digest(secret), sealed: kind === 'write' ? sealer.seal(secret, id) : null };
}

function fromRow(row: KeyRow): Key {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind as Key['kind'],
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as KeyScope[],
    roleId: row.role,
    rules: JSON.parse(row.rules) as DatasetRules,
    expiresMs: row.expires_at,
    callsPerMinute: row.calls_per_minute,
    origins: JSON.parse(row.origins) as string[],
    addresses: JSON.parse(row.addresses) as string[],
    maker: row.maker_id === null ? null : { kind: row.maker_kind ?? 'person', id: row.maker_id },
    createdMs: row.created_at,
    revokedMs: row.revoked_at,
    lastUsedMs: row.last_used_at,
    lastUsedFrom: row.last_used_from,
    previousUntilMs: row.previous_until,
  };
}
