/** Devices that are not asked for a second factor for a while, since somebody said so after giving one there. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import { digest, makeToken } from '../../random-text.ts';
import { trustMs } from '../lifetimes.ts';
import type { OwnCookie } from '../visitor.ts';

/** Trusted devices of people. */
export interface Devices {
  /** Whether the cookie of these headers says that the device may sign this person in without a code. */
  isTrusted(headers: Headers, personId: string): Promise<boolean>;
  /** Trusts the device that gets this `Set-Cookie`. */
  trust(personId: string): Promise<string>;
}

/** Devices in the table `trusted_devices`; the cookie holds a token, the table its hash. */
export function createDevices(db: CatalogDatabase, cookie: OwnCookie, clock: Clock, randomBytes: RandomBytes): Devices {
  return {
    isTrusted: async (headers, personId) => {
      const token = cookie.read(headers);
      if (token === null) return false;
      const row = await db
        .selectFrom('trusted_devices')
        .select('hash')
        .where('hash', '=', digest(token))
        .where('person_id', '=', personId)
        .where('expires_at', '>', clock.now())
        .executeTakeFirst();
      return row !== undefined;
    },
    trust: async (personId) => {
      const token = makeToken(randomBytes);
      const createdMs = clock.now();
      await db
        .insertInto('trusted_devices')
        .values({ hash: digest(token), person_id: personId, created_at: createdMs, expires_at: createdMs + trustMs })
        .execute();
      return cookie.set(token, trustMs);
    },
  };
}

/** How many devices a person trusts. */
export async function countDevices(db: CatalogDatabase, personId: string, nowMs: number): Promise<number> {
  const query = db.selectFrom('trusted_devices').select('hash').where('person_id', '=', personId).where('expires_at', '>', nowMs);
  return (await query.execute()).length;
}

/** Forgets the devices of a person. */
export async function forgetDevices(db: CatalogDatabase, personId: string): Promise<void> {
  await db.deleteFrom('trusted_devices').where('person_id', '=', personId).execute();
}
