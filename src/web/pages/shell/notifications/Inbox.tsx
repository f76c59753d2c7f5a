/** The list behind the bell: newest first; opening one marks it as read and goes where it leads. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconBell, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatAgo } from '../../../../shared/format/time.ts';
import { markRead, notificationPages, notificationsKey } from '../../../data/account/notifications.ts';
import type { Notification } from '../../../data/account/notifications.ts';
import { useNow } from '../../../data/clock.ts';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import classes from './Bell.module.css';

const iconBySeverity = { low: IconInfoCircle, medium: IconAlertTriangle, high: IconCircleX, critical: IconCircleX } as const;

/** The list; `onGone` closes it. */
export function Inbox({ onGone }: { onGone: () => void }): ReactNode {
  const client = useQueryClient();
  const router = useRouter();
  const list = useInfiniteQuery(notificationPages);
  const read = useMutation({ mutationFn: markRead, onSuccess: () => client.invalidateQueries({ queryKey: notificationsKey }) });
  const open = ({ id, link, readAt }: Notification): void => {
    if (readAt === null) read.mutate([id]);
    if (link === null) return;
    onGone();
    void router.navigate({ href: link });
  };
  const hasUnread = list.data?.pages.some((page) => page.unread > 0) === true;
  return (
    <>
      <div className={classes.head}>
        <h2>Notifications</h2>
        {hasUnread && (
          <Button variant="subtle" size="compact-sm" loading={read.isPending} onClick={() => read.mutate('all')}>
            Mark all as read
          </Button>
        )}
      </div>
      <Asked query={list} skeleton={<Loading />}>
        {({ pages }) => <Notes notes={pages.flatMap((page) => page.notifications)} onOpen={open} />}
      </Asked>
      {list.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" size="compact-sm" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </>
  );
}

function Loading(): ReactNode {
  return (
    <div className={classes.waiting} aria-busy="true" style={{ display: 'grid', gap: 12, padding: 16 }}>
      <Skeleton height={32} />
      <Skeleton height={32} />
      <Skeleton height={32} />
    </div>
  );
}

function Notes({ notes, onOpen }: { notes: readonly Notification[]; onOpen: (note: Notification) => void }): ReactNode {
  const nowMs = useNow();
  if (notes.length === 0) {
    return (
      <EmptyState icon={IconBell} title="Nothing to tell">
        Incidents, and what needs you, will stand here.
      </EmptyState>
    );
  }
  return (
    <ul className={classes.list}>
      {notes.map((note) => {
        const Icon = iconBySeverity[note.severity];
        return (
          <li key={note.id}>
            <button
              type="button"
              className={classes.note}
              data-severity={note.severity}
              data-unread={note.readAt === null || undefined}
              onClick={() => onOpen(note)}
            >
              <Icon size={18} stroke={1.5} aria-hidden="true" />
              <span className={classes.title}>
                {note.readAt === null && <span className="bw-hidden">Unread: </span>}
                {note.title}
              </span>
              {note.body !== '' && <span className={classes.body}>{note.body}</span>}
              <span className={classes.body}>
                {note.severity}, {formatAgo(note.createdAt, nowMs)}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
