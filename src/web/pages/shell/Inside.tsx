/** Everything behind the door: the session, the live connection, and the shell. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Navigate, useLocation } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { LiveProvider } from '../../data/live/LiveProvider.tsx';
import { sessionQuery } from '../../data/session.ts';
import { Shell } from './Shell.tsx';

/** The shell for the signed-in person; anybody else is sent to the door and comes back afterwards. */
export function Inside(): ReactNode {
  const client = useQueryClient();
  const { data } = useSuspenseQuery(sessionQuery);
  const wanted = useLocation({ select: (location) => location.href });
  const onRefused = useCallback(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }), [client]);
  if (data.session === null) return <Navigate to="/sign-in" search={(wanted === '/' ? {} : { to: wanted }) as never} replace />;
  return (
    <LiveProvider onRefused={onRefused}>
      <Shell session={data.session} />
    </LiveProvider>
  );
}
