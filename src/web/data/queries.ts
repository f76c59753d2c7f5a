/** How questions over HTTP are kept and retried. Live data does not pass through here. */
import { hashKey, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { toServerProblem } from './http.ts';
import { lookingKey } from './looking.ts';
import { sessionQuery } from './session.ts';

/** A client that retries only what can be helped by it, and keeps answers until something newer is asked for. */
export function createQueryClient(): QueryClient {
  // a session that was ended elsewhere is noticed at the first call that is refused
  const onError = (error: unknown): void => {
    if (toServerProblem(error).status === 401) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // what was answered for one workspace or role is never shown for another
        queryKeyHashFn: (key) => `${lookingKey()} ${hashKey(key)}`,
        // a browser that says it is offline may still reach a server on this machine or in this house
        networkMode: 'always',
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && toServerProblem(error).isRetryable,
        retryDelay: (failures, error) => (toServerProblem(error).retryAfterSeconds ?? 2 ** failures * 0.5) * 1000,
        throwOnError: false,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
