/** Tells which key a caller shows, from memory for every call but the first. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { digest } from '../random-text.ts';
import { versionedCache, type WatchedVersion } from '../versioned-cache.ts';
import { maybeFindKey, touchKey, type Key } from './store.ts';

const touchEveryMs = 60_000;
const longestKey = 200;

/** Keys by what callers show. */
export interface Keyring {
  /** The key in use that `secret` is, or null. Revoked keys are gone at once on this node, within a second on others. */
  check(secret: string): Promise<Key | null>;
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
  const cache = versionedCache<Key | null>(version, clock, { maxAgeMs: Infinity, capacity: 10_000 });
  const touchedMsById = new Map<string, number>();
  let touching = Promise.resolve();

  const noteUse = (key: Key): void => {
    const nowMs = clock.now();
    if (nowMs - (touchedMsById.get(key.id) ?? key.lastUsedMs ?? 0) < touchEveryMs) return;
    touchedMsById.set(key.id, nowMs);
    touching = touching
      .then(() => touchKey(db, key.id, nowMs))
      .catch((error: unknown) => log.debug({ err: error, key: key.id }, 'could not note the use of a key'));
  };

  return {
    check: async (secret) => {
      if (secret.length > longestKey) return null;
      const key = await cache.get(digest(secret), () => maybeFindKey(db, secret));
      if (key !== null) noteUse(key);
      return key;
    },
    settle: () => touching,
  };
}
