/** Sign-ins that wait for their second factor: the cookie holds a token, the catalog its hash, for ten minutes and five tries. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import { digest, makeToken } from '../../random-text.ts';
import { waitMs } from '../lifetimes.ts';
import type { OwnCookie } from '../visitor.ts';

const mostTries = 5;

/** A sign-in that waits. */
export interface Wait {
  personId: string;
  /** how the first step was taken */
  method: 'password' | 'provider';
  providerId: string | null;
}

/** Sign-ins that wait. */
export interface Waits {
  /** Resolves to the `Set-Cookie` of whoever waits. */
  begin(wait: Wait): Promise<string>;
  /** Counts a try. Null when nothing waits, or for too long, or the tries are over. */
  take(headers: Headers): Promise<Wait | null>;
  /** Ends the wait; false when another call was faster, which then has signed in. */
  end(headers: Headers): Promise<boolean>;
  prune(): Promise<void>;
}

/** Waits in the table `second_factor_waits`. */
export function createWaits(db: CatalogDatabase, cookie: OwnCookie, clock: Clock, randomBytes: RandomBytes): Waits {
  return {
    begin: async ({ personId, method, providerId }) => {
      const token = makeToken(randomBytes);
      const row = { person_id: personId, method, provider_id: providerId, tries: 0, expires_at: clock.now() + waitMs };
      await db
        .insertInto('second_factor_waits')
        .values({ hash: digest(token), ...row })
        .execute();
      return cookie.set(token, waitMs);
    },
    take: async (headers) => {
      const token = cookie.read(headers);
      if (token === null) return null;
      const row = await db
        .updateTable('second_factor_waits')
        .set((eb) => ({ tries: eb('tries', '+', 1) }))
        .where('hash', '=', digest(token))
        .where('tries', '<', mostTries)
        .where('expires_at', '>', clock.now())
        .returning(['person_id', 'method', 'provider_id'])
        .executeTakeFirst();
      if (row === undefined) return null;
      return { personId: row.person_id, method: row.method === 'provider' ? 'provider' : 'password', providerId: row.provider_id };
    },
    end: async (headers) => {
      const token = cookie.read(headers) ?? '';
      const deleted = await db.deleteFrom('second_factor_waits').where('hash', '=', digest(token)).executeTakeFirst();
      return deleted.numDeletedRows > 0n;
    },
    prune: async () => {
      await db.deleteFrom('second_factor_waits').where('expires_at', '<', clock.now()).execute();
    },
  };
}
