/** How safe the workspace is, and what the watch does about what it sees. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { PostureItem, Response, securityRoute, WatchKind, WatchSettings } from '../../../shared/contract/security.ts';
import { among, oneOf } from '../address.ts';
import { request } from '../http.ts';
import { idFrom } from '../looking.ts';

/** Tabs of the page, in order. */
export const securityTabs = ['overview', 'incidents', 'watch', 'sign-in'] as const;
/** One of {@link securityTabs}. */
export type SecurityTab = (typeof securityTabs)[number];

/** What stands in the address of the page. */
export interface SecuritySearch {
  /** undefined: the overview */
  tab?: SecurityTab | undefined;
  /** id of the incident that is open */
  incident?: string | undefined;
  /** which incidents are listed; undefined: those that are not resolved */
  show?: 'resolved' | 'all' | undefined;
}

/** The search of an address; what makes no sense is left out. */
export function securitySearch(search: Readonly<Record<string, unknown>>): SecuritySearch {
  const tab = among(securityTabs, oneOf(search, 'tab'));
  return {
    tab: tab === 'overview' ? undefined : tab,
    incident: idFrom(oneOf(search, 'incident')),
    show: among(['resolved', 'all'] as const, oneOf(search, 'show')),
  };
}

/** The checklist and the figures. */
export type SecurityAnswer = z.infer<(typeof securityRoute)['answer']>;
/** A line of the checklist. */
export type Posture = PostureItem;

/** The checklist and the figures, as a question. */
export const securityQuery = queryOptions({
  queryKey: ['security'],
  queryFn: ({ signal }) => request<SecurityAnswer>('/api/admin/security', { signal }),
  refetchInterval: 60_000,
});

/** What the watch looks for, in the order of the list. */
export const watchKinds = ['brute-force', 'far-too-soon', 'new-place', 'mass-export', 'beyond-habit', 'probing', 'sql-escape'] as const satisfies readonly WatchKind[];
/** What it may do, mildest first. */
export const watchResponses = ['note', 'challenge', 'throttle', 'revoke', 'lock'] as const satisfies readonly Response[];

/** The settings of the watch, as a question. */
export const watchQuery = queryOptions({
  queryKey: ['watch'],
  queryFn: async ({ signal }) => (await request<{ settings: WatchSettings }>('/api/admin/security/watch', { signal })).settings,
});

/** Changes the settings of the watch. */
export async function setWatch(settings: WatchSettings): Promise<WatchSettings> {
  return (await request<{ settings: WatchSettings }>('/api/admin/security/watch', { method: 'PUT', body: settings })).settings;
}
