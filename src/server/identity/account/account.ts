/** One's own account: what it is, and what its person may change about it, each time proving that it is still them. */
import type { AccountAnswer } from '../../../shared/contract/account.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Door } from '../sign-in/door.ts';
import type { Letters } from '../sign-in/letters.ts';
import { freshMs } from '../sign-in/lifetimes.ts';
import { maybeAccount, setPassword, type Account as Credentials } from '../sign-in/password/credentials.ts';
import type { Passwords } from '../sign-in/password/passwords.ts';
import { withdrawResets } from '../sign-in/password/reset.ts';
import { assertStrongPassword } from '../sign-in/password/strength.ts';
import { deleteSessions, readFacts } from '../sign-in/session-rows.ts';
import type { Sessions } from '../sign-in/sessions.ts';
import { forgetDevices } from '../sign-in/two-factor/devices.ts';
import { isRequiredOf } from '../sign-in/two-factor/rules.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  readState,
  removeSecondFactor,
  replaceRecoveryCodes,
  type SecondFactorParts,
} from '../sign-in/two-factor/second-factors.ts';
import { offerTotp, type TotpOffer } from '../sign-in/two-factor/totp.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import { raiseIdentityVersion } from '../version.ts';
import { readAccount } from './profile.ts';

/** What accounts are changed with. */
export interface AccountParts {
  db: CatalogDatabase;
  clock: Clock;
  door: Door;
  letters: Letters;
  passwords: Passwords;
  sessions: Sessions;
  secondFactors: SecondFactorParts;
}

/** Who asks: a person, by a session. */
export interface Self {
  personId: string;
  sessionId: string;
  visitor: Visitor;
}

/** Changes to one's own account. A password that is missing or wrong: REQUEST_INVALID, CREDENTIALS_INVALID, RATE_LIMITED. */
export interface Account {
  read(self: Self): Promise<AccountAnswer>;
  rename(self: Self, name: string): Promise<void>;
  /** @throws REQUEST_INVALID for a weak one */
  changePassword(self: Self, currentPassword: string, newPassword: string): Promise<void>;
  /** @throws NOT_FOUND */
  endSession(self: Self, sessionId: string): Promise<void>;
  endOtherSessions(self: Self): Promise<number>;
  forgetDevices(self: Self): Promise<void>;
  /** @throws CONFLICT when it is on */
  beginTwoFactor(self: Self, password: string | undefined): Promise<TotpOffer>;
  /** @throws CREDENTIALS_INVALID */
  confirmTwoFactor(self: Self, code: string): Promise<string[]>;
  /** @throws FORBIDDEN where it is required */
  disableTwoFactor(self: Self, password: string | undefined): Promise<void>;
  /** @throws CONFLICT when it is off */
  newRecoveryCodes(self: Self, password: string | undefined): Promise<string[]>;
  /** Whether it is still the person: by their password, or where they have none by a fresh session. @throws FORBIDDEN */
  prove(self: Self, password: string | undefined): Promise<Credentials>;
}

/** Accounts over their parts. */
export function createAccount(parts: AccountParts): Account {
  const { db, sessions } = parts;
  return {
    read: ({ personId, sessionId }) => readAccount(db, personId, sessionId, parts.clock.now()),
    rename: async ({ personId }, name) => {
      await db.transaction().execute(async (transaction) => {
        await transaction.updateTable('auth_users').set({ name }).where('id', '=', personId).execute();
        await raiseIdentityVersion(transaction);
      });
      sessions.announceEnd({ personId, sessionIds: [] });
    },
    changePassword: (self, currentPassword, newPassword) => changePassword(parts, self, currentPassword, newPassword),
    endSession: async ({ personId }, sessionId) => {
      if ((await sessions.end(personId, { only: sessionId })) === 0)
        throw new Problem('NOT_FOUND', `You have no session "${sessionId}"; it may have ended already.`);
    },
    endOtherSessions: async ({ personId, sessionId }) => {
      await forgetDevices(db, personId);
      return sessions.end(personId, { except: sessionId });
    },
    forgetDevices: ({ personId }) => forgetDevices(db, personId),
    ...twoFactorCalls(parts),
    prove: (self, password) => prove(parts, self, password),
  };
}

function twoFactorCalls(
  parts: AccountParts,
): Pick<Account, 'beginTwoFactor' | 'confirmTwoFactor' | 'disableTwoFactor' | 'newRecoveryCodes'> {
  const { db, letters, secondFactors } = parts;
  return {
    beginTwoFactor: async (self, password) => {
      const account = await prove(parts, self, password);
      return offerTotp(await beginSecondFactor(secondFactors, self.personId), 'Bellwether', account.email);
    },
    confirmTwoFactor: async (self, code) => {
      const codes = await changeEverywhere(parts, self, (transaction) =>
        confirmSecondFactor({ ...secondFactors, db: transaction }, self.personId, code),
      );
      if (codes === null)
        throw new Problem('CREDENTIALS_INVALID', 'The code is wrong. Check the clock of the device, and give the code that it shows now.');
      letters.tellSecondFactor((await maybeAccount(db, self.personId))!, true);
      return codes;
    },
    disableTwoFactor: async (self, password) => {
      const account = await prove(parts, self, password);
      if (await isRequiredOf(db, self.personId))
        throw new Problem('FORBIDDEN', 'The second factor is required here, and cannot be turned off.');
      await changeEverywhere(parts, self, (transaction) => removeSecondFactor(transaction, self.personId));
      letters.tellSecondFactor(account, false);
    },
    newRecoveryCodes: async (self, password) => {
      await prove(parts, self, password);
      if ((await readState(db, self.personId)).onSinceMs === null)
        throw new Problem('CONFLICT', 'There is no second factor yet: recovery codes come with it.');
      return db.transaction().execute((transaction) => replaceRecoveryCodes({ ...secondFactors, db: transaction }, self.personId));
    },
  };
}

/** Does `change` in a transaction that ends the other sessions too, unless it comes to null: who had one meanwhile starts anew. */
async function changeEverywhere<T>({ db, sessions }: AccountParts, self: Self, change: (db: CatalogDatabase) => Promise<T>): Promise<T> {
  const { personId, sessionId } = self;
  const { result, sessionIds } = await db.transaction().execute(async (transaction) => {
    const changed = await change(transaction);
    if (changed === null) return { result: changed, sessionIds: [] };
    await raiseIdentityVersion(transaction);
    return { result: changed, sessionIds: await deleteSessions(transaction, personId, { except: sessionId }) };
  });
  sessions.announceEnd({ personId, sessionIds });
  return result;
}

async function changePassword(parts: AccountParts, self: Self, currentPassword: string, newPassword: string): Promise<void> {
  const { passwords, letters, clock } = parts;
  const account = await prove(parts, self, currentPassword);
  await assertStrongPassword(newPassword, { known: [account.name, account.email], field: 'newPassword' });
  const passwordHash = await passwords.hash(newPassword);
  await changeEverywhere(parts, self, async (transaction) => {
    await setPassword(transaction, self.personId, passwordHash, clock.now());
    await withdrawResets(transaction, self.personId);
    await forgetDevices(transaction, self.personId);
  });
  letters.tellPasswordChanged(account);
}

async function prove({ db, door, clock }: AccountParts, self: Self, password: string | undefined): Promise<Credentials> {
  const account = await maybeAccount(db, self.personId);
  if (account === null) throw new Problem('NOT_FOUND', 'Your account is gone.');
  if (account.passwordHash !== null) {
    if (password === undefined) {
      const message = 'is needed to prove that it is you';
      throw new Problem('REQUEST_INVALID', `Your password ${message}.`, { issues: [{ path: 'password', message }] });
    }
    await door.assertPassword(self.visitor, self.personId, password);
    return account;
  }
  const facts = await readFacts(db, self.sessionId);
  if (facts === null || clock.now() - facts.openedMs > freshMs)
    throw new Problem(
      'FORBIDDEN',
      'Sign out and in again, and do this within ten minutes: your account has no password to prove that it is you.',
    );
  return account;
}
