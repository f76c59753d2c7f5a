/** The messages of the live socket (normative text: docs/formats/live.md). */
import type { QueryInput } from '../model/query.ts';
import type { Result } from '../model/result.ts';
import type { ResultDelta } from '../model/result-delta.ts';
import type { ProblemDocument } from '../model/errors.ts';

/** Channels one can subscribe to besides queries. */
export const channels = ['activity', 'vitals'] as const;
/** One of {@link channels}. */
export type Channel = (typeof channels)[number];

/** What a client wants to follow. `after` is the last `seq` it saw. */
export type Subscribe = { id: string; after?: number } & ({ query: QueryInput } | { channel: Channel });

/** Acknowledgement of subscribe and unsubscribe. */
export type Ack = { ok: true } | { ok: false; error: ProblemDocument };

/** One line of the activity feed. */
export interface Activity {
  /** position in the feed of this workspace, rising */
  n: number;
  name: string;
  time: string;
  user: string;
  anonymous: string;
  /** the first few properties, values cut to 100 characters */
  properties: Record<string, string | number | boolean | null>;
}

/** Counters and sliding windows of a workspace, straight from the ingest stream. */
export interface Vitals {
  at: string;
  /** events in the last 1, 5, 15, 60 minutes, by event time */
  events: { m1: number; m5: number; m15: number; m60: number };
  /** events per minute of the last 60 minutes, oldest first; the last one is still filling */
  perMinute: number[];
  /** distinct users, or anonymous ids where no user is given, seen in the last 30 minutes */
  activeUsers: number;
  /** standard error of `activeUsers` as a ratio of it; 0 while it is exact */
  activeUsersErrorRatio: number;
  /** sums of numeric properties over the last 60 minutes, per `event.property`, largest first */
  sums: { event: string; property: string; m5: number; m60: number }[];
  /** events per name in the last 60 minutes, most first */
  byName: { name: string; m1: number; m60: number }[];
  /** where data stands: receipt of the newest event that is durable, and up to which receipt all is answerable; ISO or null */
  newestDurable: string | null;
  watermark: string | null;
}

/**
 * Server to client: an answer or a change of one. How a delta of a result is applied: src/shared/model/result-delta.ts.
 * Activities of a delta are new ones (newest last); vitals always come whole.
 */
export type LiveMessage =
  | ({ id: string; seq: number; kind: 'snapshot'; result: Result } & Standing)
  | ({ id: string; seq: number; kind: 'delta' } & ResultDelta & Standing)
  | { id: string; seq: number; kind: 'snapshot' | 'delta'; channel: 'activity'; activities: Activity[] }
  | { id: string; seq: number; kind: 'snapshot' | 'delta'; channel: 'vitals'; vitals: Vitals };

/** How final an answer is. */
export interface Standing {
  /** true until the range of the answer has ended and all of it is answerable */
  partial: boolean;
  watermark: string | null;
}

/** State of the pipeline as seen by a client. */
export interface LiveStatus {
  state: 'live' | 'catching-up' | 'degraded';
  /** how long the oldest event that is durable and not yet answerable has waited; 0 when caught up */
  freshnessMs: number;
  reason?: string;
}

/** Socket.IO events by direction. */
export interface ServerToClient {
  data: (message: LiveMessage) => void;
  'bellwether:status': (status: LiveStatus) => void;
  /** a subscription that fails later, named by `id`; a message without acknowledgement that was refused; or the end of the connection */
  error: (problem: ProblemDocument & { id?: string }) => void;
}
/** Socket.IO events by direction. */
export interface ClientToServer {
  subscribe: (message: Subscribe, ack: (answer: Ack) => void) => void;
  unsubscribe: (message: { id: string }, ack: (answer: Ack) => void) => void;
}
