/** The messages of the live socket (normative text: docs/formats/live.md). */
import type { QueryInput } from '../model/query.ts';
import type { Result } from '../model/result.ts';
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
  /** distinct persons seen in the last 30 minutes */
  activeUsers: number;
  /** sums of numeric properties over the last 60 minutes, per `event.property`, largest first */
  sums: { event: string; property: string; m5: number; m60: number }[];
  /** events per name in the last 60 minutes, most first */
  byName: { name: string; m1: number; m60: number }[];
  /** where data stands: newest event durable, newest event answerable, both ISO or null */
  newestDurable: string | null;
  watermark: string | null;
}

/** Server to client: an answer or a change of one. A delta's rows replace those of the same bucket and `by`. */
export type LiveMessage =
  | { id: string; seq: number; kind: 'snapshot' | 'delta'; result: Result; removed?: unknown[][]; partial: boolean; watermark: string | null }
  | { id: string; seq: number; kind: 'snapshot' | 'delta'; channel: 'activity'; activities: Activity[] }
  | { id: string; seq: number; kind: 'snapshot' | 'delta'; channel: 'vitals'; vitals: Vitals };

/** State of the pipeline as seen by a client. */
export interface LiveStatus {
  state: 'live' | 'catching-up' | 'degraded';
  /** age of the newest answerable event that is still behind the newest durable one; 0 when caught up */
  freshnessMs: number;
  reason?: string;
}

/** Socket.IO events by direction. */
export interface ServerToClient {
  data: (message: LiveMessage) => void;
  'bellwether:status': (status: LiveStatus) => void;
  error: (problem: ProblemDocument) => void;
}
/** Socket.IO events by direction. */
export interface ClientToServer {
  subscribe: (message: Subscribe, ack: (answer: Ack) => void) => void;
  unsubscribe: (message: { id: string }, ack: (answer: Ack) => void) => void;
}
