/** Whoever holds a key or a personal token: what they may do with it, as roles and memberships are at the moment. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { addressList, type Credential } from '../credential.ts';
import { accessOf } from '../members/access.ts';
import { bindRules } from '../members/bind.ts';
import { isOperator, readMembers } from '../members/grants.ts';
import { maybeFindRole } from '../members/role-store.ts';
import { joinRules } from '../members/rules.ts';
import { lacksRequiredFactor } from '../sign-in/two-factor/rules.ts';
import { permissionsOfScopes } from './grant.ts';
import type { Key } from './key.ts';
import { isPersonal } from './secret-text.ts';
import { maybeFindKey, touchKey } from './store.ts';
import { maybeFindToken, touchToken, type PersonalToken } from './token-store.ts';

/** Credentials, and how their use is noted. */
export interface Holder {
  credential: Credential;
  id: string;
  lastUsedMs: number;
  lastUsedFrom: string | null;
  touch(nowMs: number, address: string | null): Promise<void>;
}

/** The holder of `secret`, or null when nobody has it. */
export async function maybeLoadHolder(db: CatalogDatabase, secret: string, secretDigest: string): Promise<Holder | null> {
  if (isPersonal(secret)) {
    const token = await maybeFindToken(db, secretDigest);
    const credential = token === null ? null : await maybeCredentialOfToken(db, token);
    if (token === null || credential === null) return null;
    return { ...usesOf(token), credential, touch: (nowMs, address) => touchToken(db, token.id, nowMs, address) };
  }
  const found = await maybeFindKey(db, secretDigest);
  const credential = found === null ? null : await maybeCredentialOfKey(db, found.key, found.isPrevious);
  if (found === null || credential === null) return null;
  return { ...usesOf(found.key), credential, touch: (nowMs, address) => touchKey(db, found.key.id, nowMs, address) };
}

function usesOf({ id, lastUsedMs, lastUsedFrom }: Key | PersonalToken) {
  return { id, lastUsedMs: lastUsedMs ?? 0, lastUsedFrom };
}

/** Null when its role is gone. */
async function maybeCredentialOfKey(db: CatalogDatabase, key: Key, isPrevious: boolean): Promise<Credential | null> {
  const { workspaceId, scopes } = key;
  const role = key.roleId === null ? null : await maybeFindRole(db, workspaceId, key.roleId);
  if (key.roleId !== null && role === null) return null;
  const permissions = permissionsOfScopes(scopes);
  const rules = joinRules(key.rules, bindRules(role?.rules ?? {}, { account: null, attributes: {} }));
  const isWhole = Object.keys(rules).length === 0;
  const expiresMs = key.expiresMs ?? Infinity;
  const untilMs = isPrevious ? Math.min(expiresMs, key.previousUntilMs ?? 0) : expiresMs;
  return {
    principal: {
      kind: key.kind === 'write' ? 'write-key' : 'api-key',
      workspaceId,
      id: key.id,
      permissions: new Set(role === null ? permissions : role.permissions.filter((permission) => permissions.has(permission))),
      isOperator: scopes.includes('operator'),
      policy: { workspaceId, name: isWhole ? 'workspace' : role === null ? `key:${key.name}` : `role:${role.name}`, rules },
      ...(untilMs === Infinity ? {} : { expiresMs: untilMs }),
      ...(key.callsPerMinute === null ? {} : { callsPerMinute: key.callsPerMinute }),
    },
    fromMs: 0,
    origins: key.origins,
    addresses: key.addresses.length === 0 ? null : addressList(key.addresses),
  };
}

/** Null when the person is no member any more, or must set up a second factor first. */
async function maybeCredentialOfToken(db: CatalogDatabase, { workspaceId, personId, ...token }: PersonalToken): Promise<Credential | null> {
  const [member] = await readMembers(db, { workspaceId, personId });
  if (member === undefined || (await lacksRequiredFactor(db, workspaceId, personId))) return null;
  const { permissions, policy } = accessOf(member);
  const runsInstallation = token.scopes.includes('operator') && (await isOperator(db, personId));
  return {
    principal: {
      kind: 'api-key',
      workspaceId,
      id: token.id,
      personId,
      permissions: new Set([...permissionsOfScopes(token.scopes)].filter((permission) => permissions.has(permission))),
      isOperator: runsInstallation,
      policy,
      ...(token.expiresMs === null ? {} : { expiresMs: token.expiresMs }),
    },
    fromMs: 0,
    origins: [],
    addresses: null,
  };
}
