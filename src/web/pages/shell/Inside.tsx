/** Everything behind the door: the session, the live connection, and the shell. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { LiveProvider } from '../../data/live/LiveProvider.tsx';
import { leaveKey, sessionQuery } from '../../data/session.ts';
import { loadAgain } from '../../ui/load-again.ts';
import { Shell } from './Shell.tsx';
import { Waiting } from './Waiting.tsx';

const TwoFactorNeeded = lazy(() =>
  loadAgain(() => import('../profile/two-factor/TwoFactorNeeded.tsx')).then((page) => ({ default: page.TwoFactorNeeded })),
);

/**
 * The shell for the signed-in person; anybody else is sent to the door and comes back afterwards. Another workspace or role, and
 * a change of what the person may see, begins everything anew: the live connection, the shell, the page and what it had been told.
 */
export function Inside(): ReactNode {
  const client = useQueryClient();
  const { workspace, as } = useSearch({ from: '__root__' });
  const { data } = useSuspenseQuery(sessionQuery);
  const [wasIn, setWasIn] = useState(false);
  const [change, setChange] = useState(0);
  const onRefused = useCallback(
    async (hadLetIn: boolean) => {
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      if (!hadLetIn) return;
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
      setChange((before) => before + 1);
    },
    [client],
  );
  if (data.session === null) return <ToTheDoor wasIn={wasIn} />;
  if (!wasIn) setWasIn(true);
  if (data.session.mustSetUpTwoFactor) {
    return (
      <Suspense fallback={<Waiting />}>
        <TwoFactorNeeded session={data.session} />
      </Suspense>
    );
  }
  return (
    <LiveProvider key={`${workspace}|${as}|${change}`} isOff={!data.session.permissions.includes('events:read')} onRefused={onRefused}>
      <Shell session={data.session} />
    </LiveProvider>
  );
}

/** Leads to the door, once: the place that was wanted is read before the address changes, so that it cannot come to hold itself. */
function ToTheDoor({ wasIn }: { wasIn: boolean }): ReactNode {
  const router = useRouter();
  const client = useQueryClient();
  useEffect(() => {
    const { pathname, href } = router.state.location;
    if (pathname === '/sign-in') return;
    const isThrownOut = wasIn && client.isMutating({ mutationKey: leaveKey }) === 0;
    const search = { to: href === '/' ? undefined : href, why: isThrownOut ? ('ended' as const) : undefined };
    void router.navigate({ to: '/sign-in', search: { ...search, workspace: undefined, as: undefined }, replace: true });
  }, [router, client, wasIn]);
  return null;
}
