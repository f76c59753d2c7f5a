/** What the stream shows: live activities, or, under a search, what matches; frozen while paused. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Activity } from '../../../../shared/contract/live.ts';
import { eventPages, freshEvents, joinByKey } from '../../../data/events.ts';
import type { EventFilter } from '../../../data/events.ts';
import { toServerProblem } from '../../../data/http.ts';
import type { ServerProblem } from '../../../data/http.ts';
import { useLive } from '../../../data/live/LiveProvider.tsx';
import { liveRows, storedRow, waitingCount, withoutShown } from './rows.ts';
import type { StreamRow } from './rows.ts';

/** What is known of the stream. */
export interface StreamView {
  /** newest first: what came in live, then what was stored before */
  live: StreamRow[];
  stored: StreamRow[];
  /** something is searched for, so the lines are stored events only */
  isSearch: boolean;
  /** more matching events came at once than are listed */
  isPartial: boolean;
  /** lines with a number above this came after the page was opened */
  openedAt: number;
  isLoading: boolean;
  problem: ServerProblem | null;
  retry: () => void;
  /** events that came while paused; null when it cannot be told */
  waiting: number | null;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  loadOlder: () => void;
}

/** Events that happened so shortly before the page was opened may still be on their way into the store. */
const overlapMs = 60_000;

function useFrozen(activities: Activity[], isPaused: boolean): Activity[] {
  const [frozen, setFrozen] = useState<Activity[] | null>(null);
  if (isPaused && frozen === null) setFrozen(activities);
  if (!isPaused && frozen !== null) setFrozen(null);
  return isPaused ? (frozen ?? activities) : activities;
}

/** Follows the stream; the live lines only where nothing is searched for, since a line of the feed does not hold all of its event. */
export function useStream(filter: EventFilter, isPaused: boolean): StreamView {
  const isSearch = Object.values(filter).some((value) => value !== undefined);
  const { topic } = useLive({ channel: 'activity' });
  const shown = useFrozen(topic.activities, isPaused);
  const newest = topic.activities[0]?.n ?? 0;
  const [openedAt, setOpenedAt] = useState<number | null>(null);
  if (openedAt === null && topic.seq !== null) setOpenedAt(newest);
  const [from] = useState(() => new Date(Date.now() - overlapMs).toISOString());

  const pages = useInfiniteQuery(eventPages(filter));
  const fresh = useQuery(freshEvents(filter, from, isSearch && !isPaused));
  const live = useMemo(() => (isSearch ? [] : liveRows(shown)), [isSearch, shown]);
  const stored = useMemo(() => {
    const known = pages.data?.pages.flatMap((page) => page.events) ?? [];
    return withoutShown(joinByKey(isSearch ? (fresh.data?.events ?? []) : [], known).map(storedRow), live);
  }, [pages.data, fresh.data, isSearch, live]);
  return {
    live,
    stored,
    isSearch,
    isPartial: isSearch && fresh.data?.isPartial === true,
    openedAt: openedAt ?? Number.MAX_SAFE_INTEGER,
    isLoading: pages.isPending,
    problem: pages.error === null ? null : toServerProblem(pages.error),
    retry: () => void pages.refetch(),
    waiting: isPaused && !isSearch ? waitingCount(topic.activities, shown) : null,
    hasOlder: pages.hasNextPage,
    isLoadingOlder: pages.isFetchingNextPage,
    loadOlder: () => void pages.fetchNextPage(),
  };
}
