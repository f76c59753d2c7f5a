/** Incidents: what looked suspicious, newest first. */
import { Button, SegmentedControl } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatAgo, formatInstant } from '../../../../../shared/format/time.ts';
import { incidentPages } from '../../../../data/admin/incidents.ts';
import type { Incident, IncidentsShown } from '../../../../data/admin/incidents.ts';
import type { SecuritySearch } from '../../../../data/admin/security.ts';
import { useNow } from '../../../../data/clock.ts';
import { preferredZone } from '../../../../data/period.ts';
import { Badge } from '../../../../ui/page/Badge.tsx';
import { EmptyState } from '../../../../ui/page/EmptyState.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../../ui/page/RowTable.tsx';
import { Asked } from '../../../Asked.tsx';
import { severityTones, stateTones, stateWords } from './incident-words.ts';

const shownWords: Readonly<Record<IncidentsShown, string>> = { unresolved: 'Not resolved', resolved: 'Resolved', all: 'All' };

function columns(nowMs: number): RowColumn<Incident>[] {
  const zone = preferredZone();
  return [
    { label: 'What', cell: ({ title }) => title },
    { label: 'Severity', isShort: true, cell: ({ severity }) => <Badge tone={severityTones[severity]}>{severity}</Badge> },
    { label: 'State', isShort: true, cell: ({ state }) => <Badge tone={stateTones[state]}>{stateWords[state]}</Badge> },
    { label: 'Seen', isShort: true, isSecondary: true, cell: ({ symptoms }) => (symptoms === 1 ? 'once' : `${symptoms} times`) },
    {
      label: 'With',
      isSecondary: true,
      cell: ({ assignee }) => (assignee === null ? <span className="bw-quiet">nobody</span> : (assignee.name ?? 'somebody who left')),
    },
    {
      label: 'Last',
      isShort: true,
      cell: ({ lastSeenAt }) => <span title={formatInstant(lastSeenAt, zone)}>{formatAgo(lastSeenAt, nowMs)}</span>,
    },
  ];
}

/** The list. */
export function IncidentList({ show, change }: { show: IncidentsShown; change: (part: SecuritySearch) => void }): ReactNode {
  const pages = useInfiniteQuery(incidentPages(show));
  const nowMs = useNow();
  const table = {
    caption: 'Incidents',
    columns: columns(nowMs),
    keyOf: ({ id }: Incident) => id,
    nameOf: ({ title }: Incident) => title,
    onOpen: ({ id }: Incident) => change({ incident: id }),
  };
  return (
    <>
      <div style={{ marginBottom: 12 }}>
        <SegmentedControl
          aria-label="Which incidents"
          size="xs"
          value={show}
          data={Object.entries(shownWords).map(([value, label]) => ({ value, label }))}
          onChange={(value) => change({ show: value === 'unresolved' ? undefined : (value as 'resolved' | 'all') })}
        />
      </div>
      <Section isFlush>
        <Asked
          query={{ data: pages.data, error: pages.error, refetch: pages.refetch }}
          skeleton={<RowTable {...table} rows={[]} skeletonRows={4} />}
        >
          {({ pages: loaded }) => {
            const rows = loaded.flatMap((page) => page.incidents);
            return rows.length === 0 ? <NoIncidents show={show} change={change} /> : <RowTable {...table} rows={rows} />;
          }}
        </Asked>
      </Section>
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Show older incidents
        </Button>
      )}
    </>
  );
}

function NoIncidents({ show, change }: { show: IncidentsShown; change: (part: SecuritySearch) => void }): ReactNode {
  return (
    <EmptyState
      icon={IconShieldCheck}
      title={show === 'unresolved' ? 'Nothing is open' : 'No incidents'}
      action={
        show === 'all' ? undefined : (
          <Button variant="default" onClick={() => change({ show: 'all' })}>
            Show all incidents
          </Button>
        )
      }
    >
      The watch opens an incident when access looks suspicious: many wrong passwords, a sign-in from far away too soon, a mass export.
    </EmptyState>
  );
}
