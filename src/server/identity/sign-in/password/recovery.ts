/** A new password for who forgot theirs: asked for by mail or made by an admin, then chosen by the link. */
import { Problem } from '../../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import type { AttemptLog } from '../attempt-log.ts';
import type { Attempts } from '../attempts.ts';
import type { Letters } from '../letters.ts';
import type { Lockout } from '../lockout.ts';
import type { Sessions } from '../sessions.ts';
import { placeOf, type Visitor } from '../visitor.ts';
import { maybeAccountOf } from './credentials.ts';
import type { Passwords } from './passwords.ts';
import { consumeReset, findReset, maybeMakeReset } from './reset.ts';
import { assertStrongPassword } from './strength.ts';

/** What a new password is given with. */
export interface RecoveryParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
  attempts: Attempts;
  log: AttemptLog;
  lockout: Lockout;
  passwords: Passwords;
  sessions: Sessions;
  letters: Letters;
  /** where browsers find the app; never taken from a request, for whoever sends it could have the link sent elsewhere */
  appUrl: () => string;
}

/** Ways to a new password. */
export interface Recovery {
  /** Sends a link if the address has an account; the answer never tells. @throws MAIL_NOT_CONFIGURED, RATE_LIMITED */
  forgot(visitor: Visitor, email: string): void;
  /** Sets a new password by a link. @throws FORBIDDEN, REQUEST_INVALID for a weak one, RATE_LIMITED */
  reset(visitor: Visitor, token: string, password: string): Promise<void>;
}

/** Ways to a new password over their parts. */
export function createRecovery(parts: RecoveryParts): Recovery {
  const { attempts, letters } = parts;
  return {
    forgot: (visitor, email) => {
      if (!letters.canSend)
        throw new Problem('MAIL_NOT_CONFIGURED', 'This server sends no mail. Ask an admin for a link to a new password.');
      attempts.take('forgot-password', visitor.address);
      letters.behind(sendLink(parts, email));
    },
    reset: async (visitor, token, password) => {
      attempts.take('reset-password', visitor.address);
      await reset(parts, visitor, token, password);
    },
  };
}

async function sendLink(parts: RecoveryParts, email: string): Promise<void> {
  const account = await maybeAccountOf(parts.db, email);
  const token = account === null ? null : await maybeMakeReset(parts, account.id);
  if (account !== null && token !== null) await parts.letters.sendReset(account, linkTo(parts.appUrl(), token));
}

/** The token stands behind the `#`, which browsers send to nobody. */
function linkTo(baseUrl: string, token: string): string {
  return `${baseUrl.replace(/\/$/, '')}/reset-password#token=${token}`;
}

async function reset(parts: RecoveryParts, visitor: Visitor, token: string, password: string): Promise<void> {
  const { lockout, sessions, letters, clock } = parts;
  const person = await findReset(parts, token);
  await assertStrongPassword(password, { known: [person.name, person.email] });
  const sessionIds = await consumeReset(parts, token, person.id, await parts.passwords.hash(password));
  const account = lockout.subjectOf(person.email);
  // Whoever reads the mail of the account is let in again; a lock that somebody set on purpose stays.
  await lockout.clear(account);
  sessions.announceEnd({ personId: person.id, sessionIds });
  letters.tellPasswordChanged(person);
  const told = { method: 'reset' as const, personId: person.id, account, sessionId: null, providerId: null };
  await parts.log.tell({ ...placeOf(visitor), ...told, at: clock.now(), outcome: 'done', reason: 'new-password' });
}
