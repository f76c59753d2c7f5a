/** The way in: a first factor, the second where there is one, then a session. Every try is counted, and told to the log of tries. */
import type { Session } from '../../../shared/contract/identity.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AttemptLog, SignInAttempt } from './attempt-log.ts';
import type { Attempts, Limited } from './attempts.ts';
import type { Letters } from './letters.ts';
import type { Lockout } from './lockout.ts';
import { maybeAccount, maybeAccountOf, type Account } from './password/credentials.ts';
import type { Passwords } from './password/passwords.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import type { Devices } from './two-factor/devices.ts';
import { readState, takeCode, type SecondFactorParts } from './two-factor/second-factors.ts';
import type { Wait, Waits } from './two-factor/waits.ts';
import { placeOf, type OwnCookie, type Visitor } from './visitor.ts';

/** Where a sign-in stands; `setCookies` must go out with the answer. */
export interface Entry {
  /** nobody is signed in yet: {@link Door.bySecondFactor} comes next */
  needsTwoFactor: boolean;
  /** null while a second factor is missing, and for who is a member of nothing */
  session: Session | null;
  setCookies: string[];
}

/** A first factor that was right. */
export interface FirstFactor {
  method: 'password' | 'provider' | 'link';
  providerId: string | null;
  /** whether the provider has asked for a second one */
  hasSecondFactor: boolean;
}

/** What the door is made of. */
export interface DoorParts {
  db: CatalogDatabase;
  clock: Clock;
  attempts: Attempts;
  log: AttemptLog;
  lockout: Lockout;
  passwords: Passwords;
  sessions: Sessions;
  secondFactors: SecondFactorParts;
  devices: Devices;
  waits: Waits;
  waitCookie: OwnCookie;
  letters: Letters;
}

/** The way in and out. */
export interface Door {
  /** @throws CREDENTIALS_INVALID, in the same words after the same work for unknown, wrong and locked; RATE_LIMITED */
  byPassword(visitor: Visitor, email: string, password: string): Promise<Entry>;
  /** @throws CREDENTIALS_INVALID, with `isOver` when it must begin again with the password; RATE_LIMITED */
  bySecondFactor(visitor: Visitor, code: string, trustDevice: boolean): Promise<Entry & { recoveryCodesLeft: number | null }>;
  /** Lets somebody in whose first factor was right: with a session, or asking for the second. @throws CREDENTIALS_INVALID when locked */
  admit(personId: string, visitor: Visitor, first: FirstFactor): Promise<Entry>;
  /** Ends the session of the visitor. */
  out(visitor: Visitor): Promise<{ ended: SignedIn | null; setCookies: string[] }>;
  /** Whether the password is that of the person; counts as a try to sign in. @throws CREDENTIALS_INVALID, RATE_LIMITED */
  assertPassword(visitor: Visitor, personId: string, password: string): Promise<void>;
}

/** The door over its parts. */
export function createDoor(parts: DoorParts): Door {
  return {
    byPassword: (visitor, email, password) => byPassword(parts, visitor, email, password),
    bySecondFactor: (visitor, code, trustDevice) => bySecondFactor(parts, visitor, code, trustDevice),
    admit: (personId, visitor, first) => admit(parts, personId, visitor, first),
    out: (visitor) => parts.sessions.close(visitor.headers),
    assertPassword: (visitor, personId, password) => assertPassword(parts, visitor, personId, password),
  };
}

type Tell = (outcome: SignInAttempt['outcome'], reason: string, personId: string | null, more?: Partial<SignInAttempt>) => Promise<void>;

/** Tells the log of tries of one visitor. */
function tellerOf({ log, clock }: DoorParts, visitor: Visitor, method: SignInAttempt['method'], account: string | null): Tell {
  return (outcome, reason, personId, more = {}) =>
    log.tell({
      ...placeOf(visitor),
      at: clock.now(),
      outcome,
      reason,
      method,
      personId,
      account,
      sessionId: null,
      providerId: null,
      ...more,
    });
}

/** Counts a try of the visitor's address. @throws RATE_LIMITED, after it was told */
async function takeAttempt({ attempts }: DoorParts, what: Limited, visitor: Visitor, tell: Tell): Promise<void> {
  try {
    attempts.take(what, visitor.address);
  } catch (error) {
    await tell('denied', 'too-many-tries', null);
    throw error;
  }
}

async function byPassword(parts: DoorParts, visitor: Visitor, email: string, password: string): Promise<Entry> {
  const subject = parts.lockout.subjectOf(email);
  const tell = tellerOf(parts, visitor, 'password', subject);
  await takeAttempt(parts, 'sign-in', visitor, tell);
  const account = await maybeAccountOf(parts.db, email);
  const verdict = await judgePassword(parts, subject, account, password);
  if (verdict === 'right') return admit(parts, account!.id, visitor, { method: 'password', providerId: null, hasSecondFactor: false });
  parts.attempts.noteWrong(visitor.address, subject);
  await tell('denied', verdict, account?.id ?? null);
  throw new Problem('CREDENTIALS_INVALID', 'The e-mail address or the password is wrong.');
}

type Verdict = 'right' | 'locked' | 'unknown-account' | 'no-password' | 'wrong-password';

/** Counts, then compares, whatever is known of the account: nobody can tell from the work what was wrong. */
async function judgePassword(parts: DoorParts, subject: string, account: Account | null, password: string): Promise<Verdict> {
  const counted = await parts.lockout.count(subject);
  const isLockedOut = await parts.lockout.isLockedOut(account?.id ?? '');
  const isRight = await parts.passwords.isRight(account?.passwordHash ?? null, password);
  if (isRight && !counted.isLocked && !isLockedOut) return 'right';
  if (counted.isLast) await lock(parts, subject, account);
  if (counted.isLocked || isLockedOut) return 'locked';
  if (account === null) return 'unknown-account';
  return account.passwordHash === null ? 'no-password' : 'wrong-password';
}

async function lock({ lockout, letters }: DoorParts, subject: string, account: Account | null): Promise<void> {
  const lockedMs = await lockout.lock(subject);
  if (account !== null) letters.tellLocked(account, lockedMs);
}

async function assertPassword(parts: DoorParts, visitor: Visitor, personId: string, password: string): Promise<void> {
  const account = await maybeAccount(parts.db, personId);
  const subject = parts.lockout.subjectOf(account?.email ?? '');
  const tell = tellerOf(parts, visitor, 'password', subject);
  await takeAttempt(parts, 'sign-in', visitor, tell);
  const verdict = await judgePassword(parts, subject, account, password);
  if (verdict === 'right') return parts.lockout.clear(subject);
  await tell('denied', verdict, personId);
  throw new Problem('CREDENTIALS_INVALID', 'The current password is wrong.');
}

async function admit(parts: DoorParts, personId: string, visitor: Visitor, first: FirstFactor): Promise<Entry> {
  const { db, devices, waits, lockout } = parts;
  const account = await maybeAccount(db, personId);
  const subject = lockout.subjectOf(account?.email ?? '');
  if (account === null || (await lockout.isLockedOut(personId))) {
    await tellerOf(parts, visitor, first.method, subject)('denied', 'locked', personId, { providerId: first.providerId });
    throw new Problem('CREDENTIALS_INVALID', 'This account is locked. Ask an admin to unlock it.');
  }
  const hasOwn = (await readState(db, personId)).onSinceMs !== null;
  if (!hasOwn || first.hasSecondFactor || first.method === 'link' || (await devices.isTrusted(visitor.headers, personId)))
    return open(parts, account, visitor, first, first.method);
  const { method, providerId } = first;
  return { needsTwoFactor: true, session: null, setCookies: [await waits.begin({ personId, method, providerId })] };
}

async function bySecondFactor(
  parts: DoorParts,
  visitor: Visitor,
  code: string,
  trustDevice: boolean,
): Promise<Entry & { recoveryCodesLeft: number | null }> {
  const wait = await parts.waits.take(visitor.headers);
  const account = wait === null ? null : await maybeAccount(parts.db, wait.personId);
  if (wait === null || account === null) throw startOver();
  const recoveryCodesLeft = await judgeCode(parts, visitor, wait, account, code);
  if (!(await parts.waits.end(visitor.headers))) throw startOver();
  const { method, providerId } = wait;
  const told = recoveryCodesLeft === null ? 'second-factor' : 'recovery-code';
  if (recoveryCodesLeft !== null) parts.letters.tellRecoveryCodeUsed(account, recoveryCodesLeft);
  const entry = await open(parts, account, visitor, { method, providerId, hasSecondFactor: true }, told);
  entry.setCookies.push(parts.waitCookie.clear());
  if (trustDevice) entry.setCookies.push(await parts.devices.trust(account.id));
  return { ...entry, recoveryCodesLeft };
}

/** Resolves to how many recovery codes are left when it was one. Wrong codes lock an account like wrong passwords. */
async function judgeCode(parts: DoorParts, visitor: Visitor, wait: Wait, account: Account, code: string): Promise<number | null> {
  const subject = parts.lockout.subjectOf(account.email);
  const counted = await parts.lockout.count(subject);
  const verdict = counted.isLocked
    ? { isRight: false as const, reason: 'locked' }
    : await takeCode(parts.secondFactors, wait.personId, code);
  if (verdict.isRight) return verdict.recoveryCodesLeft;
  if (counted.isLast) await lock(parts, subject, account);
  await tellerOf(parts, visitor, 'second-factor', subject)('denied', verdict.reason, account.id, { providerId: wait.providerId });
  throw new Problem('CREDENTIALS_INVALID', 'The code is wrong, or was used before. Wait for the next one.');
}

function startOver(): Problem {
  return new Problem('CREDENTIALS_INVALID', 'This sign-in took too long, or had too many wrong codes. Begin again.', { isOver: true });
}

async function open(
  parts: DoorParts,
  account: Account,
  visitor: Visitor,
  first: FirstFactor,
  told: SignInAttempt['method'],
): Promise<Entry> {
  const { lockout, sessions } = parts;
  const subject = lockout.subjectOf(account.email);
  await lockout.clear(subject);
  const { sessionId, setCookies } = await sessions.open(account.id, visitor, { ...first, country: visitor.country });
  await tellerOf(parts, visitor, told, subject)('done', 'right', account.id, { sessionId, providerId: first.providerId });
  const cookie = setCookies.map((each) => each.split(';')[0]).join('; ');
  const { session } = await sessions.read(new Headers({ cookie }));
  return { needsTwoFactor: false, session, setCookies: [...setCookies] };
}
