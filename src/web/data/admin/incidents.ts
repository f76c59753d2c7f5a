/** Incidents: the list, the story of one, and what can be said and done about it. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { IncidentAnswer, incidentsRoute, IncidentStoryAnswer } from '../../../shared/contract/incidents.ts';
import { request } from '../http.ts';

/** An incident as it is listed. */
export type Incident = IncidentAnswer;
/** An incident with all that happened. */
export type IncidentStory = IncidentStoryAnswer;

/** In front of the key of everything about incidents. */
export const incidentsKey = ['incidents'];

type Page = z.infer<(typeof incidentsRoute)['answer']>;
const root = '/api/analytics/incidents';
const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;

const stateFilter = { unresolved: 'open,acknowledged', resolved: 'resolved', all: undefined } as const;
/** Which incidents are listed. */
export type IncidentsShown = keyof typeof stateFilter;

/** The incidents, newest first, page by page. */
export function incidentPages(show: IncidentsShown) {
  return infiniteQueryOptions({
    queryKey: [...incidentsKey, 'list', show],
    queryFn: ({ pageParam, signal }) => request<Page>(root, { query: { state: stateFilter[show], limit: 50, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 30_000,
  });
}

/** One incident, as a question. */
export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: [...incidentsKey, 'story', id],
    queryFn: ({ signal }) => request<IncidentStory>(pathOf(id), { signal }),
    staleTime: 5_000,
    refetchInterval: 30_000,
  });
}

/** Says something about an incident; `text` is for the timeline. */
export function tellIncident(id: string, what: 'acknowledge' | 'resolve' | 'reopen' | 'note', text: string): Promise<IncidentStory> {
  return request(`${pathOf(id)}/${what}`, { method: 'POST', body: { text } });
}

/** Says who looks after it; null: nobody. */
export function assignIncident(id: string, assignee: string | null): Promise<IncidentStory> {
  return request(`${pathOf(id)}/assign`, { method: 'POST', body: { assignee } });
}

/** Takes back what was done. */
export function undoAct(id: string, act: string): Promise<IncidentStory> {
  return request(`${pathOf(id)}/acts/${encodeURIComponent(act)}/undo`, { method: 'POST', body: {} });
}
