/** What happens once somebody is signed in: the session is read anew, and they go where they wanted to go. */
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { sessionQuery } from '../../data/session.ts';

/** Goes in, to the path `to` of this app. */
export function useEnter(): (to: string | undefined) => Promise<void> {
  const client = useQueryClient();
  const router = useRouter();
  return useCallback(
    async (to) => {
      client.removeQueries({ queryKey: sessionQuery.queryKey, type: 'inactive' });
      await client.resetQueries({ queryKey: sessionQuery.queryKey });
      router.history.push(to ?? '/');
    },
    [client, router],
  );
}
