/** How questions over HTTP are kept and retried. Live data does not pass through here. */
import { QueryClient } from '@tanstack/react-query';
import { toServerProblem } from './http.ts';

/** A client that retries only what can be helped by it, and keeps answers until something newer is asked for. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
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
}
