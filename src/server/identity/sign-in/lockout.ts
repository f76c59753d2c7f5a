/** Locks accounts after too many wrong tries, in the catalog, so that every node counts the same. */
import { createHmac } from 'node:crypto';
import { deriveKey } from '../../sealing/secrets.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Tries of one account within {@link windowMs}. */
const mostTries = 10;
const windowMs = 15 * minuteMs;
/** The first lock; each further one within a day of the last is twice as long. */
const firstLockMs = 15 * minuteMs;
const longestLockMs = dayMs;

/** Somebody, by id and by the address that names their account. */
export interface LockedPerson {
  id: string;
  email: string;
}

/** Where a try stands that was counted. */
export interface CountedTry {
  isLocked: boolean;
  /** of those allowed, this one is the last: when it is wrong, the account gets locked */
  isLast: boolean;
}

/**
 * Locks by account. An account is named by a keyed hash of its address, whether there is such an account or not: the same is written
 * for both, so that nobody can tell them apart by the work done.
 */
export interface Lockout {
  /** the name of the account of an address */
  subjectOf(email: string): string;
  /** Counts a try, before its password is looked at: tries at the same time cannot outrun the count. */
  count(subject: string): Promise<CountedTry>;
  /** The last allowed try was wrong. Resolves to how long the account is locked now. */
  lock(subject: string): Promise<number>;
  /** Forgets the tries of an account, after a sign-in or a new password. A lock that was set on purpose stays. */
  clear(subject: string): Promise<void>;
  /** Locks somebody out on purpose, until {@link open}. */
  lockOut(personId: string): Promise<void>;
  /** Opens every lock of somebody. */
  open(person: LockedPerson): Promise<void>;
  /** Whether somebody was locked out on purpose. */
  isLockedOut(personId: string): Promise<boolean>;
  /** The ids of those of these people who cannot sign in at the moment. */
  lockedOf(people: readonly LockedPerson[]): Promise<ReadonlySet<string>>;
  /** Deletes what is not needed any more. */
  prune(): Promise<void>;
}

/** Locks in the tables `sign_in_locks` and `locked_people`. The latter names people by id: it outlives a rotation of the secret. */
export function createLockout(db: CatalogDatabase, secret: string, clock: Clock): Lockout {
  const key = deriveKey(secret, 'sign-in subjects');
  const subjectOf = (email: string): string => createHmac('sha256', key).update(email.toLowerCase()).digest('hex').slice(0, 32);
  const clear = async (subject: string): Promise<void> => {
    await db.deleteFrom('sign_in_locks').where('subject', '=', subject).execute();
  };
  return {
    subjectOf,
    clear,
    count: async (subject) => {
      const nowMs = clock.now();
      const row = await countTry(db, subject, nowMs);
      const isLocked = row.locked_until > nowMs || row.failures > mostTries;
      return { isLocked, isLast: !isLocked && row.failures === mostTries };
    },
    lock: (subject) => lockSoft(db, subject, clock.now()),
    lockOut: async (personId) => {
      await db
        .insertInto('locked_people')
        .values({ person_id: personId, created_at: clock.now() })
        .onConflict((conflict) => conflict.column('person_id').doNothing())
        .execute();
    },
    open: async ({ id, email }) => {
      await db.deleteFrom('locked_people').where('person_id', '=', id).execute();
      await clear(subjectOf(email));
    },
    isLockedOut: async (personId) =>
      (await db.selectFrom('locked_people').select('person_id').where('person_id', '=', personId).executeTakeFirst()) !== undefined,
    lockedOf: (people) => lockedOf(db, new Map(people.map(({ id, email }) => [subjectOf(email), id])), clock.now()),
    prune: async () => {
      await db.deleteFrom('sign_in_locks').where('forget_at', '<', clock.now()).execute();
    },
  };
}

async function lockedOf(db: CatalogDatabase, idBySubject: ReadonlyMap<string, string>, nowMs: number): Promise<ReadonlySet<string>> {
  if (idBySubject.size === 0) return new Set();
  const bySubject = await db
    .selectFrom('sign_in_locks')
    .select('subject')
    .where('subject', 'in', [...idBySubject.keys()])
    .where('locked_until', '>', nowMs)
    .execute();
  const byId = await db
    .selectFrom('locked_people')
    .select('person_id')
    .where('person_id', 'in', [...idBySubject.values()])
    .execute();
  return new Set([...bySubject.map(({ subject }) => idBySubject.get(subject)!), ...byId.map((row) => row.person_id)]);
}

/** One statement: what is counted at the same time, here and on other nodes, is counted apart. */
function countTry(db: CatalogDatabase, subject: string, nowMs: number) {
  const fresh = { failures: 1, window_ends_at: nowMs + windowMs, forget_at: nowMs + windowMs + dayMs };
  return db
    .insertInto('sign_in_locks')
    .values({ subject, locks: 0, locked_until: 0, ...fresh })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet((eb) => {
        const isOver = eb('sign_in_locks.window_ends_at', '<=', nowMs);
        const isForgotten = eb('sign_in_locks.forget_at', '<=', nowMs);
        return {
          failures: eb
            .case()
            .when(isOver)
            .then(1)
            .else(eb('sign_in_locks.failures', '+', 1))
            .end(),
          window_ends_at: eb.case().when(isOver).then(fresh.window_ends_at).else(eb.ref('sign_in_locks.window_ends_at')).end(),
          locks: eb.case().when(isForgotten).then(0).else(eb.ref('sign_in_locks.locks')).end(),
          forget_at: eb
            .case()
            .when('sign_in_locks.forget_at', '>', fresh.forget_at)
            .then(eb.ref('sign_in_locks.forget_at'))
            .else(fresh.forget_at)
            .end(),
        };
      }),
    )
    .returning(['failures', 'locked_until'])
    .executeTakeFirstOrThrow();
}

async function lockSoft(db: CatalogDatabase, subject: string, nowMs: number): Promise<number> {
  const row = await db.selectFrom('sign_in_locks').select('locks').where('subject', '=', subject).executeTakeFirst();
  const locks = (row?.locks ?? 0) + 1;
  const lengthMs = Math.min(firstLockMs * 2 ** Math.min(locks - 1, 20), longestLockMs);
  const untilMs = nowMs + lengthMs;
  await db
    .updateTable('sign_in_locks')
    .set({ locks, locked_until: untilMs, failures: 0, window_ends_at: untilMs, forget_at: untilMs + dayMs })
    .where('subject', '=', subject)
    .where('locked_until', '<=', nowMs)
    .execute();
  return lengthMs;
}
