/** The bell: how many notifications are unread, and the list behind it. */
import { Popover, UnstyledButton } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../../shared/format/number.ts';
import { unreadQuery } from '../../../data/account/notifications.ts';
import { loadAgain } from '../../../ui/load-again.ts';
import classes from './Bell.module.css';

const Inbox = lazy(() => loadAgain(() => import('./Inbox.tsx')).then((list) => ({ default: list.Inbox })));

const mostShown = 99;

/** The bell. News is announced politely. */
export function Bell(): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const { data: unread = 0 } = useQuery(unreadQuery);
  const words = unread === 0 ? 'none unread' : `${formatCount(unread, 'unread one', 'unread ones')}`;
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position="bottom-end"
      width={360}
      trapFocus
      returnFocus
      withinPortal={false}
      withRoles={false}
      shadow="none"
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.bell}
          aria-label={`Notifications, ${words}`}
          aria-expanded={isOpen}
          aria-haspopup="dialog"
          onClick={() => setIsOpen(!isOpen)}
        >
          <IconBell size={18} stroke={1.5} aria-hidden="true" />
          {unread > 0 && (
            <span className={`${classes.count} bw-tabular`} aria-hidden="true">
              {unread > mostShown ? `${mostShown}+` : unread}
            </span>
          )}
          <span className="bw-hidden" role="status">
            {unread > 0 && words}
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.drop} role="dialog" aria-label="Notifications">
        {/* the focus has its place before the list has come */}
        <div className={classes.inside} tabIndex={-1} data-autofocus>
          <Suspense fallback={<div className={classes.waiting} />}>
            <Inbox onGone={() => setIsOpen(false)} />
          </Suspense>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
