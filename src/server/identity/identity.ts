/** Who is calling, and who may come in: keys, people, sign-in, and the first start. */
import type { Session } from '../../shared/contract/identity.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbound } from '../ports/outbound.ts';
import type { Mailer } from '../ports/mailer.ts';
import { createSealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { bearerChecks, type BearerChecks } from './bearer.ts';
import { createEndedCredentials, type EndedListener } from './ended.ts';
import { prepareFirstStart, type FirstStart, type InitialSetup } from './first-start.ts';
import { createJoining, type Joining } from './joining.ts';
import { createKeyring } from './keys/keyring.ts';
import { createPersonalTokens, type PersonalTokens } from './keys/personal-tokens.ts';
import { createWorkspaceKeys, type WorkspaceKeys } from './keys/workspace-keys.ts';
import type { MemberParts } from './members/members.ts';
import { createRegister, type Register } from './members/register.ts';
import { hasOwner } from './people.ts';
import { createSightings } from './person/sightings.ts';
import { createWayIn } from './person/way-in.ts';
import type { Principal } from './principal.ts';
import { createCsrfTokens, type CsrfTokens } from './sign-in/csrf.ts';
import { createSignIn, type SignIn } from './sign-in/sign-in.ts';
import { createEmbedSettings, type EmbedKeys, type EmbedSettings } from './tokens/embed-settings.ts';
import { createOutsideSettings, type OutsideSettings } from './tokens/outside-settings.ts';
import { createTokenChecks } from './tokens/token-checks.ts';
import { readIdentityVersion } from './version.ts';
import { watchVersion } from './versioned-cache.ts';

/** What identity is built on. */
export interface IdentityParts extends Secrets {
  catalog: Catalog;
  /** lets programs of this machine's operator in as owner; lies in the data folder, readable by its owner alone */
  localOwnerToken: string;
  publicUrl: string | null;
  /** where browsers find the app, for links in letters and the way back from a provider; default: `publicUrl` */
  appUrl?: () => string;
  /** none: no mail is set up */
  mailer?: Mailer | null;
  /** calls sign-in providers, and keeps our own network out of their reach; none: there can be no providers */
  fetch?: typeof fetch;
  /** makes sure that rules can be applied to questions; default: they are taken as they are. @throws QUERY_INVALID, FIELD_UNKNOWN */
  assertRules?: MemberParts['assertRules'];
  /** makes what else is kept of a person unreadable when their account is erased; default: nothing else is kept */
  forgetPerson?: MemberParts['forgetPerson'];
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
  /** `principal` as it would be with that role, and never more than it is. @throws FORBIDDEN without roles:manage, NOT_FOUND */
  seeAs: Register['seeAs'];
  /** Proof that a cookie call comes from a page of ours. */
  csrf: CsrfTokens;
  readSession(headers: Headers): Promise<{ session: Session | null; setCookies: string[] }>;
  signIn: SignIn;
  /** members, roles, groups, invitations, workspaces */
  register: Register;
  joining: Joining;
  hasOwner(): Promise<boolean>;
  prepareFirstStart(initial: InitialSetup): Promise<FirstStart>;
  keys: WorkspaceKeys;
  tokens: PersonalTokens;
  embed: EmbedSettings;
  /** what embed tokens of a workspace are signed with */
  embedKeysOf(workspaceId: string): Promise<EmbedKeys>;
  outside: OutsideSettings;
  /** Rises when people, roles, sessions, keys or tokens have changed, here or, noticed within half a second, on another node. */
  generation(): Promise<number>;
  /** Calls `listener` when credentials were ended or changed on this node; changes on other nodes show within a second. */
  onCredentialsEnd(listener: EndedListener): void;
  /** Deletes what nobody can use any more; once a day is enough. */
  prune(): Promise<void>;
  /** Writes down what is still open; before the catalog is closed. */
  close(): Promise<void>;
}

/** Identity on the catalog. */
export function createIdentity(parts: IdentityParts): Identity {
  const { catalog, clock, log, randomBytes, mailer = null } = parts;
  const { db } = catalog;
  const version = watchVersion(() => readIdentityVersion(db), clock);
  const sealer = createSealer(parts, randomBytes);
  const ended = createEndedCredentials();
  const credentialParts = { ...parts, db, sealer, version, ended };
  const keyring = createKeyring({ db, version, clock, log });
  const tokenChecks = createTokenChecks(credentialParts);
  const keys = createWorkspaceKeys(credentialParts);
  const sightings = createSightings({ db, clock, log });
  const seeAs: Register['seeAs'] = (principal, roleId) => register.seeAs(principal, roleId);
  const appUrl = parts.appUrl ?? (() => parts.publicUrl ?? 'http://localhost:3000');
  const acceptance = () => register.acceptance;
  const signIn = createSignIn({ ...parts, version, sealer, mailer, fetch: parts.fetch ?? null, appUrl, sightings, seeAs, acceptance });
  const sendMail = mailer === null ? null : mailer.send.bind(mailer);
  const register = createRegister({
    db,
    clock,
    randomBytes,
    version,
    log,
    appUrl,
    sendMail,
    wayIn: createWayIn({ db, clock, randomBytes, lockout: signIn.lockout, appUrl, sendMail }),
    assertRules: parts.assertRules ?? (() => undefined),
    forgetPerson: parts.forgetPerson ?? (async () => false),
    insertWriteKey: keys.insertFirst,
  });
  const { sessions, passwords } = signIn;
  sessions.onEnd(({ personId }) => ended.tell({ principalId: personId }));
  register.onAccessChange((personIds) => personIds.forEach((principalId) => ended.tell({ principalId })));
  return {
    ...bearerChecks({ ...credentialParts, keyring, tokenChecks }),
    keys,
    tokens: createPersonalTokens(credentialParts),
    embed: createEmbedSettings(credentialParts),
    embedKeysOf: tokenChecks.embedKeysOf,
    outside: createOutsideSettings(credentialParts),
    generation: async () => {
      await version.refresh();
      return version.generation;
    },
    onCredentialsEnd: ended.listen,
    authenticateSession: sessions.authenticate,
    seeAs,
    csrf: createCsrfTokens(parts.secret),
    readSession: sessions.read,
    signIn,
    register,
    joining: createJoining({ db, clock, randomBytes, signIn, acceptance: register.acceptance, forget: version.forget }),
    hasOwner: () => hasOwner(db),
    prepareFirstStart: async (initial) => {
      const started = await prepareFirstStart({ ...parts, db, sealer, hashPassword: passwords.hash }, initial);
      version.forget();
      return started;
    },
    prune: async () => {
      await signIn.prune();
      await register.prune();
    },
    close: async () => {
      await signIn.settle();
      await keyring.settle();
      await sightings.settle();
    },
  };
}
