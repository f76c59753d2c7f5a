/** Where one is signed in, and the way to end it there. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../shared/format/number.ts';
import { formatAgo, formatInstant } from '../../../shared/format/time.ts';
import { accountQuery, endOtherSessions, endSession } from '../../data/account/account.ts';
import type { AccountSession } from '../../data/account/account.ts';
import { useNow } from '../../data/clock.ts';
import { preferredZone } from '../../data/period.ts';
import { Badge } from '../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../ui/page/ConfirmDialog.tsx';
import { PageHead, Section } from '../../ui/page/PageHead.tsx';
import { RowTable } from '../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../ui/page/RowTable.tsx';
import { Asked } from '../Asked.tsx';

const regions = new Intl.DisplayNames('en', { type: 'region' });

function place({ address, country }: AccountSession): string {
  return country === null ? address : `${address}, ${regions.of(country) ?? country}`;
}

/** Columns for sessions seen at `nowMs`. */
function columns(nowMs: number): RowColumn<AccountSession>[] {
  const zone = preferredZone();
  return [
    {
      label: 'Device',
      cell: (session) => (
        <>
          {session.device} {session.isCurrent && <Badge tone="good">this one</Badge>}
        </>
      ),
    },
    { label: 'From', cell: place },
    { label: 'Signed in by', cell: (session) => session.method, isSecondary: true },
    {
      label: 'Since',
      isShort: true,
      cell: (session) => <span title={formatInstant(session.createdAt, zone)}>{formatAgo(session.createdAt, nowMs)}</span>,
    },
    {
      label: 'Last used',
      isShort: true,
      cell: (session) =>
        session.isCurrent ? 'now' : <span title={formatInstant(session.lastSeenAt, zone)}>{formatAgo(session.lastSeenAt, nowMs)}</span>,
    },
    {
      label: 'Ends',
      isShort: true,
      cell: (session) => <span title={formatInstant(session.endsAt, zone)}>{formatAgo(session.endsAt, nowMs)}</span>,
      isSecondary: true,
    },
  ];
}

/** The page. */
export function SessionsPage(): ReactNode {
  const account = useQuery({ ...accountQuery, refetchInterval: 30_000 });
  const nowMs = useNow();
  const [ending, setEnding] = useState<AccountSession | 'others' | null>(null);
  const others = account.data?.sessions.filter((session) => !session.isCurrent).length ?? 0;
  const table = {
    caption: 'Sessions',
    columns: columns(nowMs),
    keyOf: ({ id }: AccountSession) => id,
    nameOf: ({ device }: AccountSession) => device,
  };
  return (
    <>
      <PageHead
        title="Sessions"
        about="The browsers in which you are signed in. Do you not know one? End it, and change your password."
        actions={
          others > 0 && (
            <Button variant="default" onClick={() => setEnding('others')}>
              End all others…
            </Button>
          )
        }
      />
      <Section isFlush>
        <Asked query={account} skeleton={<RowTable {...table} rows={[]} skeletonRows={2} />}>
          {({ sessions }) => (
            <RowTable
              {...table}
              rows={sessions}
              buttonOf={(session) =>
                !session.isCurrent && (
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={`End the session of ${session.device}`}
                    onClick={() => setEnding(session)}
                  >
                    End…
                  </Button>
                )
              }
            />
          )}
        </Asked>
      </Section>
      {ending !== null && <EndDialog ending={ending} others={others} onClose={() => setEnding(null)} />}
    </>
  );
}

function EndDialog({ ending, others, onClose }: { ending: AccountSession | 'others'; others: number; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: accountQuery.queryKey });
  if (ending === 'others') {
    return (
      <ConfirmDialog title="End all other sessions?" confirm="End them" onConfirm={() => endOtherSessions().then(renew)} onClose={onClose}>
        {formatCount(others, 'session')} will have to sign in again, and trusted devices are forgotten. This one stays.
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title="End this session?"
      confirm="End the session"
      onConfirm={() => endSession(ending.id).then(renew)}
      onClose={onClose}
    >
      {ending.device}, {place(ending)}, is signed out within a second.
    </ConfirmDialog>
  );
}
