/** Who is calling, and who may come in: keys, sessions, sign-up, and the first start. */
import type { Session } from '../../shared/contract/identity.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbound } from '../ports/outbound.ts';
import { createSealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { bearerChecks, type BearerChecks } from './bearer.ts';
import { createEndedCredentials, type EndedListener } from './ended.ts';
import { prepareFirstStart, type FirstStart, type InitialSetup } from './first-start.ts';
import { createKeyring } from './keys/keyring.ts';
import { createPersonalTokens, type PersonalTokens } from './keys/personal-tokens.ts';
import { createWorkspaceKeys, type WorkspaceKeys } from './keys/workspace-keys.ts';
import { hasOwner, pruneSessions } from './people.ts';
import type { Principal } from './principal.ts';
import { addressHeader, type Auth } from './sign-in/auth.ts';
import { createCsrfTokens, type CsrfTokens } from './sign-in/csrf.ts';
import { createAuthHandler, type AuthHandler } from './sign-in/handler.ts';
import { createSessions } from './sign-in/sessions.ts';
import { signUpByLink, type Applicant } from './sign-up.ts';
import { createEmbedSettings, type EmbedKeys, type EmbedSettings } from './tokens/embed-settings.ts';
import { createOutsideSettings, type OutsideSettings } from './tokens/outside-settings.ts';
import { createTokenChecks } from './tokens/token-checks.ts';
import { raiseIdentityVersion, readIdentityVersion } from './version.ts';
import { watchVersion } from './versioned-cache.ts';

/** What identity is built on. */
export interface IdentityParts extends Secrets {
  catalog: Catalog;
  /** lets programs of this machine's operator in as owner; lies in the data folder, readable by its owner alone */
  localOwnerToken: string;
  publicUrl: string | null;
  webOrigins: readonly string[];
  clock: Clock;
  randomBytes: RandomBytes;
  /** for public keys that others publish */
  outbound: Outbound;
  log: Log;
}

/** Everything that knows people and keys. A null principal means that the credentials are not valid. */
export interface Identity extends BearerChecks {
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
  keys: WorkspaceKeys;
  tokens: PersonalTokens;
  embed: EmbedSettings;
  /** what embed tokens of a workspace are signed with */
  embedKeysOf(workspaceId: string): Promise<EmbedKeys>;
  outside: OutsideSettings;
  /** Calls `listener` when credentials were ended or changed on this node; changes on other nodes show within a second. */
  onCredentialsEnd(listener: EndedListener): void;
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
  const sealer = createSealer(parts, parts.randomBytes);
  const ended = createEndedCredentials();
  const credentialParts = { ...parts, db, sealer, version, ended };
  const keyring = createKeyring({ db, version, clock, log });
  const tokenChecks = createTokenChecks(credentialParts);
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
    ...bearerChecks({ ...credentialParts, keyring, tokenChecks }),
    keys: createWorkspaceKeys(credentialParts),
    tokens: createPersonalTokens(credentialParts),
    embed: createEmbedSettings(credentialParts),
    embedKeysOf: tokenChecks.embedKeysOf,
    outside: createOutsideSettings(credentialParts),
    onCredentialsEnd: ended.listen,
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
      const started = await prepareFirstStart({ ...parts, ...signUpParts, sealer }, initial);
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
