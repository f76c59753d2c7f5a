/** One-time sign-up links: the only way in for somebody who has no account. */
import { Problem } from '../../shared/model/errors.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { isUniqueViolation } from '../catalog/violations.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import { makeFirstOperator } from './members/grants.ts';
import { insertMember } from './people.ts';
import { digest, makeId, makeToken } from './random-text.ts';
import { raiseIdentityVersion } from './version.ts';

/** Somebody who signs up. */
export interface Applicant {
  name: string;
  email: string;
  password: string;
}

/** What signing up works with. */
export interface SignUpParts {
  db: CatalogDatabase;
  /** the hash of the password that an applicant chooses. @throws REQUEST_INVALID for a weak one */
  hashNewPassword: (applicant: Applicant) => Promise<string>;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The token of a new link into the workspace; links of that role that nobody has used stop working. */
export async function replaceSignUpLink(parts: Omit<SignUpParts, 'hashNewPassword'>, workspaceId: string, role: string): Promise<string> {
  const token = makeToken(parts.randomBytes);
  await parts.db.transaction().execute(async (db) => {
    await db
      .deleteFrom('sign_up_links')
      .where('workspace_id', '=', workspaceId)
      .where('role', '=', role)
      .where('used_at', 'is', null)
      .execute();
    const link = { hash: digest(token), workspace_id: workspaceId, role, created_at: parts.clock.now(), used_at: null };
    await db.insertInto('sign_up_links').values(link).execute();
  });
  return token;
}

/**
 * Makes the applicant a member as the link says, and uses the link up: both or neither. Resolves to the id of the person.
 *
 * @throws FORBIDDEN when the link is unknown or was used, CONFLICT when the address has an account
 */
export async function signUpByLink(parts: SignUpParts, token: string, applicant: Applicant): Promise<string> {
  const { db, clock } = parts;
  const hash = digest(token);
  const link = await db.selectFrom('sign_up_links').select('used_at').where('hash', '=', hash).executeTakeFirst();
  // Asked again below; here only to spare the work of hashing for strangers.
  if (link === undefined || link.used_at !== null) throw linkRefused();
  const passwordHash = await parts.hashNewPassword(applicant);
  const person = { id: makeId('p', parts.randomBytes), name: applicant.name, email: applicant.email, passwordHash, createdMs: clock.now() };
  await db
    .transaction()
    .execute(async (transaction) => {
      const claimed = await transaction
        .updateTable('sign_up_links')
        .set({ used_at: clock.now() })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .returning(['workspace_id', 'role'])
        .executeTakeFirst();
      if (claimed === undefined) throw linkRefused();
      await insertMember(transaction, person, claimed.workspace_id, claimed.role);
      if (claimed.role === 'owner') await makeFirstOperator(transaction, person.id, clock.now());
      await raiseIdentityVersion(transaction);
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new Problem('CONFLICT', `There is an account of ${applicant.email} already. Sign in with it.`);
      throw error;
    });
  return person.id;
}

function linkRefused(): Problem {
  return new Problem(
    'FORBIDDEN',
    'The sign-up link was used already, or was replaced by a newer one. A start without an owner prints a new one.',
  );
}
