/** Limits how often one address may try something around sign-in, in memory, beyond what the edge counts by the minute. */
import { Problem } from '../../../shared/model/errors.ts';
import { addressGroup } from '../../limits/address-group.ts';
import type { Clock } from '../../ports/clock.ts';

const capacity = 50_000;
const minuteMs = 60_000;

/** What is limited, with how many are allowed in which time. */
const rules = {
  'password-check': { most: 60, windowMs: minuteMs },
  'forgot-password': { most: 5, windowMs: 15 * minuteMs },
  'reset-password': { most: 10, windowMs: 15 * minuteMs },
  provider: { most: 30, windowMs: minuteMs },
  /** tries of an address that is taken for one that tries passwords on many accounts; of others the edge counts the tries */
  'sign-in': { most: 3, windowMs: minuteMs },
} as const;
/** So many accounts with wrong passwords from one address, within {@link sprayWindowMs}, are no forgetful person. */
const sprayAccounts = 8;
const sprayWindowMs = 10 * minuteMs;
const sprayPenaltyMs = 15 * minuteMs;

/** One of the things that are limited. */
export type Limited = keyof typeof rules;

/** Counts by address. */
export interface Attempts {
  /** Counts one try. @throws RATE_LIMITED with `retryAfterSeconds` */
  take(what: Limited, address: string): void;
  /** A password was wrong for that account. */
  noteWrong(address: string, subject: string): void;
}

/** An empty count. A window begins with its first try and ends at its time, so that a blocked caller gets in again. */
export function countAttempts(clock: Clock): Attempts {
  const windows = new Map<string, { endsMs: number; tries: number }>();
  const wrong = new Map<string, { endsMs: number; subjects: Set<string>; penaltyEndsMs: number }>();
  return {
    take: (what, address) => {
      const nowMs = clock.now();
      const group = addressGroup(address);
      if (what === 'sign-in' && (wrong.get(group)?.penaltyEndsMs ?? 0) <= nowMs) return;
      const { most, windowMs } = rules[what];
      const key = `${what} ${group}`;
      const known = windows.get(key);
      const current = known !== undefined && known.endsMs > nowMs ? known : { endsMs: nowMs + windowMs, tries: 0 };
      current.tries++;
      keep(windows, key, current);
      if (current.tries <= most) return;
      const retryAfterSeconds = Math.ceil((current.endsMs - nowMs) / 1_000);
      throw new Problem('RATE_LIMITED', `Too many tries from this address. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
    },
    noteWrong: (address, subject) => {
      const nowMs = clock.now();
      const group = addressGroup(address);
      const known = wrong.get(group);
      const current =
        known !== undefined && known.endsMs > nowMs
          ? known
          : { endsMs: nowMs + sprayWindowMs, subjects: new Set<string>(), penaltyEndsMs: known?.penaltyEndsMs ?? 0 };
      if (current.subjects.size < sprayAccounts) current.subjects.add(subject);
      if (current.subjects.size >= sprayAccounts) current.penaltyEndsMs = nowMs + sprayPenaltyMs;
      keep(wrong, group, current);
    },
  };
}

/** What is unused for longest goes first when there is too much. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  if (map.size >= capacity) map.delete(map.keys().next().value!);
  map.set(key, value);
}
