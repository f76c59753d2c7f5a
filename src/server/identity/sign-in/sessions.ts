/** Tells who a session cookie belongs to, from memory for a few seconds. */
import type { Session } from '../../../shared/contract/identity.ts';
import { workspaceHeader } from '../../../shared/contract/identity.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import { listMemberships, permissionsOf, type Membership } from '../people.ts';
import { wholeWorkspace } from '../policy.ts';
import type { Principal } from '../principal.ts';
import { versionedCache, type WatchedVersion } from '../versioned-cache.ts';
import type { Auth } from './auth.ts';

const cookiePattern = /(?:^|;\s*)((?:__Secure-)?bellwether\.session_token)=([^;]+)/;
/** A session that ended on another node is noticed by the version; this bounds what could be missed besides. */
const maxAgeMs = 10_000;

interface SignedIn {
  personId: string;
  expiresMs: number;
  memberships: Membership[];
}

/** What sessions are read from. */
export interface SessionParts {
  auth: () => Promise<Auth>;
  db: CatalogDatabase;
  version: WatchedVersion;
  clock: Clock;
}

/** Sessions by request headers. */
export interface Sessions {
  /** The member whose cookie it is, or null. @throws FORBIDDEN when another workspace is asked for */
  authenticate(headers: Headers): Promise<Principal | null>;
  /** The session in full, read from the catalog and renewed when due: then `setCookies` must go out with the answer. */
  read(headers: Headers): Promise<{ session: Session | null; setCookies: string[] }>;
}

/** Sessions of better-auth, with memberships. Somebody who is a member of nothing counts as signed out. */
export function createSessions({ auth, db, version, clock }: SessionParts): Sessions {
  const cache = versionedCache<SignedIn | null>(version, clock, { maxAgeMs, capacity: 10_000 });

  const load = async (cookie: string): Promise<SignedIn | null> => {
    const found = await (await auth()).api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } });
    if (found === null) return null;
    const memberships = await listMemberships(db, found.user.id);
    return memberships.length === 0 ? null : { personId: found.user.id, expiresMs: found.session.expiresAt.getTime(), memberships };
  };

  return {
    authenticate: async (headers) => {
      const cookie = maybeSessionCookie(headers);
      if (cookie === null) return null;
      const signedIn = await cache.get(cookie, () => load(cookie));
      if (signedIn === null || signedIn.expiresMs <= clock.now()) return null;
      const { workspaceId, role } = pickMembership(signedIn.memberships, headers);
      return {
        kind: 'person',
        workspaceId,
        id: signedIn.personId,
        personId: signedIn.personId,
        permissions: permissionsOf(role),
        isOperator: role === 'owner',
        policy: wholeWorkspace(workspaceId),
      };
    },
    read: async (headers) => {
      if (maybeSessionCookie(headers) === null) return { session: null, setCookies: [] };
      const answer = await (await auth()).api.getSession({ headers, returnHeaders: true });
      const setCookies = answer.headers.getSetCookie();
      if (answer.response === null) return { session: null, setCookies };
      const { id, name, email } = answer.response.user;
      const memberships = await listMemberships(db, id);
      if (memberships.length === 0) return { session: null, setCookies };
      const workspaces = memberships.map((each) => ({ id: each.workspaceId, name: each.workspaceName, role: each.role }));
      const { workspaceId, role } = pickMembership(memberships, headers);
      return {
        session: {
          person: { id, name, email },
          workspaces,
          workspaceId,
          role: { id: role, name: role },
          permissions: [...permissionsOf(role)],
          isOperator: role === 'owner',
          seeingAs: null,
          mustSetUpTwoFactor: false,
        },
        setCookies,
      };
    },
  };
}

/** The session cookie alone, as `name=value`, or null. */
function maybeSessionCookie(headers: Headers): string | null {
  const match = cookiePattern.exec(headers.get('cookie') ?? '');
  return match === null ? null : `${match[1]}=${match[2]}`;
}

function pickMembership(memberships: readonly Membership[], headers: Headers): Membership {
  const wanted = headers.get(workspaceHeader);
  const found = wanted === null ? memberships[0] : memberships.find((each) => each.workspaceId === wanted);
  if (found === undefined) throw new Problem('FORBIDDEN', `You are not a member of the workspace "${wanted}".`);
  return found;
}
