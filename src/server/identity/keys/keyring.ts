/** Tells which key or personal token a caller shows, from memory for every call but the first. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { isUsable, type CallSource } from '../credential.ts';
import type { Principal } from '../principal.ts';
import { digest } from '../random-text.ts';
import { versionedCache, type WatchedVersion } from '../versioned-cache.ts';
import { maybeLoadHolder, type Holder } from './holder.ts';
import { isOwnShape } from './secret-text.ts';
import { listChosenDigests } from './store.ts';

const touchEveryMs = 60_000;
const longestKey = 200;
/** Keys in memory; and what was shown and is none. */
const knownCapacity = 50_000;
const absentCapacity = 10_000;

/** Keys by what callers show. */
export interface Keyring {
  /** Who `secret` lets in from `source`, or null. Revoked keys are gone at once on this node, within a second on others. */
  check(secret: string, source: CallSource): Promise<Principal | null>;
  /** Resolves when the last notes of use are written. */
  settle(): Promise<void>;
}

/** What the keyring works with. */
export interface KeyringParts {
  db: CatalogDatabase;
  version: WatchedVersion;
  clock: Clock;
  log: Log;
}

/** A keyring over the catalog. It holds digests, never keys; a digest as map key leaves nothing to measure by timing. */
export function createKeyring({ db, version, clock, log }: KeyringParts): Keyring {
  const holders = versionedCache<Holder | null>(version, clock, { maxAgeMs: Infinity, capacity: knownCapacity, absentCapacity });
  const chosen = versionedCache<Set<string>>(version, clock, { maxAgeMs: Infinity, capacity: 1 });
  const touchedMsById = new Map<string, number>();
  let touching = Promise.resolve();

  const find = async (secret: string): Promise<Holder | null> => {
    const secretDigest = digest(secret);
    if (!isOwnShape(secret) && !(await chosen.get('', () => listChosenDigests(db))).has(secretDigest)) return null;
    return holders.get(secretDigest, () => maybeLoadHolder(db, secret, secretDigest));
  };
  const noteUse = (holder: Holder, address: string | null): void => {
    const nowMs = clock.now();
    if (nowMs - (touchedMsById.get(holder.id) ?? holder.lastUsedMs) < touchEveryMs) return;
    touchedMsById.set(holder.id, nowMs);
    touching = touching
      .then(() => holder.touch(nowMs, address))
      .catch((error: unknown) => log.debug({ err: error, key: holder.id }, 'could not note the use of a key'));
  };

  return {
    check: async (secret, source) => {
      if (secret.length > longestKey) return null;
      const holder = await find(secret);
      if (holder === null || !isUsable(holder.credential, source, clock.now())) return null;
      noteUse(holder, source.address);
      return holder.credential.principal;
    },
    settle: () => touching,
  };
}
