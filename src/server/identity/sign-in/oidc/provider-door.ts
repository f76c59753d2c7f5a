/** Signing in by a provider: the browser goes there, comes back with an answer, and is let in as the person whom the answer names. */
import type { ProviderFailure } from '../../../../shared/contract/sign-in.ts';
import { Problem } from '../../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Log } from '../../../ports/log.ts';
import { raiseIdentityVersion } from '../../version.ts';
import type { AttemptLog } from '../attempt-log.ts';
import type { Attempts } from '../attempts.ts';
import type { Door } from '../door.ts';
import type { Letters } from '../letters.ts';
import { maybeAccount } from '../password/credentials.ts';
import type { Sessions } from '../sessions.ts';
import { placeOf, type Visitor } from '../visitor.ts';
import { renewAttributes } from './attributes.ts';
import type { ProviderClaims, ProviderClients } from './clients.ts';
import { linkPerson, resolvePerson, type LinkParts } from './links.ts';
import { findProvider, type Provider } from './provider.ts';
import { callbackUrlOf } from './providers.ts';
import type { ReturnedVisit, Visits } from './visits.ts';

/** What it is made of. */
export interface ProviderDoorParts extends LinkParts {
  attempts: Attempts;
  attemptLog: AttemptLog;
  clients: ProviderClients;
  visits: Visits;
  door: Door;
  sessions: Sessions;
  letters: Letters;
  appUrl: () => string;
  log: Log;
}

/** Where the browser goes next; `setCookies` must go along. */
export interface Onward {
  url: string;
  setCookies: string[];
}

/** Ways in by providers. */
export interface ProviderDoor {
  /** To the provider; `linkSessionId`: to link its account to the person of that session. @throws NOT_FOUND, RATE_LIMITED, OUTBOUND_FAILED */
  start(visitor: Visitor, providerId: string, returnPath: string, linkSessionId: string | null): Promise<Onward>;
  /** Like {@link start} for a browser that can be told of a failure by a page alone. @throws RATE_LIMITED */
  startOrFail(visitor: Visitor, providerId: string, returnPath: string): Promise<Onward>;
  /** Back from it, with the search part of the address. A failure is an address too. @throws RATE_LIMITED */
  finish(visitor: Visitor, providerId: string, search: string): Promise<Onward>;
  /** @throws NOT_FOUND, CONFLICT when it is the only way in */
  unlink(personId: string, providerId: string): Promise<void>;
}

class Failed extends Error {
  readonly failure: ProviderFailure;
  constructor(failure: ProviderFailure, cause?: unknown) {
    super(failure, { cause });
    this.failure = failure;
  }
}

/** Ways in over their parts. */
export function createProviderDoor(parts: ProviderDoorParts): ProviderDoor {
  const start: ProviderDoor['start'] = async (visitor, providerId, returnPath, linkSessionId) => {
    parts.attempts.take('provider', visitor.address);
    const provider = await findUsable(parts.db, providerId);
    const { visit, setCookie } = await parts.visits.begin(visitor.headers, providerId, returnPath, linkSessionId);
    const url = await parts.clients.visitUrl(provider, visit, callbackUrlOf(parts.appUrl(), providerId)).catch((error: unknown) => {
      throw asOutboundProblem(error, provider);
    });
    return { url, setCookies: [setCookie] };
  };
  return {
    start,
    startOrFail: async (visitor, providerId, returnPath) => {
      try {
        return await start(visitor, providerId, returnPath, null);
      } catch (error) {
        if (error instanceof Problem && ['RATE_LIMITED', 'NOT_FOUND'].includes(error.code)) throw error;
        return fail(parts, visitor, providerId, '/sign-in', new Failed('unavailable', error));
      }
    },
    finish: async (visitor, providerId, search) => {
      parts.attempts.take('provider', visitor.address);
      return finish(parts, visitor, providerId, search);
    },
    unlink: (personId, providerId) => unlink(parts, personId, providerId),
  };
}

async function findUsable(db: CatalogDatabase, id: string): Promise<Provider> {
  const provider = await findProvider(db, id);
  if (!provider.isOn) throw new Problem('NOT_FOUND', `There is no sign-in provider "${id}".`);
  return provider;
}

async function finish(parts: ProviderDoorParts, visitor: Visitor, providerId: string, search: string): Promise<Onward> {
  const state = new URLSearchParams(search).get('state') ?? '';
  const visit = await parts.visits.take(visitor.headers, providerId, state);
  const page = (visit?.linkSessionId ?? null) === null ? '/sign-in' : '/profile';
  try {
    if (visit === null) throw new Failed('expired');
    const provider = await findUsable(parts.db, providerId);
    const claims = await readAnswer(parts, provider, visit, search);
    return visit.linkSessionId === null
      ? await signIn(parts, visitor, provider, claims, visit.returnPath)
      : await link(parts, visitor, provider, claims, visit.linkSessionId);
  } catch (error) {
    return fail(parts, visitor, providerId, page, error);
  }
}

async function readAnswer(
  { clients, appUrl }: ProviderDoorParts,
  provider: Provider,
  visit: ReturnedVisit,
  search: string,
): Promise<ProviderClaims> {
  const url = new URL(callbackUrlOf(appUrl(), provider.id));
  url.search = search;
  try {
    return await clients.readAnswer(provider, visit, url);
  } catch (error) {
    if (url.searchParams.has('error') && !isOutage(error)) throw new Failed('refused', error);
    throw new Failed(isOutage(error) ? 'unavailable' : 'invalid', error);
  }
}

async function signIn(
  parts: ProviderDoorParts,
  visitor: Visitor,
  provider: Provider,
  claims: ProviderClaims,
  returnPath: string,
): Promise<Onward> {
  const resolved = await resolvePerson(parts, provider, claims);
  if ('failure' in resolved) throw new Failed(resolved.failure);
  const { personId, isNewLink, endedSessions } = resolved;
  if (isNewLink) {
    parts.sessions.announceEnd({ personId, sessionIds: endedSessions });
    await tellLinked(parts, provider, personId);
  } else await renew(parts, provider, claims, personId);
  const first = { method: 'provider', providerId: provider.id, hasSecondFactor: provider.handlesTwoFactor } as const;
  const entry = await parts.door.admit(personId, visitor, first).catch((error: unknown) => {
    throw error instanceof Problem ? new Failed('locked', error) : error;
  });
  const { setCookies } = entry;
  if (entry.needsTwoFactor) return { url: `/sign-in?step=second-factor&return=${encodeURIComponent(returnPath)}`, setCookies };
  if (entry.session === null) throw new Failed('not-invited');
  return { url: returnPath, setCookies };
}

async function renew({ db, sessions }: ProviderDoorParts, provider: Provider, claims: ProviderClaims, personId: string): Promise<void> {
  const isChanged = await db.transaction().execute(async (transaction) => {
    const changed = await renewAttributes(transaction, provider, claims, personId);
    if (changed) await raiseIdentityVersion(transaction);
    return changed;
  });
  if (isChanged) sessions.announceEnd({ personId, sessionIds: [] });
}

/** The person confirms by two things at once: their session here, and their account there. */
async function link(
  parts: ProviderDoorParts,
  visitor: Visitor,
  provider: Provider,
  claims: ProviderClaims,
  sessionId: string,
): Promise<Onward> {
  const signedIn = await parts.sessions.maybeSignedIn(visitor.headers);
  if (signedIn === null || signedIn.sessionId !== sessionId) throw new Failed('link-refused');
  const { personId } = signedIn;
  if (!(await linkPerson(parts.db, provider, claims, personId, parts.clock.now()))) throw new Failed('link-refused');
  await renew(parts, provider, claims, personId);
  await tellLinked(parts, provider, personId);
  return { url: '/profile', setCookies: [] };
}

async function tellLinked({ db, letters }: ProviderDoorParts, provider: Provider, personId: string): Promise<void> {
  const account = await maybeAccount(db, personId);
  if (account !== null) letters.tellLinked(account, provider.name);
}

async function unlink({ db, sessions }: ProviderDoorParts, personId: string, providerId: string): Promise<void> {
  const sessionIds = await db.transaction().execute(async (transaction) => {
    const links = await transaction.selectFrom('sign_in_links').select('provider_id').where('person_id', '=', personId).execute();
    if (!links.some((row) => row.provider_id === providerId))
      throw new Problem('NOT_FOUND', 'This provider is not linked to your account.');
    const account = await maybeAccount(transaction, personId);
    if (links.length === 1 && (account?.passwordHash ?? null) === null)
      throw new Problem(
        'CONFLICT',
        'This is the only way into your account. Choose a password first, by "Forgot password?" on the sign-in page.',
      );
    await transaction.deleteFrom('sign_in_links').where('person_id', '=', personId).where('provider_id', '=', providerId).execute();
    const deleted = await transaction
      .deleteFrom('auth_sessions')
      .where('user_id', '=', personId)
      .where('provider_id', '=', providerId)
      .returning('id')
      .execute();
    await raiseIdentityVersion(transaction);
    return deleted.map((row) => row.id);
  });
  sessions.announceEnd({ personId, sessionIds });
}

/** Where a browser is sent whose visit came to nothing; what is unexpected goes into the log, and the rest to who listens. */
async function fail(parts: ProviderDoorParts, visitor: Visitor, providerId: string, page: string, error: unknown): Promise<Onward> {
  const failure = error instanceof Failed ? error.failure : 'unavailable';
  if (failure === 'invalid' || failure === 'unavailable')
    parts.log.warn({ err: error instanceof Failed ? error.cause : error, provider: providerId }, 'a sign-in by a provider failed');
  const told = { method: 'provider' as const, personId: null, account: null, sessionId: null, providerId };
  if (failure !== 'locked')
    await parts.attemptLog.tell({ ...placeOf(visitor), ...told, at: parts.clock.now(), outcome: 'denied', reason: `provider-${failure}` });
  return { url: `${page}?failure=${failure}`, setCookies: [] };
}

/** Whether the provider could not be asked, rather than said something wrong. */
function isOutage(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof Problem) return at.code.startsWith('OUTBOUND_');
    if (at.name === 'TimeoutError' || at.name === 'AbortError' || at instanceof TypeError) return true;
    if ('code' in at && at.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return true;
  }
  return false;
}

function asOutboundProblem(error: unknown, { name }: Provider): Problem {
  if (error instanceof Problem) return error;
  return new Problem('OUTBOUND_FAILED', `The sign-in provider "${name}" does not answer as it should.`, {}, error);
}
