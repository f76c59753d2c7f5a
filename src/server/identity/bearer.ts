/** Tells who brings a bearer token, by the shape that it has: local owner, signed token, key. Nothing costly is tried on garbage. */
import { hash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../shared/model/errors.ts';
import { permissions } from '../../shared/model/permission.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Clock } from '../ports/clock.ts';
import { unknownSource, type CallSource } from './credential.ts';
import type { Keyring } from './keys/keyring.ts';
import { listWorkspaceIds } from './people.ts';
import { wholeWorkspace } from './policy.ts';
import type { Principal } from './principal.ts';
import { isJwtShaped } from './tokens/jwt.ts';
import type { TokenChecks } from './tokens/token-checks.ts';
import { versionedCache, type WatchedVersion } from './versioned-cache.ts';

/** Checks of what comes in an Authorization header, or as the token of a socket. Null: it is not valid, or not from there. */
export interface BearerChecks {
  /** Whoever may send events with that key: a write key, an API key with the scope `ingest`, or the local owner. */
  authenticateWriteKey(key: string, source?: CallSource): Promise<Principal | null>;
  /**
   * A key or a token of any kind. `workspaceId` picks one of several where the token does not say.
   *
   * @throws FORBIDDEN when the local owner asks for a workspace that is not there
   */
  authenticateBearer(token: string, workspaceId?: string | null, source?: CallSource): Promise<Principal | null>;
}

/** What tokens are checked with. */
export interface BearerParts {
  db: CatalogDatabase;
  localOwnerToken: string;
  clock: Clock;
  version: WatchedVersion;
  keyring: Keyring;
  tokenChecks: Pick<TokenChecks, 'check'>;
}

/** Checks against the catalog. */
export function bearerChecks({ db, localOwnerToken, clock, version, keyring, tokenChecks }: BearerParts): BearerChecks {
  const workspaceIds = versionedCache<string[]>(version, clock, { maxAgeMs: Infinity, capacity: 1 });
  const ownerDigest = hash('sha256', localOwnerToken, 'buffer');
  const isLocalOwner = (token: string): boolean =>
    token.length === localOwnerToken.length && timingSafeEqual(hash('sha256', token, 'buffer'), ownerDigest);

  const localOwner = async (wanted: string | null): Promise<Principal | null> => {
    const known = await workspaceIds.get('', () => listWorkspaceIds(db));
    const workspaceId = wanted === null ? known[0] : known.find((id) => id === wanted);
    if (workspaceId !== undefined) return ownerOf(workspaceId);
    if (wanted === null) return null;
    throw new Problem('FORBIDDEN', `There is no workspace "${wanted}".`);
  };
  return {
    authenticateWriteKey: async (key, source = unknownSource) => {
      const principal = isLocalOwner(key) ? await localOwner(null) : await keyring.check(key, source);
      return principal?.permissions.has('events:write') ? principal : null;
    },
    authenticateBearer: async (token, workspaceId = null, source = unknownSource) => {
      if (isLocalOwner(token)) return localOwner(workspaceId);
      if (isJwtShaped(token)) return tokenChecks.check(token, workspaceId, source);
      return keyring.check(token, source);
    },
  };
}

/** The operator of this machine, who may do everything. */
function ownerOf(workspaceId: string): Principal {
  const policy = wholeWorkspace(workspaceId);
  return { kind: 'local-owner', workspaceId, id: 'local-owner', permissions: new Set(permissions), isOperator: true, policy };
}
