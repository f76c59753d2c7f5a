/** Answers that may be given again while nothing under them has changed; least recently used first out. */

interface Entry<T> {
  value: T;
  version: string;
  sizeBytes: number;
}

/** What the cache has done. */
export interface CacheStatistics {
  entries: number;
  sizeBytes: number;
  hits: number;
  misses: number;
  evictions: number;
}

/** Values by key, each good for one version of what it was made from, bounded by their size. */
export class VersionedCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #maxBytes: number;
  #sizeBytes = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The value of `key` if it was made from `version`. */
  get(key: string, version: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.version !== version) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** The last value of `key`, whatever it was made from. */
  peek(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Keeps `value`; one that alone would fill more than a quarter of the cache is not kept. */
  set(key: string, version: string, value: T, sizeBytes: number): void {
    this.#remove(key);
    if (sizeBytes > this.#maxBytes / 4) return;
    this.#entries.set(key, { value, version, sizeBytes });
    this.#sizeBytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) break;
      this.#remove(oldest);
      this.#evictions++;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#sizeBytes = 0;
  }

  /** What the cache holds and has done. */
  statistics(): CacheStatistics {
    return { entries: this.#entries.size, sizeBytes: this.#sizeBytes, hits: this.#hits, misses: this.#misses, evictions: this.#evictions };
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#sizeBytes -= entry.sizeBytes;
  }
}
