/** Answers of the catalog kept in memory until the version of what they are made of rises, on this node or on another. */
import { Problem } from '../../shared/model/errors.ts';
import type { Clock } from '../ports/clock.ts';

/** How old the last look at the version may be: so long may another node's change go unnoticed. */
const lookEveryMs = 500;
/** How long what is known is still trusted when the catalog does not answer, so that ingest outlives a short outage. */
const trustAloneMs = 300_000;

/** The version that several caches depend on. */
export interface WatchedVersion {
  /** Resolves when the version was looked at within the last half second. @throws CATALOG_UNAVAILABLE after minutes without an answer */
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
  /** of what is being loaded and of keys that turned out to stand for null; default: as many as the others */
  absentCapacity?: number;
  /** of these; default: as long as the others */
  absentMaxAgeMs?: number;
}

interface Entry<T> {
  value: Promise<T>;
  atMs: number;
}

/**
 * A cache that holds as long as `version` does, and no longer than its bounds. What turns out to be null is kept apart, so that
 * callers who make keys up cannot push out what is known.
 */
export function versionedCache<T>(version: WatchedVersion, clock: Clock, bounds: CacheBounds): VersionedCache<T> {
  const { maxAgeMs, capacity, absentCapacity = capacity, absentMaxAgeMs = maxAgeMs } = bounds;
  const present = new Map<string, Entry<T>>();
  const absent = new Map<string, Entry<T>>();
  let generation = version.generation;

  const start = (key: string, load: () => Promise<T>): Promise<T> => {
    const value = load();
    const entry = { value, atMs: clock.now() };
    put(absent, key, entry, absentCapacity);
    void sort(key, entry);
    return value;
  };
  /** Puts what was found with what is there, and forgets what failed. */
  const sort = async (key: string, entry: Entry<T>): Promise<void> => {
    try {
      if ((await entry.value) === null || absent.get(key) !== entry) return;
      absent.delete(key);
      put(present, key, entry, capacity);
    } catch {
      if (absent.get(key) === entry) absent.delete(key);
    }
  };

  return {
    get: async (key, load) => {
      await version.refresh();
      if (generation !== version.generation) {
        present.clear();
        absent.clear();
      }
      generation = version.generation;
      const found = take(present, key, clock.now() - maxAgeMs) ?? take(absent, key, clock.now() - absentMaxAgeMs);
      return found === undefined ? start(key, load) : found.value;
    },
  };
}

/** The entry of `key`, if it is younger than that; it is then the last of `entries`, whose first is so the one unused for longest. */
function take<T>(entries: Map<string, Entry<T>>, key: string, afterMs: number): Entry<T> | undefined {
  const entry = entries.get(key);
  if (entry === undefined) return undefined;
  entries.delete(key);
  if (entry.atMs <= afterMs) return undefined;
  entries.set(key, entry);
  return entry;
}

function put<T>(entries: Map<string, Entry<T>>, key: string, entry: Entry<T>, capacity: number): void {
  entries.delete(key);
  if (entries.size >= capacity) entries.delete(entries.keys().next().value!);
  entries.set(key, entry);
}
