/** Home: the board that needs no configuration, or the way to the first event. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import type { ReactNode } from 'react';
import type { Vitals } from '../../../shared/contract/live.ts';
import { formatInstant } from '../../../shared/format/time.ts';
import { useNow } from '../../data/clock.ts';
import { catalogQuery, eventCount, newestOf } from '../../data/catalog.ts';
import type { CatalogAnswer } from '../../../shared/contract/catalog.ts';
import { toServerProblem } from '../../data/http.ts';
import { useLive } from '../../data/live/LiveProvider.tsx';
import type { Period } from '../../data/period.ts';
import { Notice } from '../../ui/Notice.tsx';
import { loadAgain } from '../../ui/load-again.ts';
import { Waiting } from '../shell/Waiting.tsx';
import { Board } from './Board.tsx';
import { rangeThatShows } from './old-data.ts';

const StartPage = lazy(() => loadAgain(() => import('../start/StartPage.tsx')).then((page) => ({ default: page.StartPage })));

/** While the catalog is young it is asked often, so that the board grows with the first events. */
const youngMs = 3_000;
const settledMs = 60_000;
const youngCount = 5_000;

function isYoung(catalog: CatalogAnswer | undefined): boolean {
  return catalog === undefined || eventCount(catalog) < youngCount;
}

/** Asks the catalog again when an event arrives whose name it does not know. */
function useCatalog(vitals: Vitals | null) {
  const catalog = useQuery({ ...catalogQuery, refetchInterval: ({ state }) => (isYoung(state.data) ? youngMs : settledMs) });
  const { data, refetch } = catalog;
  const isUnknown = data !== undefined && (vitals?.byName ?? []).some(({ name }) => !data.events.some((event) => event.name === name));
  useEffect(() => {
    if (isUnknown) void refetch();
  }, [isUnknown, refetch]);
  return catalog;
}

/** The page. */
export function HomePage(): ReactNode {
  const period = useSearch({ from: '/inside/' });
  const { vitals } = useLive({ channel: 'vitals' }).topic;
  const { activities } = useLive({ channel: 'activity' }).topic;
  const catalog = useCatalog(vitals);
  if (catalog.data === undefined) {
    if (!catalog.isError) return <Waiting />;
    const problem = toServerProblem(catalog.error);
    return (
      <Notice tone="error" title={problem.title} actions={<Button onClick={() => void catalog.refetch()}>Ask again</Button>}>
        {problem.message} <code>{problem.code}</code>
      </Notice>
    );
  }
  const hasEvents = catalog.data.events.length > 0 || (vitals?.events.m60 ?? 0) > 0;
  if (!hasEvents) {
    return (
      <Suspense fallback={<Waiting />}>
        <StartPage />
      </Suspense>
    );
  }
  return (
    <>
      <h1 className="bw-hidden">Home</h1>
      <OldData catalog={catalog.data} vitals={vitals} period={period} />
      <Board catalog={catalog.data} vitals={vitals} activities={activities} period={period} />
    </>
  );
}

/** Imported history may lie far back: says so, and offers the range that shows it. */
function OldData({ catalog, vitals, period }: { catalog: CatalogAnswer; vitals: Vitals | null; period: Period }): ReactNode {
  const navigate = useNavigate();
  const nowMs = useNow();
  const newest = newestOf(catalog);
  const range = newest === null || (vitals?.events.m60 ?? 0) > 0 ? null : rangeThatShows(newest, period, nowMs);
  if (newest === null || range === null) return null;
  const show = (): void => void navigate({ to: '/', search: { ...period, range } });
  return (
    <div style={{ marginBottom: 8 }}>
      <Notice
        tone="info"
        title={`The newest event is from ${formatInstant(newest, period.zone)}`}
        actions={
          <Button variant="default" size="compact-md" onClick={show}>
            Show the year up to it
          </Button>
        }
      >
        The range you look at lies after it, so the panels below are empty.
      </Notice>
    </div>
  );
}
