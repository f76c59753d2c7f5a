/** What is known of the workspace's events and their properties. */
import { queryOptions } from '@tanstack/react-query';
import type { CatalogAnswer } from '../../shared/contract/catalog.ts';
import { request } from './http.ts';

/** The catalog as a question. */
export const catalogQuery = queryOptions({
  queryKey: ['catalog'],
  queryFn: ({ signal }) => request<CatalogAnswer>('/api/analytics/catalog', { signal }),
  staleTime: 30_000,
});

/** When the newest event happened; null before the first. */
export function newestOf(catalog: CatalogAnswer): string | null {
  return catalog.events.reduce<string | null>((newest, event) => (newest === null || event.lastSeen > newest ? event.lastSeen : newest), null);
}

/** How many events there are. */
export function eventCount(catalog: CatalogAnswer): number {
  return catalog.events.reduce((sum, event) => sum + event.count, 0);
}
