/** What the live dot says: one state, a few words beside it, and the reason on asking. */
import { formatDuration } from '../../../shared/format/number.ts';
import type { ConnectionState } from '../../data/live/connection.ts';

/** What the dot shows. */
export interface LiveWords {
  tone: 'live' | 'waiting' | 'behind' | 'offline';
  label: string;
  /** said behind the label where there is room; '' for nothing */
  age: string;
  reason: string;
}

/** A link that is lost for less than this is being mended and not yet called offline. */
const graceMs = 1_500;
/** Data younger than this is called live. */
const freshMs = 5_000;

/** The words for `state`, seen at `nowMs`. */
export function liveWords({ link, status, lostAtMs }: ConnectionState, nowMs: number): LiveWords {
  if (link === 'connecting') return { tone: 'waiting', label: 'Connecting', age: '', reason: 'Opening the live connection.' };
  if (link === 'offline') {
    const lostMs = nowMs - (lostAtMs ?? nowMs);
    if (lostMs < graceMs)
      return {
        tone: 'waiting',
        label: 'Reconnecting',
        age: '',
        reason: 'The live connection broke a moment ago and is being opened again.',
      };
    return {
      tone: 'offline',
      label: 'Offline',
      age: formatDuration(Math.max(1000, Math.floor(lostMs / 1000) * 1000)),
      reason:
        'The server cannot be reached. What you see is from before; it is brought up to date by itself as soon as the server answers.',
    };
  }
  if (status === null) return { tone: 'live', label: 'Live', age: '', reason: 'Connected. Changes arrive as they happen.' };
  const age = formatDuration(status.freshnessMs);
  if (status.state === 'degraded')
    return {
      tone: 'behind',
      label: 'Degraded',
      age: `${age} behind`,
      reason: status.reason ?? 'A part of the server is not well. Accepted events are safe in the spool.',
    };
  if (status.state === 'catching-up' || status.freshnessMs > freshMs) {
    return {
      tone: 'behind',
      label: 'Catching up',
      age: `${age} behind`,
      reason: status.reason ?? 'Events arrive faster than they become answerable at the moment. None is lost; they are in the spool.',
    };
  }
  return {
    tone: 'live',
    label: 'Live',
    age: status.freshnessMs < 100 ? '' : age,
    reason:
      status.freshnessMs < 100 ? 'Every accepted event is in the answers you see.' : `An accepted event is in the answers after ${age}.`,
  };
}
