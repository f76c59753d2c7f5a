/** Answers of the catalog kept in memory until the version of what they are made of rises, on this node or on another. */
import { Problem } from '../../shared/model/errors.ts';
import type { Clock } from '../ports/clock.ts';

/** How old the last look at the version may be: so long may another node's change go unnoticed. */
const lookEveryMs = 1_000;
/** How long what is known is still trusted when the catalog does not answer, so that ingest outlives a short outage. */
const trustAloneMs = 300_000;

/** The version that several caches depend on. */
export interface WatchedVersion {
  /** Resolves when the version was looked at within the last second. @throws CATALOG_UNAVAILABLE after minutes without an answer */
  refresh(): Promise<void>;
  /** Makes everything forgotten at once; called after a change on this node. */
  forget(): void;
  /** rises with every change that was noticed */
  readonly generation: number;
}

/** Watches the version that `read` tells. */
export function watchVersion(read: () => Promise<number>, clock: Clock): WatchedVersion {
  let version: number | null = null;
  let generation = 0;
  let lookedMs = -Infinity;
  let answeredMs = -Infinity;
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    const startedMs = clock.now();
    const startedIn = generation;
    try {
      const seen = await read();
      answeredMs = startedMs;
      // A change that was made here while `read` ran may be newer than what it saw: then the next call looks again.
      if (generation === startedIn) lookedMs = startedMs;
      if (seen !== version) generation++;
      version = seen;
    } catch (error) {
      const isOutage = error instanceof Problem && error.code === 'CATALOG_UNAVAILABLE';
      if (!isOutage || startedMs - answeredMs > trustAloneMs) throw error;
      lookedMs = startedMs;
    } finally {
      looking = null;
    }
  };

  return {
    refresh: async () => {
      if (clock.now() - lookedMs >= lookEveryMs) await (looking ??= look());
    },
    forget: () => {
      generation++;
      lookedMs = -Infinity;
    },
    get generation() {
      return generation;
    },
  };
}

/** Values by key, each loaded once. */
export interface VersionedCache<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
}

/** Bounds of a cache. */
export interface CacheBounds {
  maxAgeMs: number;
  /** beyond it what was unused for longest is forgotten */
  capacity: number;
}

/** A cache that holds as long as `version` does, and no longer than its bounds. */
export function versionedCache<T>(version: WatchedVersion, clock: Clock, { maxAgeMs, capacity }: CacheBounds): VersionedCache<T> {
  const entries = new Map<string, { value: Promise<T>; atMs: number }>();
  let generation = version.generation;

  return {
    get: async (key, load) => {
      await version.refresh();
      if (generation !== version.generation) entries.clear();
      generation = version.generation;
      const known = entries.get(key);
      // Taken out and put back, so that the first entry is always the one unused for longest.
      entries.delete(key);
      if (known !== undefined && clock.now() - known.atMs < maxAgeMs) {
        entries.set(key, known);
        return known.value;
      }
      if (entries.size >= capacity) entries.delete(entries.keys().next().value!);
      const value = load();
      const entry = { value, atMs: clock.now() };
      entries.set(key, entry);
      value.catch(() => entries.get(key) === entry && entries.delete(key));
      return value;
    },
  };
}
