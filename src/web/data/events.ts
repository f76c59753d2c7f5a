/** Stored events, dead letters and the ledger as questions to the server. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { DeadLetter, DeadLettersAnswer, EventsAnswer, StoredEvent } from '../../shared/contract/events.ts';
import type { Ledger } from '../../shared/model/ledger.ts';
import { request, ServerProblem } from './http.ts';

/** Which events are looked for; all that is set must hold. */
export interface EventFilter {
  text?: string | undefined;
  name?: string | undefined;
  /** user or anonymous id */
  user?: string | undefined;
  source?: string | undefined;
}

/** Which dead letters are looked for. */
export interface DeadLetterFilter {
  reason?: string | undefined;
  source?: string | undefined;
}

const pageSize = 50;
/** What arrives while one looks is asked for this often. */
const freshMs = 1_500;
/** Events may be stored a little out of order: what was known is asked for again this far back. */
const overlapMs = 10_000;
const freshLimit = 200;
const freshKept = 1_000;

/** Stored events, newest first, page by page. */
export function eventPages(filter: EventFilter) {
  return infiniteQueryOptions({
    queryKey: ['events', 'pages', filter],
    queryFn: ({ pageParam, signal }) =>
      request<EventsAnswer>('/api/analytics/events', { query: { ...filter, limit: pageSize, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** Events that came while one looks. */
export interface FreshEvents {
  /** newest first */
  events: StoredEvent[];
  /** more came at once than are listed */
  isPartial: boolean;
}

/** `added` and `known`, each key once, newest first. */
export function joinByKey(added: readonly StoredEvent[], known: readonly StoredEvent[]): StoredEvent[] {
  const keys = new Set(known.map((event) => event.key));
  const all = [...added.filter((event) => !keys.has(event.key)), ...known];
  return all.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

async function askFresh(filter: EventFilter, from: string, known: FreshEvents | undefined, signal: AbortSignal): Promise<FreshEvents> {
  const newest = known?.events[0]?.time;
  const since = newest === undefined ? from : new Date(Math.max(Date.parse(from), Date.parse(newest) - overlapMs)).toISOString();
  const answer = await request<EventsAnswer>('/api/analytics/events', { query: { ...filter, from: since, limit: freshLimit }, signal });
  const before = known?.events ?? [];
  const isTorn = answer.next !== null && before.length > 0 && !answer.events.some(({ key }) => before.some((one) => one.key === key));
  return { events: joinByKey(answer.events, before).slice(0, freshKept), isPartial: isTorn || known?.isPartial === true };
}

/** Events that match and happened since `from`; while `isFollowed` what came is asked for again and again. */
export function freshEvents(filter: EventFilter, from: string, isFollowed: boolean) {
  const queryKey = ['events', 'fresh', filter, from];
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) => askFresh(filter, from, client.getQueryData<FreshEvents>(queryKey), signal),
    enabled: isFollowed,
    refetchInterval: freshMs,
    staleTime: 0,
    gcTime: 0,
  });
}

/** One event whole. What is stored does not change, so it is asked for once. */
export function eventQuery(key: string) {
  return queryOptions({
    queryKey: ['events', 'one', key],
    queryFn: ({ signal }) => request<StoredEvent>(`/api/analytics/events/${key}`, { signal }),
    staleTime: Infinity,
  });
}

/** Dead letters, newest first, page by page. */
export function deadLetterPages(filter: DeadLetterFilter) {
  return infiniteQueryOptions({
    queryKey: ['dead-letters', 'pages', filter],
    queryFn: ({ pageParam, signal }) =>
      request<DeadLettersAnswer>('/api/analytics/dead-letters', { query: { ...filter, limit: pageSize, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: 0,
    gcTime: 0,
  });
}

/** One dead letter with all of its body that was kept. */
export function deadLetterQuery(key: string) {
  return queryOptions({
    queryKey: ['dead-letters', 'one', key],
    queryFn: ({ signal }) => request<DeadLetter>(`/api/analytics/dead-letters/${key}`, { signal }),
    staleTime: Infinity,
  });
}

/** Asks again after so long; no more once the server has said that it will not answer, for each refusal is written down there. */
export function unlessRefused(everyMs: number) {
  return ({ state: { error } }: { state: { error: Error | null } }): number | false =>
    error instanceof ServerProblem && !error.isRetryable ? false : everyMs;
}

/** The ledger, asked again every second while the page is in sight. */
export const ledgerQuery = queryOptions({
  queryKey: ['ledger'],
  queryFn: ({ signal }) => request<Ledger>('/api/analytics/ledger', { signal }),
  refetchInterval: unlessRefused(1_000),
  staleTime: 0,
});
