/** Everything behind the door: the session, the live connection, and the shell. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import type { ReactNode } from 'react';
import { LiveProvider } from '../../data/live/LiveProvider.tsx';
import { sessionQuery } from '../../data/session.ts';
import { Shell } from './Shell.tsx';

/** The shell for the signed-in person; anybody else is sent to the door and comes back afterwards. */
export function Inside(): ReactNode {
  const client = useQueryClient();
  const { data } = useSuspenseQuery(sessionQuery);
  const onRefused = useCallback(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }), [client]);
  if (data.session === null) return <ToTheDoor />;
  return (
    <LiveProvider onRefused={onRefused}>
      <Shell session={data.session} />
    </LiveProvider>
  );
}

/** Leads to the door, once: the place that was wanted is read before the address changes, so that it cannot come to hold itself. */
function ToTheDoor(): ReactNode {
  const router = useRouter();
  useEffect(() => {
    const { pathname, href } = router.state.location;
    if (pathname === '/sign-in') return;
    void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { to: href }, replace: true });
  }, [router]);
  return null;
}
