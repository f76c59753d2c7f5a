/** The drawer of one event: by its key, or by a live row whose event is just being stored. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { EventsAnswer, StoredEvent } from '../../../../shared/contract/events.ts';
import type { EventsSearch } from '../../../data/events-search.ts';
import { eventQuery } from '../../../data/events.ts';
import { request, toServerProblem } from '../../../data/http.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { storedOf } from '../stream/rows.ts';
import type { StreamRow } from '../stream/rows.ts';
import { Drawer } from './Drawer.tsx';
import { EventDetail } from './EventDetail.tsx';

interface EventDrawerProps {
  /** key of a stored event; null: `row` is looked for */
  openKey: string | null;
  row: StreamRow | null;
  zone: string;
  /** the event of `row` was found */
  onFound: (key: string) => void;
  onClose: () => void;
  onFilter: (part: Partial<EventsSearch>) => void;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}

/** An accepted event is stored within a second; the search goes on for some more. */
const lookAgainMs = 300;
const looks = 40;

async function find(row: StreamRow, signal: AbortSignal): Promise<StoredEvent> {
  const user = row.user !== '' ? row.user : row.anonymous;
  const atMs = Date.parse(row.time);
  const query = {
    name: row.name,
    user: user === '' ? undefined : user,
    from: new Date(atMs).toISOString(),
    to: new Date(atMs + 1).toISOString(),
    limit: 200,
  };
  const answer = await request<EventsAnswer>('/api/analytics/events', { query, signal });
  const event = storedOf(row, answer.events);
  if (event === undefined) throw new Error('The event was accepted and is safe in the spool; it is not in the store yet.');
  return event;
}

/** The drawer. */
export function EventDrawer({ openKey, row, zone, onFound, onClose, onFilter, onPrevious, onNext }: EventDrawerProps): ReactNode {
  const byKey = useQuery({ ...eventQuery(openKey ?? ''), enabled: openKey !== null });
  const byRow = useQuery({
    queryKey: ['events', 'of', row?.id, row?.time],
    queryFn: ({ signal }) => find(row as StreamRow, signal),
    enabled: row !== null,
    retry: looks,
    retryDelay: lookAgainMs,
  });
  const foundKey = row === null ? undefined : byRow.data?.key;
  const tell = useRef(onFound);
  useEffect(() => {
    tell.current = onFound;
  });
  useEffect(() => {
    if (foundKey !== undefined) tell.current(foundKey);
  }, [foundKey]);
  const { data: event, error, refetch, isFetching } = row === null ? byKey : byRow;
  const title = event?.name ?? row?.name ?? 'Event';
  return (
    <Drawer label={`Event ${title}`} title={title} onClose={onClose} onPrevious={onPrevious} onNext={onNext}>
      {event !== undefined && <EventDetail event={event} zone={zone} onFilter={onFilter} />}
      {event === undefined && error === null && (
        <>
          {row !== null && <p className="bw-quiet">Just arrived; it is being stored.</p>}
          <div aria-busy="true" aria-label="Loading the event" style={{ display: 'grid', gap: 10 }}>
            <Skeleton height={180} />
            <Skeleton height={120} />
          </div>
        </>
      )}
      {event === undefined && error !== null && (
        <EventProblem error={error} isAsking={isFetching} onRetry={() => void refetch()} isRow={row !== null} />
      )}
    </Drawer>
  );
}

function EventProblem({
  error,
  isAsking,
  isRow,
  onRetry,
}: {
  error: unknown;
  isAsking: boolean;
  isRow: boolean;
  onRetry: () => void;
}): ReactNode {
  const problem = toServerProblem(error);
  const isGone = problem.status === 404;
  return (
    <Notice
      tone={isGone ? 'info' : 'error'}
      title={isGone ? 'This event is not here any more' : isRow && problem.status === 500 ? 'Not stored yet' : problem.title}
      actions={
        isGone ? undefined : (
          <Button variant="default" size="compact-md" loading={isAsking} onClick={onRetry}>
            Look again
          </Button>
        )
      }
    >
      {isGone ? 'It was deleted, by age or because its import was undone. The address is right.' : problem.message}{' '}
      <code>{problem.code}</code>
    </Notice>
  );
}
