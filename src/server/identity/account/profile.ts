/** Everything about one's own account, as it is shown to its person. */
import type { AccountAnswer, SessionSummary } from '../../../shared/contract/account.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { longestSessionMs } from '../sign-in/lifetimes.ts';
import { maybeAccount } from '../sign-in/password/credentials.ts';
import { listSessions, type ListedSession } from '../sign-in/session-rows.ts';
import { countDevices } from '../sign-in/two-factor/devices.ts';
import { isRequiredOf } from '../sign-in/two-factor/rules.ts';
import { readState } from '../sign-in/two-factor/second-factors.ts';
import { deviceWords } from './device-words.ts';

/** The account of a person who has that session. @throws NOT_FOUND when it was erased meanwhile */
export async function readAccount(db: CatalogDatabase, personId: string, sessionId: string, nowMs: number): Promise<AccountAnswer> {
  const account = await maybeAccount(db, personId);
  if (account === null) throw new Problem('NOT_FOUND', 'Your account is gone.');
  const { onSinceMs, recoveryCodesLeft } = await readState(db, personId);
  const sessions = await listSessions(db, personId, nowMs);
  return {
    profile: {
      id: account.id,
      name: account.name,
      email: account.email,
      hasPassword: account.passwordHash !== null,
      createdAt: account.createdAt,
    },
    twoFactor: {
      isOn: onSinceMs !== null,
      isRequired: await isRequiredOf(db, personId),
      onSince: onSinceMs === null ? null : isoOf(onSinceMs),
      recoveryCodesLeft,
      trustedDevices: await countDevices(db, personId, nowMs),
    },
    sessions: sessions.map((session) => summaryOf(session, sessionId)),
    providers: await listLinks(db, personId),
  };
}

function summaryOf(session: ListedSession, currentId: string): SessionSummary {
  return {
    id: session.id,
    device: deviceWords(session.userAgent),
    address: session.address,
    country: session.country,
    method: session.providerName ?? session.method,
    createdAt: isoOf(session.openedMs),
    lastSeenAt: isoOf(session.lastSeenMs),
    endsAt: isoOf(session.openedMs + longestSessionMs),
    isCurrent: session.id === currentId,
  };
}

async function listLinks(db: CatalogDatabase, personId: string): Promise<AccountAnswer['providers']> {
  const rows = await db
    .selectFrom('sign_in_providers as p')
    .leftJoin('sign_in_links as l', (join) => join.onRef('l.provider_id', '=', 'p.id').on('l.person_id', '=', personId))
    .select(['p.id', 'p.name', 'l.created_at', 'l.email'])
    .where('p.is_on', '=', 1)
    .orderBy('p.name')
    .orderBy('p.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    linkedAt: row.created_at === null ? null : isoOf(row.created_at),
    email: row.email,
  }));
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
