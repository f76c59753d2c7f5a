/** What the catalog knows of sessions besides better-auth: how they were opened, when they were used; listed and ended by their person. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { raiseIdentityVersion } from '../version.ts';
import { idleDays, longestSessionMs } from './lifetimes.ts';

const dayMs = 86_400_000;

/** How a session came to be. */
export interface Opening {
  /** `password`, `provider` or `link` */
  method: string;
  /** whether whoever opened it has shown a second factor, here or at the provider */
  hasSecondFactor: boolean;
  providerId: string | null;
  country: string | null;
}

/** What is kept of a session. */
export interface SessionFacts extends Opening {
  openedMs: number;
  lastSeenMs: number;
}

/** A session as its person sees it. */
export interface ListedSession extends SessionFacts {
  id: string;
  address: string;
  userAgent: string;
  /** the name of the provider that it was opened by */
  providerName: string | null;
}

/** Notes how a session was opened that better-auth has just made. */
export async function noteOpened(db: CatalogDatabase, sessionId: string, opening: Opening, nowMs: number): Promise<void> {
  await db
    .updateTable('auth_sessions')
    .set({
      opened_at: nowMs,
      last_seen_at: nowMs,
      expires_at: new Date(nowMs + idleDays * dayMs).toISOString(),
      method: opening.method,
      has_second_factor: opening.hasSecondFactor ? 1 : 0,
      provider_id: opening.providerId,
      country: opening.country,
    })
    .where('id', '=', sessionId)
    .execute();
}

/** Notes that a session is in use, which lets it live on: so many days from now, and never longer than a session may. */
export async function noteUse(db: CatalogDatabase, sessionId: string, openedMs: number, nowMs: number): Promise<number> {
  const expiresMs = Math.min(nowMs + idleDays * dayMs, openedMs + longestSessionMs);
  await db
    .updateTable('auth_sessions')
    .set({ last_seen_at: nowMs, expires_at: new Date(expiresMs).toISOString() })
    .where('id', '=', sessionId)
    .execute();
  return expiresMs;
}

/** What is kept of a session, or null. */
export async function readFacts(db: CatalogDatabase, sessionId: string): Promise<SessionFacts | null> {
  const row = await db
    .selectFrom('auth_sessions')
    .select(['opened_at', 'last_seen_at', 'method', 'has_second_factor', 'provider_id', 'country'])
    .where('id', '=', sessionId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    openedMs: row.opened_at,
    lastSeenMs: row.last_seen_at,
    method: row.method,
    hasSecondFactor: row.has_second_factor === 1,
    providerId: row.provider_id,
    country: row.country,
  };
}

/** The sessions of a person that have not ended, most recently used first. */
export async function listSessions(db: CatalogDatabase, personId: string, nowMs: number): Promise<ListedSession[]> {
  const rows = await db
    .selectFrom('auth_sessions as s')
    .leftJoin('sign_in_providers as p', 'p.id', 's.provider_id')
    .select(['s.id', 's.ip_address', 's.user_agent', 's.opened_at', 's.last_seen_at', 's.method', 's.has_second_factor'])
    .select(['s.provider_id', 's.country', 'p.name as provider_name'])
    .where('s.user_id', '=', personId)
    .where('s.expires_at', '>', new Date(nowMs).toISOString())
    .where('s.opened_at', '>', nowMs - longestSessionMs)
    .orderBy('s.last_seen_at', 'desc')
    .orderBy('s.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    address: row.ip_address ?? '',
    userAgent: row.user_agent ?? '',
    openedMs: row.opened_at,
    lastSeenMs: row.last_seen_at,
    method: row.method,
    hasSecondFactor: row.has_second_factor === 1,
    providerId: row.provider_id,
    providerName: row.provider_name,
    country: row.country,
  }));
}

/** Which sessions of a person end: one, all but one, or all. */
export interface Ended {
  only?: string;
  except?: string;
}

/** Ends sessions of a person, and raises the version when there were any; best in the transaction of what it follows from. */
export async function deleteSessions(db: CatalogDatabase, personId: string, { only, except }: Ended): Promise<string[]> {
  let deletion = db.deleteFrom('auth_sessions').where('user_id', '=', personId);
  if (only !== undefined) deletion = deletion.where('id', '=', only);
  if (except !== undefined) deletion = deletion.where('id', '!=', except);
  const rows = await deletion.returning('id').execute();
  if (rows.length > 0) await raiseIdentityVersion(db);
  return rows.map((row) => row.id);
}

/** Ends all sessions that were opened by a provider. */
export async function deleteProviderSessions(db: CatalogDatabase, providerId: string): Promise<void> {
  await db.deleteFrom('auth_sessions').where('provider_id', '=', providerId).execute();
  await raiseIdentityVersion(db);
}

/** Deletes the sessions that nobody can use any more. */
export async function pruneSessions(db: CatalogDatabase, nowMs: number): Promise<void> {
  await db
    .deleteFrom('auth_sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', new Date(nowMs).toISOString()), eb('opened_at', '<=', nowMs - longestSessionMs)]))
    .execute();
}
