/** Browsers that are at a provider: what they took along, who may come back with it, and only once. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import type { Sealer } from '../../../sealing/sealer.ts';
import { digest, makeToken } from '../../random-text.ts';
import { waitMs } from '../lifetimes.ts';
import type { OwnCookie } from '../visitor.ts';
import type { Visit } from './clients.ts';

/** A visit that has come back. */
export interface ReturnedVisit extends Visit {
  returnPath: string;
  /** the session whose account is to be linked; null: a sign-in */
  linkSessionId: string | null;
}

/** Visits to providers. */
export interface Visits {
  /** A visit of the browser with these headers; the cookie that tells it again must go out. */
  begin(
    headers: Headers,
    providerId: string,
    returnPath: string,
    linkSessionId: string | null,
  ): Promise<{ visit: Visit; setCookie: string }>;
  /** The visit of that state, which ends it; null when it is not of this browser and provider, too old, or was taken before. */
  take(headers: Headers, providerId: string, state: string): Promise<ReturnedVisit | null>;
  prune(): Promise<void>;
}

/** What visits are kept with. */
export interface VisitParts {
  db: CatalogDatabase;
  sealer: Sealer;
  cookie: OwnCookie;
  clock: Clock;
  randomBytes: RandomBytes;
}

/** Visits in the table `provider_visits`. The state finds the row and the cookie opens it: neither is of use without the other. */
export function createVisits({ db, sealer, cookie, clock, randomBytes }: VisitParts): Visits {
  return {
    begin: async (headers, providerId, returnPath, linkSessionId) => {
      // One browser may be at several providers, in several tabs.
      const browser = cookie.read(headers) ?? makeToken(randomBytes);
      const visit = {
        state: makeToken(randomBytes),
        nonce: makeToken(randomBytes),
        verifier: makeToken(randomBytes) + makeToken(randomBytes),
      };
      const hash = digest(visit.state);
      const row = {
        browser_hash: digest(browser),
        provider_id: providerId,
        sealed: sealer.seal(JSON.stringify({ nonce: visit.nonce, verifier: visit.verifier }), hash),
        return_path: returnPath,
        link_session_id: linkSessionId,
        expires_at: clock.now() + waitMs,
      };
      await db
        .insertInto('provider_visits')
        .values({ hash, ...row })
        .execute();
      return { visit, setCookie: cookie.set(browser, waitMs) };
    },
    take: async (headers, providerId, state) => {
      const browser = cookie.read(headers);
      if (browser === null) return null;
      const hash = digest(state);
      const row = await db
        .deleteFrom('provider_visits')
        .where('hash', '=', hash)
        .where('browser_hash', '=', digest(browser))
        .where('provider_id', '=', providerId)
        .where('expires_at', '>', clock.now())
        .returning(['sealed', 'return_path', 'link_session_id'])
        .executeTakeFirst();
      const opened = row === undefined ? null : sealer.maybeOpen(row.sealed, hash);
      if (row === undefined || opened === null) return null;
      const { nonce, verifier } = JSON.parse(opened) as Omit<Visit, 'state'>;
      return { state, nonce, verifier, returnPath: row.return_path, linkSessionId: row.link_session_id };
    },
    prune: async () => {
      await db.deleteFrom('provider_visits').where('expires_at', '<', clock.now()).execute();
    },
  };
}
