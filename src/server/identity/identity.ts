/** Who is calling, and who may come in: keys, sessions, sign-up, and the first start. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Session } from '../../shared/contract/identity.ts';
import { Problem } from '../../shared/model/errors.ts';
import { permissions, permissionsByScope, type ScopeName } from '../../shared/model/permission.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { createSealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { prepareFirstStart, type FirstStart, type InitialSetup } from './first-start.ts';
import { createKeyring, type Keyring } from './keys/keyring.ts';
import { makeKeySecret } from './keys/secret-text.ts';
import { insertKey, listKeys, maybeOpenWriteKey, revokeKey, type Key } from './keys/store.ts';
import { hasOwner, listWorkspaceIds, pruneSessions } from './people.ts';
import { wholeWorkspace } from './policy.ts';
import type { Principal } from './principal.ts';
import { makeId } from './random-text.ts';
import { addressHeader, type Auth } from './sign-in/auth.ts';
import { createCsrfTokens, type CsrfTokens } from './sign-in/csrf.ts';
import { createAuthHandler, type AuthHandler } from './sign-in/handler.ts';
import { createSessions } from './sign-in/sessions.ts';
import { signUpByLink, type Applicant } from './sign-up.ts';
import { raiseIdentityVersion, readIdentityVersion } from './version.ts';
import { versionedCache, watchVersion, type WatchedVersion } from './versioned-cache.ts';

/** What identity is built on. */
export interface IdentityParts extends Secrets {
  catalog: Catalog;
  /** lets programs of this machine's operator in as owner; lies in the data folder, readable by its owner alone */
  localOwnerToken: string;
  publicUrl: string | null;
  webOrigins: readonly string[];
  clock: Clock;
  randomBytes: RandomBytes;
  log: Log;
}

/** The key, and what it is shown as this once. */
export interface MadeKey {
  key: Key;
  secret: string;
}

/** Everything that knows people and keys. A null principal means that the credentials are not valid. */
export interface Identity {
  /** Whoever may send events with that key: a write key, an API key with the scope `ingest`, or the local owner. */
  authenticateWriteKey(key: string): Promise<Principal | null>;
  /** Any key, or the local owner. `workspaceId` picks one of several for the local owner. @throws FORBIDDEN when it is unknown */
  authenticateBearer(token: string, workspaceId?: string | null): Promise<Principal | null>;
  /** The member whose session cookie it is. @throws FORBIDDEN when the headers ask for a workspace that is not theirs */
  authenticateSession(headers: Headers): Promise<Principal | null>;
  /** Proof that a cookie call comes from a page of ours. */
  csrf: CsrfTokens;
  /** Answers `/api/auth/*`. */
  authHandler: AuthHandler;
  readSession(headers: Headers): Promise<{ session: Session | null; setCookies: string[] }>;
  /** Uses a one-time link up and signs its new member in. @throws FORBIDDEN, CONFLICT */
  signUp(token: string, applicant: Applicant, address: string): Promise<{ session: Session | null; setCookies: string[] }>;
  hasOwner(): Promise<boolean>;
  prepareFirstStart(initial: InitialSetup): Promise<FirstStart>;
  listKeys(workspaceId: string): Promise<Key[]>;
  createKey(workspaceId: string, kind: 'write' | 'api', name: string, scopes: readonly ScopeName[]): Promise<MadeKey>;
  /** @throws NOT_FOUND */
  revokeKey(workspaceId: string, keyId: string): Promise<void>;
  /** The oldest write key in use, in full; null when none can be shown. */
  maybeWriteKey(workspaceId: string): Promise<string | null>;
  /** Deletes expired sessions; once a day is enough. */
  prune(): Promise<void>;
  /** Writes down what is still open; before the catalog is closed. */
  close(): Promise<void>;
}

/** Identity on the catalog. */
export function createIdentity(parts: IdentityParts): Identity {
  const { catalog, clock, log } = parts;
  const { db } = catalog;
  const version = watchVersion(() => readIdentityVersion(db), clock);
  const auth = loadAuth(parts);
  const keyring = createKeyring({ db, version, clock, log });
  const sessions = createSessions({ auth, db, version, clock });
  const hashPassword = async (password: string): Promise<string> => (await (await auth()).$context).password.hash(password);
  const handler = auth().then((loaded) =>
    createAuthHandler(loaded, async () => {
      await raiseIdentityVersion(db);
      version.forget();
    }),
  );
  const signUpParts = { db, hashPassword, clock, randomBytes: parts.randomBytes };
  return {
    ...bearerChecks(parts, keyring, version),
    ...keyCalls(parts, version),
    authenticateSession: sessions.authenticate,
    csrf: createCsrfTokens(parts.secret),
    authHandler: async (request, address) => (await handler)(request, address),
    readSession: sessions.read,
    signUp: async (token, applicant, address) => {
      await signUpByLink(signUpParts, token, applicant);
      version.forget();
      const { email, password } = applicant;
      const { headers } = await (
        await auth()
      ).api.signInEmail({ body: { email, password }, headers: new Headers({ [addressHeader]: address }), returnHeaders: true });
      const setCookies = headers.getSetCookie();
      const { session } = await sessions.read(new Headers({ cookie: setCookies.map((cookie) => cookie.split(';')[0]).join('; ') }));
      return { session, setCookies };
    },
    hasOwner: () => hasOwner(db),
    prepareFirstStart: async (initial) => {
      const started = await prepareFirstStart({ ...parts, ...signUpParts, sealer: createSealer(parts, parts.randomBytes) }, initial);
      version.forget();
      return started;
    },
    prune: () => pruneSessions(db, clock.now()),
    close: () => keyring.settle(),
  };
}

/** better-auth takes 130 ms to load: that runs beside the start of the stores, and nobody waits for it who brings a key. */
function loadAuth(parts: IdentityParts): () => Promise<Auth> {
  const loading = import('./sign-in/auth.ts').then(({ createAuth }) => createAuth(parts));
  return () => loading;
}

/** The operator of this machine, who may do everything. */
function ownerOf(workspaceId: string): Principal {
  const policy = wholeWorkspace(workspaceId);
  return { kind: 'local-owner', workspaceId, id: 'local-owner', permissions: new Set(permissions), isOperator: true, policy };
}

function bearerChecks({ catalog, localOwnerToken, clock }: IdentityParts, keyring: Keyring, version: WatchedVersion) {
  const workspaceIds = versionedCache<string[]>(version, clock, { maxAgeMs: Infinity, capacity: 1 });
  const ownerDigest = hash('sha256', localOwnerToken, 'buffer');
  const isLocalOwner = (token: string): boolean => timingSafeEqual(hash('sha256', token, 'buffer'), ownerDigest);

  const localOwner = async (wanted: string | null): Promise<Principal | null> => {
    const known = await workspaceIds.get('', () => listWorkspaceIds(catalog.db));
    const workspaceId = wanted === null ? known[0] : known.find((id) => id === wanted);
    if (workspaceId !== undefined) return ownerOf(workspaceId);
    if (wanted === null) return null;
    throw new Problem('FORBIDDEN', `There is no workspace "${wanted}".`);
  };
  const keyHolder = async (secret: string): Promise<Principal | null> => {
    const key = await keyring.check(secret);
    if (key === null) return null;
    return {
      kind: key.kind === 'write' ? 'write-key' : 'api-key',
      workspaceId: key.workspaceId,
      id: key.id,
      permissions: new Set(key.scopes.flatMap((scope) => permissionsByScope[scope])),
      isOperator: key.scopes.includes('admin'),
      policy: wholeWorkspace(key.workspaceId),
    };
  };
  return {
    authenticateWriteKey: async (key: string): Promise<Principal | null> => {
      const principal = (await keyHolder(key)) ?? (isLocalOwner(key) ? await localOwner(null) : null);
      return principal?.permissions.has('events:write') ? principal : null;
    },
    authenticateBearer: async (token: string, workspaceId: string | null = null): Promise<Principal | null> =>
      isLocalOwner(token) ? localOwner(workspaceId) : keyHolder(token),
  };
}

function keyCalls(parts: IdentityParts, version: WatchedVersion) {
  const {
    catalog: { db },
    clock,
    randomBytes,
  } = parts;
  const sealer = createSealer(parts, randomBytes);
  return {
    listKeys: (workspaceId: string) => listKeys(db, workspaceId),
    createKey: async (workspaceId: string, kind: 'write' | 'api', name: string, scopes: readonly ScopeName[]): Promise<MadeKey> => {
      const made = makeKeySecret(kind, randomBytes);
      const granted = kind === 'write' ? (['ingest'] as const) : scopes;
      const key = await db.transaction().execute((transaction) =>
        insertKey(transaction, sealer, {
          id: makeId('k', randomBytes),
          workspaceId,
          kind,
          name,
          scopes: granted,
          secret: made,
          createdMs: clock.now(),
        }),
      );
      version.forget();
      return { key, secret: made };
    },
    revokeKey: async (workspaceId: string, keyId: string): Promise<void> => {
      if (!(await revokeKey(db, workspaceId, keyId, clock.now()))) throw new Problem('NOT_FOUND', `There is no key "${keyId}" in use.`);
      version.forget();
    },
    maybeWriteKey: (workspaceId: string) => maybeOpenWriteKey(db, sealer, workspaceId),
  };
}
