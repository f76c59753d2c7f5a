/** Joins the parts of sign-in: sessions, the door, second factors, new passwords, one's own account. */
import type { Catalog } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Mailer } from '../../ports/mailer.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import type { Secrets } from '../../sealing/secrets.ts';
import { createAccount, type Account } from '../account/account.ts';
import type { LinkParts } from './oidc/links.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { WatchedVersion } from '../versioned-cache.ts';
import { createAttemptLog, type AttemptListener } from './attempt-log.ts';
import { countAttempts, type Attempts } from './attempts.ts';
import type { Auth } from './better-auth/auth.ts';
import { createDoor, type Door } from './door.ts';
import { createLetters } from './letters.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { maybeAccount } from './password/credentials.ts';
import { createPasswords, type Passwords } from './password/passwords.ts';
import { createRecovery, type Recovery } from './password/recovery.ts';
import { strengthOf, type PasswordStrength } from './password/strength.ts';
import { pruneSessions } from './session-rows.ts';
import { createSessions, type SessionParts, type Sessions } from './sessions.ts';
import { createProviderClients } from './oidc/clients.ts';
import { createProviderDoor, type ProviderDoor } from './oidc/provider-door.ts';
import { createProviders, type Providers } from './oidc/providers.ts';
import { createVisits } from './oidc/visits.ts';
import { createDevices } from './two-factor/devices.ts';
import { createTwoFactorRules, type TwoFactorRules } from './two-factor/rules.ts';
import { createWaits } from './two-factor/waits.ts';
import { ownCookie, type Visitor } from './visitor.ts';

/** What sign-in is built on. */
export interface SignInParts extends Secrets, Pick<SessionParts, 'sightings' | 'seeAs'>, Pick<LinkParts, 'acceptance'> {
  catalog: Catalog;
  version: WatchedVersion;
  sealer: Sealer;
  /** null: whatever address the browser uses, over http */
  publicUrl: string | null;
  /** where browsers find the app: for links in letters, and for providers to come back to */
  appUrl: () => string;
  /** calls sign-in providers, and keeps our own network out of their reach; null: there can be no providers */
  fetch: typeof fetch | null;
  /** null: no mail is set up */
  mailer: Mailer | null;
  clock: Clock;
  randomBytes: RandomBytes;
  log: Log;
}

/** Sign-in. */
export interface SignIn {
  sessions: Sessions;
  door: Door;
  lockout: Lockout;
  passwords: Passwords;
  recovery: Recovery;
  account: Account;
  rules: TwoFactorRules;
  providers: Providers;
  providerDoor: ProviderDoor;
  /** whether links for a new password go out by mail */
  hasMail: boolean;
  /** How strong a password is; for the page on which it is chosen. @throws RATE_LIMITED */
  judgePassword(visitor: Visitor, password: string, known: readonly string[]): Promise<PasswordStrength>;
  /** Calls `listener` after each try to sign in, before it is answered. */
  listen(listener: AttemptListener): void;
  /** Lets a person sign in no more, and ends their sessions; or lets them in again. */
  setLocked(personId: string, isLocked: boolean): Promise<void>;
  /** Deletes what nobody can use any more; once a day is enough. */
  prune(): Promise<void>;
  /** Resolves when the letters that were begun are sent. */
  settle(): Promise<void>;
}

/** Sign-in over its parts. */
export function createSignIn(parts: SignInParts): SignIn {
  const { version, clock, randomBytes, sealer, log } = parts;
  const { db } = parts.catalog;
  const isHttps = parts.publicUrl?.startsWith('https:') ?? false;
  const waitCookie = ownCookie('second_factor', isHttps);
  const attempts: Attempts = countAttempts(clock);
  const attemptLog = createAttemptLog(log);
  const lockout = createLockout(db, parts.secret, clock);
  const passwords = createPasswords(randomBytes);
  const letters = createLetters(parts.mailer, log);
  const sessions = createSessions({ ...parts, db, auth: loadAuth({ ...parts, isHttps }) });
  const waits = createWaits(db, waitCookie, clock, randomBytes);
  const secondFactors = { db, sealer, clock, randomBytes };
  const devices = createDevices(db, ownCookie('trusted_device', isHttps), clock, randomBytes);
  const shared = { db, clock, attempts, log: attemptLog, lockout, passwords, sessions, letters, secondFactors };
  const door = createDoor({ ...shared, devices, waits, waitCookie });
  const clients = createProviderClients({ fetch: parts.fetch, sealer, clock });
  const visits = createVisits({ db, sealer, cookie: ownCookie('provider_visit', isHttps), clock, randomBytes });
  return {
    sessions,
    door,
    lockout,
    passwords,
    recovery: createRecovery({ ...shared, randomBytes, appUrl: parts.appUrl }),
    account: createAccount({ ...shared, door }),
    rules: createTwoFactorRules(db, version),
    providers: createProviders({ ...parts, db, clients }),
    providerDoor: createProviderDoor({ ...parts, ...shared, door, attemptLog, clients, visits, log }),
    hasMail: letters.canSend,
    judgePassword: async (visitor, password, known) => {
      attempts.take('password-check', visitor.address);
      return strengthOf(password, { known });
    },
    listen: attemptLog.listen,
    setLocked: async (personId, isLocked) => {
      const account = await maybeAccount(db, personId);
      if (account === null) return;
      await (isLocked ? lockout.lockOut(personId) : lockout.open(account));
      await raiseIdentityVersion(db);
      version.forget();
      if (isLocked) await sessions.end(personId, {});
    },
    prune: async () => {
      await pruneSessions(db, clock.now());
      await lockout.prune();
      await waits.prune();
      await visits.prune();
    },
    settle: letters.settle,
  };
}

/** better-auth takes 130 ms to load: that runs beside the start of the stores, and nobody waits for it who brings a key. */
function loadAuth(parts: Pick<SignInParts, 'catalog' | 'log' | 'secret' | 'previousSecrets'> & { isHttps: boolean }): () => Promise<Auth> {
  const loading = import('./better-auth/auth.ts').then(({ createAuth }) => createAuth(parts));
  return () => loading;
}
