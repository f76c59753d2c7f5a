/** Links for a new password: made for who forgot it, sent by mail or handed over by an admin, used once. */
import { Problem } from '../../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import { digest, makeToken } from '../../random-text.ts';
import { resetMs } from '../lifetimes.ts';
import { deleteSessions } from '../session-rows.ts';
import { forgetDevices } from '../two-factor/devices.ts';
import { setPassword } from './credentials.ts';

/** Links of one person that may be open at a time: more are refused until the oldest are an hour old. */
const mostOpen = 3;

/** What links are made with. */
export interface ResetParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** The token of a new link for a person; null when too many are open. */
export async function maybeMakeReset({ db, clock, randomBytes }: ResetParts, personId: string): Promise<string | null> {
  const nowMs = clock.now();
  const token = makeToken(randomBytes);
  return db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('password_resets').where('expires_at', '<=', nowMs).execute();
    const open = await transaction.selectFrom('password_resets').select('hash').where('person_id', '=', personId).execute();
    if (open.length >= mostOpen) return null;
    await transaction
      .insertInto('password_resets')
      .values({ hash: digest(token), person_id: personId, created_at: nowMs, expires_at: nowMs + resetMs })
      .execute();
    return token;
  });
}

/** Withdraws the open links of a person. */
export async function withdrawResets(db: CatalogDatabase, personId: string): Promise<void> {
  await db.deleteFrom('password_resets').where('person_id', '=', personId).execute();
}

/** Whose link it is. @throws FORBIDDEN when it was used, withdrawn or is too old */
export async function findReset({ db, clock }: ResetParts, token: string): Promise<{ id: string; name: string; email: string }> {
  const row = await db
    .selectFrom('password_resets as r')
    .innerJoin('auth_users as u', 'u.id', 'r.person_id')
    .select(['u.id', 'u.name', 'u.email'])
    .where('r.hash', '=', digest(token))
    .where('r.expires_at', '>', clock.now())
    .executeTakeFirst();
  if (row === undefined) throw refused();
  return row;
}

/** Uses a link up: a new password, every other link withdrawn, no session and no trusted device left. Resolves to the ended sessions. */
export async function consumeReset({ db, clock }: ResetParts, token: string, personId: string, passwordHash: string): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    const used = await transaction
      .deleteFrom('password_resets')
      .where('hash', '=', digest(token))
      .where('person_id', '=', personId)
      .where('expires_at', '>', clock.now())
      .returning('hash')
      .executeTakeFirst();
    if (used === undefined) throw refused();
    await withdrawResets(transaction, personId);
    await setPassword(transaction, personId, passwordHash, clock.now());
    await forgetDevices(transaction, personId);
    return deleteSessions(transaction, personId, {});
  });
}

function refused(): Problem {
  return new Problem('FORBIDDEN', 'The link was used already, or is older than an hour. Ask for a new one.');
}
