/** Lists, makes, changes, rotates and revokes the keys of a workspace. */
import type { ChangedKeyBody, NewKeyBody } from '../../../shared/contract/keys.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import type { EndedCredentials } from '../ended.ts';
import type { Role } from '../members/access.ts';
import { maybeFindRole } from '../members/role-store.ts';
import { joinRules } from '../members/rules.ts';
import type { Principal } from '../principal.ts';
import { makeId } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { WatchedVersion } from '../versioned-cache.ts';
import { assertMayGive, assertMayHold, readAuthority } from './grant.ts';
import type { Key, KeyMaker } from './key.ts';
import { makeKeySecret } from './secret-text.ts';
import {
  insertKey,
  listKeys,
  maybeOpenWriteKey,
  maybeReadKey,
  readMakerNames,
  replaceSecret,
  restoreKey,
  revokeKey,
  updateKey,
} from './store.ts';

const hourMs = 3_600_000;
/** Keys in use of a workspace. */
const mostKeys = 20_000;

/** A key with the names of what it refers to. */
export interface ListedKey extends Key {
  role: { id: string; name: string } | null;
  /** whether its role keeps rows or columns from it */
  hasRoleRules: boolean;
  /** null when whoever made it is not known any more */
  makerName: string | null;
}

/** The key, and the secret that is shown this once. */
export interface MadeKey {
  key: ListedKey;
  secret: string;
}

/** The keys of workspaces, as those may change them who may do as much as the key. */
export interface WorkspaceKeys {
  /** newest first */
  list(workspaceId: string): Promise<ListedKey[]>;
  /** @throws FORBIDDEN when the key could do more than `maker`, REQUEST_INVALID, NOT_FOUND for a role that is not there */
  create(maker: Principal, wanted: NewKeyBody): Promise<MadeKey>;
  /** @throws FORBIDDEN, NOT_FOUND */
  change(principal: Principal, id: string, wanted: ChangedKeyBody): Promise<ListedKey>;
  /** The secret that the key has works for so long besides the new one. @throws FORBIDDEN, NOT_FOUND */
  rotate(principal: Principal, id: string, overlapHours: number): Promise<MadeKey>;
  /** @throws NOT_FOUND */
  revoke(workspaceId: string, id: string): Promise<void>;
  /** Takes a revocation back. @throws NOT_FOUND */
  restore(workspaceId: string, id: string): Promise<void>;
  /** The oldest write key in use, in full; null when none can be shown. */
  maybeWriteKey(workspaceId: string): Promise<string | null>;
  /** Makes the first write key of a workspace, in the open transaction; the key itself. */
  insertFirst(db: CatalogDatabase, workspaceId: string): Promise<string>;
}

/** What keys are kept with. */
export interface WorkspaceKeysParts {
  db: CatalogDatabase;
  sealer: Sealer;
  version: WatchedVersion;
  ended: EndedCredentials;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The keys in the catalog. */
export function createWorkspaceKeys(parts: WorkspaceKeysParts): WorkspaceKeys {
  const { db, sealer, version, ended, clock } = parts;
  return {
    list: async (workspaceId) => withNames(parts, await listKeys(db, workspaceId)),
    create: (maker, wanted) => create(parts, maker, wanted),
    change: (principal, id, wanted) => change(parts, principal, id, wanted),
    rotate: (principal, id, overlapHours) => rotate(parts, principal, id, overlapHours),
    revoke: async (workspaceId, id) => {
      if (!(await revokeKey(db, workspaceId, id, clock.now()))) throw keyMissing(id);
      version.forget();
      ended.tell({ principalId: id });
    },
    restore: async (workspaceId, id) => {
      if (!(await restoreKey(db, workspaceId, id))) throw new Problem('NOT_FOUND', `There is no key "${id}" that was revoked.`);
      version.forget();
    },
    maybeWriteKey: (workspaceId) => maybeOpenWriteKey(db, sealer, workspaceId, clock.now()),
    insertFirst: async (open, workspaceId) => {
      const secret = makeKeySecret('write', parts.randomBytes);
      const key = { id: makeId('k', parts.randomBytes), workspaceId, kind: 'write', name: 'Default', scopes: ['ingest'] } as const;
      await insertKey(open, sealer, { ...key, secret, createdMs: clock.now() });
      return secret;
    },
  };
}

async function create(parts: WorkspaceKeysParts, maker: Principal, wanted: NewKeyBody): Promise<MadeKey> {
  const { db, sealer, version, clock, randomBytes } = parts;
  const { kind, name, origins, addresses, callsPerMinute } = wanted;
  const scopes = kind === 'write' ? (['ingest'] as const) : [...new Set(wanted.scopes)];
  if (kind === 'write' && wanted.role !== null)
    throw new Problem('REQUEST_INVALID', 'A write key can do nothing but ingest; it has no role.');
  const secret = makeKeySecret(kind, randomBytes);
  const key = await db.transaction().execute(async (transaction) => {
    await raiseIdentityVersion(transaction);
    const authority = await readAuthority(transaction, maker, 'keys:manage');
    assertMayGive(maker, authority, scopes);
    if (wanted.role !== null) await assertFittingRole(transaction, maker.workspaceId, wanted.role);
    await assertRoom(transaction, maker.workspaceId);
    return insertKey(transaction, sealer, {
      id: makeId('k', randomBytes),
      workspaceId: maker.workspaceId,
      kind,
      name,
      scopes,
      roleId: wanted.role,
      rules: authority.rules,
      expiresMs: expiryOf(wanted.expiresAt, clock.now()),
      callsPerMinute,
      origins: [...new Set(origins)],
      addresses: [...new Set(addresses)],
      secret,
      maker: makerOf(maker),
      createdMs: clock.now(),
    });
  });
  version.forget();
  return { key: await named(parts, key), secret };
}

async function change(parts: WorkspaceKeysParts, principal: Principal, id: string, wanted: ChangedKeyBody): Promise<ListedKey> {
  const { db, version, ended, clock } = parts;
  const key = await db.transaction().execute(async (transaction) => {
    await raiseIdentityVersion(transaction);
    const before = await readOwn(transaction, principal, id);
    const after: Key = {
      ...before,
      name: wanted.name ?? before.name,
      expiresMs: wanted.expiresAt === undefined ? before.expiresMs : expiryOf(wanted.expiresAt, clock.now()),
      callsPerMinute: wanted.callsPerMinute === undefined ? before.callsPerMinute : wanted.callsPerMinute,
      origins: wanted.origins === undefined ? before.origins : [...new Set(wanted.origins)],
      addresses: wanted.addresses === undefined ? before.addresses : [...new Set(wanted.addresses)],
    };
    await updateKey(transaction, after);
    return after;
  });
  version.forget();
  ended.tell({ principalId: id });
  return named(parts, key);
}

async function rotate(parts: WorkspaceKeysParts, principal: Principal, id: string, overlapHours: number): Promise<MadeKey> {
  const { db, sealer, version, ended, clock, randomBytes } = parts;
  const { key, secret } = await db.transaction().execute(async (transaction) => {
    await raiseIdentityVersion(transaction);
    const before = await readOwn(transaction, principal, id);
    const made = makeKeySecret(before.kind, randomBytes);
    return { key: await replaceSecret(transaction, sealer, before, made, clock.now() + overlapHours * hourMs), secret: made };
  });
  version.forget();
  ended.tell({ principalId: id });
  return { key: await named(parts, key), secret };
}

/** The key, if `principal` may have what it can do. @throws NOT_FOUND, FORBIDDEN */
async function readOwn(db: CatalogDatabase, principal: Principal, id: string): Promise<Key> {
  const key = await maybeReadKey(db, principal.workspaceId, id);
  if (key === null) throw keyMissing(id);
  const authority = await readAuthority(db, principal, 'keys:manage');
  const role = key.roleId === null ? null : await maybeFindRole(db, principal.workspaceId, key.roleId);
  assertMayHold(principal, authority, key.scopes, joinRules(key.rules, role?.rules ?? {}));
  return key;
}

/** @throws NOT_FOUND, REQUEST_INVALID when the role is about a person, which a key is not */
async function assertFittingRole(db: CatalogDatabase, workspaceId: string, id: string): Promise<void> {
  const role = await maybeFindRole(db, workspaceId, id);
  if (role === null) throw new Problem('NOT_FOUND', `There is no role "${id}".`);
  if (/\{\s*person\b/i.test(JSON.stringify(role.rules)))
    throw new Problem(
      'REQUEST_INVALID',
      `The role "${role.name}" shows rows by who somebody is ({person...}): a key is nobody, and would see none.`,
    );
}

async function assertRoom(db: CatalogDatabase, workspaceId: string): Promise<void> {
  const { count } = await db
    .selectFrom('keys')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (Number(count) >= mostKeys) throw new Problem('CONFLICT', `A workspace has at most ${mostKeys} keys. Revoke some that are not used.`);
}

/** @throws REQUEST_INVALID for an instant that has passed */
export function expiryOf(expiresAt: string | null, nowMs: number): number | null {
  if (expiresAt === null) return null;
  const expiresMs = Date.parse(expiresAt);
  if (expiresMs > nowMs) return expiresMs;
  throw new Problem('REQUEST_INVALID', `"expiresAt" is ${expiresAt}, which has passed. Revoke a key to end it now.`);
}

function makerOf({ kind, id, personId }: Principal): KeyMaker {
  return personId === undefined ? { kind, id } : { kind: 'person', id: personId };
}

function keyMissing(id: string): Problem {
  return new Problem('NOT_FOUND', `There is no key "${id}" in use.`);
}

async function named(parts: WorkspaceKeysParts, key: Key): Promise<ListedKey> {
  return (await withNames(parts, [key]))[0]!;
}

async function withNames({ db, clock }: WorkspaceKeysParts, keys: readonly Key[]): Promise<ListedKey[]> {
  const names = await readMakerNames(db, keys);
  const listed: ListedKey[] = [];
  const roles = new Map<string, Role | null>();
  for (const key of keys) {
    const { workspaceId, roleId, maker, previousUntilMs } = key;
    if (roleId !== null && !roles.has(roleId)) roles.set(roleId, await maybeFindRole(db, workspaceId, roleId));
    const found = roleId === null ? null : roles.get(roleId);
    listed.push({
      ...key,
      previousUntilMs: (previousUntilMs ?? 0) > clock.now() ? previousUntilMs : null,
      role: roleId === null ? null : { id: roleId, name: found?.name ?? roleId },
      hasRoleRules: Object.keys(found?.rules ?? {}).length > 0,
      makerName: maker?.kind === 'local-owner' ? 'Command line' : (names.get(maker?.id ?? '') ?? null),
    });
  }
  return listed;
}
