/** What one live subscription knows, and how a message changes it: pure, so that resume and recovery can be tested without a socket. */
import type { Activity, LiveMessage, Subscribe, Vitals } from '../../../shared/contract/live.ts';
import type { ProblemDocument } from '../../../shared/model/errors.ts';
import type { Result } from '../../../shared/model/result.ts';
import { applyDelta } from '../../../shared/model/result-delta.ts';

/** How many lines of the activity feed a page keeps. */
export const activitiesKept = 500;

/** What to follow, without the id that the connection gives it. */
export type Wish = Subscribe extends infer S ? (S extends Subscribe ? Omit<S, 'id' | 'after'> : never) : never;

/** What is known of a topic. `seq` is null until the first message. */
export interface Topic {
  seq: number | null;
  result: Result | null;
  /** the range has not ended, or not all of it is answerable */
  isPartial: boolean;
  watermark: string | null;
  /** newest first */
  activities: Activity[];
  vitals: Vitals | null;
  problem: ProblemDocument | null;
}

/** A topic about which nothing is known yet. */
export const unknownTopic: Topic = { seq: null, result: null, isPartial: false, watermark: null, activities: [], vitals: null, problem: null };

/** Equal wishes have equal keys, in whatever order their members were written. */
export function topicKey(wish: Wish): string {
  return JSON.stringify(wish, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function resultAfter(known: Result | null, message: Extract<LiveMessage, { result: Result }>): Result | null {
  if (message.kind === 'snapshot') return message.result;
  return known === null ? null : applyDelta(known, message);
}

function mergeActivities(known: Activity[], added: Activity[]): Activity[] {
  const newest = known[0]?.n ?? -1;
  const fresh = added.filter((activity) => activity.n > newest).sort((a, b) => b.n - a.n);
  return fresh.length === 0 ? known : [...fresh, ...known].slice(0, activitiesKept);
}

/** The topic after `message`. A message that is older than what is known changes nothing. */
export function applyMessage(topic: Topic, message: LiveMessage): Topic {
  if (message.kind === 'delta' && topic.seq !== null && message.seq <= topic.seq) return topic;
  const next = { ...topic, seq: message.seq, problem: null };
  if ('result' in message) return { ...next, result: resultAfter(topic.result, message), isPartial: message.partial, watermark: message.watermark };
  if (message.channel === 'vitals') return { ...next, vitals: message.vitals };
  return { ...next, activities: mergeActivities(message.kind === 'snapshot' ? [] : topic.activities, message.activities) };
}
