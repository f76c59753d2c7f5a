/** Which person an account at a provider is here: linked before, linked now, or new. The rules keep anybody from becoming somebody else. */
import type { ProviderFailure } from '../../../../shared/contract/sign-in.ts';
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import { isUniqueViolation } from '../../../catalog/violations.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import type { Acceptance } from '../../members/acceptance.ts';
import { makeId } from '../../random-text.ts';
import { raiseIdentityVersion } from '../../version.ts';
import { maybeAccountOf, type Account } from '../password/credentials.ts';
import { withdrawResets } from '../password/reset.ts';
import { deleteSessions } from '../session-rows.ts';
import { removeSecondFactor } from '../two-factor/second-factors.ts';
import { renewAttributes } from './attributes.ts';
import type { ProviderClaims } from './clients.ts';
import { isOfDomain, type Provider } from './provider.ts';

/** What links are kept with. */
export interface LinkParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
  acceptance: () => Pick<Acceptance, 'isInvited' | 'joinAll'>;
}

/** What came of looking for the person. */
export type Resolved =
  | { personId: string; /** an account that was here before was linked just now */ isNewLink: boolean; endedSessions: string[] }
  | { failure: ProviderFailure };

/**
 * The person behind an account at a provider:
 *
 * 1. Linked before: by provider and subject, whatever address the provider tells.
 * 2. An account here with the address that the provider has verified: linked at first sight only where the provider is said to be the
 *    one that gives out the addresses of that domain. Whatever could sign in to the account before ends with it, for nobody has
 *    shown that whoever made it had the address.
 * 3. Nobody here with that address: made, where it was invited, or its domain may join.
 */
export async function resolvePerson(parts: LinkParts, provider: Provider, claims: ProviderClaims): Promise<Resolved> {
  const linked = await maybeLinkedPerson(parts.db, provider.id, claims.subject);
  if (linked !== null) return { personId: linked, isNewLink: false, endedSessions: [] };
  if (claims.email === null) return { failure: 'email-unverified' };
  const account = await maybeAccountOf(parts.db, claims.email);
  if (account === null) return makePerson(parts, provider, { ...claims, email: claims.email });
  // Another tab of the same person may have made account and link, in one transaction, since the link was looked for.
  const linkedMeanwhile = await maybeLinkedPerson(parts.db, provider.id, claims.subject);
  if (linkedMeanwhile !== null) return { personId: linkedMeanwhile, isNewLink: false, endedSessions: [] };
  if (!provider.linksByEmail || !isOfDomain(provider, claims.email)) return { failure: 'link-first' };
  return linkAtFirstSight(parts, provider, claims, account);
}

/** The person to whom an account at a provider is linked, or null. */
export async function maybeLinkedPerson(db: CatalogDatabase, providerId: string, subject: string): Promise<string | null> {
  const row = await db
    .selectFrom('sign_in_links')
    .select('person_id')
    .where('provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.person_id ?? null;
}

/** Links an account at a provider to a person; false when either is linked elsewhere there. */
export async function linkPerson(
  db: CatalogDatabase,
  provider: Provider,
  { subject, email }: Pick<ProviderClaims, 'subject' | 'email'>,
  personId: string,
  nowMs: number,
): Promise<boolean> {
  const inserted = await db
    .insertInto('sign_in_links')
    .values({ provider_id: provider.id, subject, person_id: personId, email, created_at: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .returning('subject')
    .executeTakeFirst();
  return inserted !== undefined || (await maybeLinkedPerson(db, provider.id, subject)) === personId;
}

async function linkAtFirstSight(
  parts: LinkParts,
  provider: Provider,
  claims: ProviderClaims,
  { id: personId }: Account,
): Promise<Resolved> {
  return parts.db.transaction().execute(async (transaction) => {
    if (!(await linkPerson(transaction, provider, claims, personId, parts.clock.now()))) return { failure: 'link-refused' };
    await transaction.deleteFrom('auth_accounts').where('user_id', '=', personId).execute();
    await transaction.deleteFrom('personal_tokens').where('person_id', '=', personId).execute();
    await removeSecondFactor(transaction, personId);
    await withdrawResets(transaction, personId);
    const endedSessions = await deleteSessions(transaction, personId, {});
    await renewAttributes(transaction, provider, claims, personId);
    await raiseIdentityVersion(transaction);
    return { personId, isNewLink: true, endedSessions };
  });
}

async function makePerson(parts: LinkParts, provider: Provider, claims: ProviderClaims & { email: string }): Promise<Resolved> {
  const { db, clock, randomBytes } = parts;
  const { email } = claims;
  const isInvited = await parts.acceptance().isInvited(email);
  const autoJoin = isOfDomain(provider, email) ? provider.autoJoin : null;
  if (!isInvited && autoJoin === null) return { failure: 'not-invited' };
  const personId = makeId('p', randomBytes);
  try {
    await db.transaction().execute(async (transaction) => {
      await insertPerson(transaction, { id: personId, email, name: claims.name ?? email.split('@')[0]! }, clock.now());
      await linkPerson(transaction, provider, claims, personId, clock.now());
      if (autoJoin !== null) await join(transaction, autoJoin, personId, clock.now());
      await raiseIdentityVersion(transaction);
    });
  } catch (error) {
    // The same person came in by another tab meanwhile.
    const linked = isUniqueViolation(error) ? await maybeLinkedPerson(db, provider.id, claims.subject) : null;
    if (linked === null) throw error;
    return { personId: linked, isNewLink: false, endedSessions: [] };
  }
  if (isInvited) await parts.acceptance().joinAll({ id: personId, email });
  return { personId, isNewLink: false, endedSessions: [] };
}

async function insertPerson(
  db: CatalogDatabase,
  { id, name, email }: { id: string; name: string; email: string },
  nowMs: number,
): Promise<void> {
  const at = new Date(nowMs).toISOString();
  await db.insertInto('auth_users').values({ id, name, email, email_verified: 0, created_at: at, updated_at: at }).execute();
}

async function join(
  db: CatalogDatabase,
  { workspaceId, role }: NonNullable<Provider['autoJoin']>,
  personId: string,
  nowMs: number,
): Promise<void> {
  await db
    .insertInto('memberships')
    .columns(['workspace_id', 'person_id', 'role', 'created_at'])
    // The workspace may have been deleted since the provider was set up.
    .expression((eb) =>
      eb
        .selectFrom('workspaces')
        .select((inner) => ['id', inner.val(personId).as('person'), inner.val(role).as('role'), inner.val(nowMs).as('at')])
        .where('id', '=', workspaceId),
    )
    .execute();
}
