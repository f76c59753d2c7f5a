/** The write key for the snippets, or why there is none to show. */
import { useQuery } from '@tanstack/react-query';
import { request, toServerProblem } from '../../data/http.ts';
import type { ServerProblem } from '../../data/http.ts';

/** What is known of the key. */
export interface WriteKey {
  /** null until it is known, and where there is none */
  key: string | null;
  state: 'loading' | 'known' | 'none' | 'forbidden' | 'failed';
  problem: ServerProblem | null;
  retry: () => void;
}

/** Asks for the key once; only owners and admins get it. */
export function useWriteKey(): WriteKey {
  const { data, error, refetch } = useQuery({
    queryKey: ['write-key'],
    queryFn: ({ signal }) => request<{ writeKey: string | null }>('/api/admin/write-key', { signal }),
    staleTime: Infinity,
  });
  const retry = (): void => void refetch();
  if (data !== undefined) return { key: data.writeKey, state: data.writeKey === null ? 'none' : 'known', problem: null, retry };
  if (error === null) return { key: null, state: 'loading', problem: null, retry };
  const problem = toServerProblem(error);
  return { key: null, state: problem.status === 403 ? 'forbidden' : 'failed', problem, retry };
}
