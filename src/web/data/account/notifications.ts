/** What the server wants one to know: how much of it is unread, and the list. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { NotificationAnswer, notificationsRoute } from '../../../shared/contract/notifications.ts';
import { request } from '../http.ts';

/** One notification. */
export type Notification = NotificationAnswer;

type Page = z.infer<(typeof notificationsRoute)['answer']>;

const path = '/api/notifications';
/** How often the count is asked for, so that news is on the bell soon. */
const pollMs = 10_000;

/** In front of the key of everything about notifications. */
export const notificationsKey = ['notifications'];

/** How many are unread, as a question that asks again by itself. */
export const unreadQuery = queryOptions({
  queryKey: [...notificationsKey, 'unread'],
  queryFn: async ({ signal }) => (await request<Page>(path, { query: { show: 'unread', limit: 1 }, signal })).unread,
  refetchInterval: pollMs,
  refetchOnWindowFocus: true,
});

/** The notifications, newest first, page by page. */
export const notificationPages = infiniteQueryOptions({
  queryKey: [...notificationsKey, 'list'],
  queryFn: ({ pageParam, signal }) => request<Page>(path, { query: { limit: 20, after: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
  staleTime: 0,
});

/** Marks those of `ids` as read, or all; the answer is how many are left. */
export async function markRead(ids: readonly string[] | 'all'): Promise<number> {
  const body = ids === 'all' ? { all: true } : { ids };
  return (await request<{ unread: number }>(`${path}/read`, { method: 'POST', body })).unread;
}
