/** Corrects event times of senders whose clock is wrong, from the instant at which they say they sent. */
import { readTime } from '../event/event-time.ts';

/** Below this a difference is the journey of the request or a retry, and times are kept to the millisecond as sent. */
const TOLERATED_MS = 5 * 60_000;

/** What must be added to a sender's times, ms: 0 when its clock agrees with ours or it says nothing usable. */
export function clockSkewMs(sentAt: unknown, receivedMs: number): number {
  if (sentAt === undefined || sentAt === null) return 0;
  const sentMs = readTime(sentAt, Number.MAX_SAFE_INTEGER / 2);
  if (typeof sentMs !== 'number') return 0;
  const differenceMs = receivedMs - sentMs;
  return Math.abs(differenceMs) > TOLERATED_MS ? differenceMs : 0;
}

/** `time` moved by `skewMs`; unchanged where it cannot be read, so that validation names what was sent. */
export function correctedTime(time: unknown, skewMs: number): unknown {
  if (skewMs === 0 || time === undefined || time === null) return time;
  const timeMs = readTime(time, Number.MAX_SAFE_INTEGER / 2);
  return typeof timeMs === 'number' ? timeMs + skewMs : time;
}
