/** Limits how often one address may try something, in memory. */
import type { Clock } from '../../ports/clock.ts';

const capacity = 50_000;

/** Counts tries by key (address and path). */
export interface Attempts {
  /** Counts one try; `retryAfter` (seconds) tells when the next one is allowed, null when this one is. */
  consume(key: string, rule: { window: number; max: number }): Promise<{ allowed: boolean; retryAfter: number | null }>;
}

/** An empty count. A window (seconds) begins with its first try and ends at its time, so that a blocked caller gets in again. */
export function countAttempts(clock: Clock): Attempts {
  const windows = new Map<string, { endsMs: number; tries: number }>();
  return {
    consume: async (key, { window, max }) => {
      const nowMs = clock.now();
      const known = windows.get(key);
      const current = known !== undefined && known.endsMs > nowMs ? known : { endsMs: nowMs + window * 1_000, tries: 0 };
      current.tries++;
      windows.delete(key);
      if (windows.size >= capacity) windows.delete(windows.keys().next().value!);
      windows.set(key, current);
      if (current.tries <= max) return { allowed: true, retryAfter: null };
      return { allowed: false, retryAfter: Math.ceil((current.endsMs - nowMs) / 1_000) };
    },
  };
}
