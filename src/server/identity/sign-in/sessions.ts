/** Tells who a session cookie belongs to, from memory for a few seconds; opens sessions and ends them. */
import type { Session } from '../../../shared/contract/identity.ts';
import { seeAsHeader } from '../../../shared/contract/roles.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import { pickPlace, readPlaces, type Place } from '../person/places.ts';
import type { Principal } from '../principal.ts';
import type { Sightings } from '../person/sightings.ts';
import { versionedCache, type WatchedVersion } from '../versioned-cache.ts';
import type { Auth } from './better-auth/auth.ts';
import { longestSessionMs, noteUseEveryMs } from './lifetimes.ts';
import { maybeSessionCookie } from './session-cookie.ts';
import { deleteSessions, noteOpened, noteUse, readFacts, type Ended, type Opening } from './session-rows.ts';
import { readRequiring } from './two-factor/rules.ts';
import { havingSecondFactor } from './two-factor/second-factors.ts';
import { userAgentOf, type Visitor } from './visitor.ts';

/** A session that ended on another node is noticed by the version; this bounds what could be missed besides. */
const maxAgeMs = 10_000;

/** Somebody with a session, whether they are a member of anything or not. */
export interface SignedIn {
  personId: string;
  name: string;
  email: string;
  sessionId: string;
  openedMs: number;
  expiresMs: number;
  /** the provider that opened the session; null: none did */
  providerId: string | null;
  /** workspaces that they are a member of, oldest first */
  places: Place[];
  /** whether a second factor must be set up before anything can be done there */
  mustSetUpTwoFactor(workspaceId: string): boolean;
}

/** What sessions are read from. */
export interface SessionParts {
  auth: () => Promise<Auth>;
  db: CatalogDatabase;
  version: WatchedVersion;
  clock: Clock;
  sightings: Sightings;
  /** @throws FORBIDDEN, NOT_FOUND */
  seeAs: (principal: Principal, roleId: string) => Promise<Principal>;
}

/** Sessions that ended, of one person. */
export interface SessionEnd {
  personId: string;
  sessionIds: readonly string[];
}

/** Sessions by request headers. */
export interface Sessions {
  /** The member whose cookie it is, or null. @throws FORBIDDEN when another workspace is asked for, or a role that may not be seen as */
  authenticate(headers: Headers): Promise<Principal | null>;
  /** The session in full, read from the catalog; `setCookies` must go out with the answer. */
  read(headers: Headers): Promise<{ session: Session | null; setCookies: string[] }>;
  /** Whoever has the session, a member or not. */
  maybeSignedIn(headers: Headers): Promise<SignedIn | null>;
  /** A new session for a person, which ends the one of the visitor's cookie; `setCookies` must go out with the answer. */
  open(personId: string, visitor: Visitor, opening: Opening): Promise<{ sessionId: string; setCookies: string[] }>;
  /** Ends the session of the cookie. Resolves to what it was; `setCookies` must go out with the answer. */
  close(headers: Headers): Promise<{ ended: SignedIn | null; setCookies: string[] }>;
  /** Ends sessions of a person, for HTTP and sockets: at once here, within a second on other nodes. */
  end(personId: string, which: Ended): Promise<number>;
  /** Calls `listener` after sessions ended, or after something about them changed that sockets must look at again. */
  onEnd(listener: (end: SessionEnd) => void): void;
  /** Tells everybody of an end that was written elsewhere. */
  announceEnd(end: SessionEnd): void;
}

/** Sessions of better-auth, with memberships. For most calls somebody who is a member of nothing counts as signed out. */
export function createSessions({ auth, db, version, clock, sightings, seeAs }: SessionParts): Sessions {
  const cache = versionedCache<SignedIn | null>(version, clock, { maxAgeMs, capacity: 10_000 });
  const listeners: ((end: SessionEnd) => void)[] = [];
  const load = async (cookie: string): Promise<SignedIn | null> => {
    const found = await (await auth()).api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } });
    return found === null ? null : loadSignedIn(db, clock.now(), found);
  };
  const maybeSignedIn = async (headers: Headers): Promise<SignedIn | null> => {
    const cookie = maybeSessionCookie(headers);
    if (cookie === null) return null;
    const signedIn = await cache.get(cookie, () => load(cookie));
    return signedIn === null || signedIn.expiresMs <= clock.now() ? null : signedIn;
  };
  const announceEnd = (end: SessionEnd): void => {
    version.forget();
    for (const listener of listeners) listener(end);
  };
  const end = async (personId: string, which: Ended): Promise<number> => {
    const sessionIds = await db.transaction().execute((transaction) => deleteSessions(transaction, personId, which));
    if (sessionIds.length > 0) announceEnd({ personId, sessionIds });
    return sessionIds.length;
  };

  return {
    authenticate: async (headers) => {
      const signedIn = await maybeSignedIn(headers);
      if (signedIn === null || signedIn.places.length === 0) return null;
      const { member } = pickPlace(signedIn.places, headers);
      sightings.note(member.workspaceId, member.person.id, member.lastSeenMs);
      const principal = principalOf(signedIn, headers);
      const roleId = headers.get(seeAsHeader);
      return roleId === null ? principal : seeAs(principal, roleId);
    },
    read: async (headers) => {
      const cookie = maybeSessionCookie(headers);
      if (cookie === null) return { session: null, setCookies: [] };
      const answer = await (await auth()).api.getSession({ headers: new Headers({ cookie }), returnHeaders: true });
      const setCookies = answer.headers.getSetCookie();
      const signedIn = answer.response === null ? null : await loadSignedIn(db, clock.now(), answer.response);
      if (signedIn === null || signedIn.places.length === 0) return { session: null, setCookies };
      const principal = principalOf(signedIn, headers);
      const roleId = headers.get(seeAsHeader);
      // A page that looks as a role which is gone is told so by the answer, not by an error that it could not get out of.
      const shown = roleId === null ? principal : await seeAs(principal, roleId).catch(() => principal);
      return { session: sessionOf(signedIn, shown), setCookies };
    },
    maybeSignedIn,
    open: async (personId, visitor, opening) => {
      const before = await maybeSignedIn(visitor.headers);
      if (before !== null) await end(before.personId, { only: before.sessionId });
      const body = { personId, address: visitor.address, userAgent: userAgentOf(visitor) };
      const { headers, response } = await (await auth()).api.openSession({ body, returnHeaders: true });
      await noteOpened(db, response.sessionId, opening, clock.now());
      return { sessionId: response.sessionId, setCookies: headers.getSetCookie() };
    },
    close: async (headers) => {
      const ended = await maybeSignedIn(headers);
      if (ended !== null) await end(ended.personId, { only: ended.sessionId });
      const cookie = maybeSessionCookie(headers);
      const answer = await (await auth()).api.signOut({ headers: new Headers(cookie === null ? {} : { cookie }), returnHeaders: true });
      return { ended, setCookies: answer.headers.getSetCookie() };
    },
    end,
    onEnd: (listener) => void listeners.push(listener),
    announceEnd,
  };
}

interface FoundSession {
  session: { id: string; expiresAt: Date };
  user: { id: string; name: string; email: string };
}

/** What is known of a session that better-auth has found; null when it has lived too long. */
async function loadSignedIn(db: CatalogDatabase, nowMs: number, { session, user }: FoundSession): Promise<SignedIn | null> {
  const facts = await readFacts(db, session.id);
  if (facts === null || nowMs >= session.expiresAt.getTime() || nowMs >= facts.openedMs + longestSessionMs) return null;
  const isDue = nowMs - facts.lastSeenMs >= noteUseEveryMs;
  const expiresMs = isDue ? await noteUse(db, session.id, facts.openedMs, nowMs) : session.expiresAt.getTime();
  const places = await readPlaces(db, user.id);
  const requiring = await readRequiring(
    db,
    places.map(({ member }) => member.workspaceId),
  );
  const isByProvider = facts.providerId !== null && facts.hasSecondFactor;
  const hasSecondFactor = isByProvider || (await havingSecondFactor(db, [user.id])).has(user.id);
  return {
    personId: user.id,
    name: user.name,
    email: user.email,
    sessionId: session.id,
    openedMs: facts.openedMs,
    expiresMs,
    providerId: facts.providerId,
    places,
    mustSetUpTwoFactor: (workspaceId) => !hasSecondFactor && (requiring.isEverywhere || requiring.workspaces.has(workspaceId)),
  };
}

/** As a member of the workspace that the headers ask for. Who must set up a second factor may do nothing before. */
function principalOf(signedIn: SignedIn, headers: Headers): Principal {
  const { principal } = pickPlace(signedIn.places, headers);
  const own = { ...principal, sessionId: signedIn.sessionId };
  return signedIn.mustSetUpTwoFactor(principal.workspaceId) ? { ...own, permissions: new Set(), isOperator: false } : own;
}

function sessionOf(signedIn: SignedIn, { workspaceId, permissions, isOperator, seeingAs }: Principal): Session {
  const { role } = signedIn.places.find(({ member }) => member.workspaceId === workspaceId)!.member;
  return {
    person: { id: signedIn.personId, name: signedIn.name, email: signedIn.email },
    workspaces: signedIn.places.map(({ member }) => ({ id: member.workspaceId, name: member.workspaceName, role: member.role.id })),
    workspaceId,
    role: { id: role.id, name: role.name },
    permissions: [...permissions],
    isOperator,
    seeingAs: seeingAs ?? null,
    mustSetUpTwoFactor: signedIn.mustSetUpTwoFactor(workspaceId),
  };
}
