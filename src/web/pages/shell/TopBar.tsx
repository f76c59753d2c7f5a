/** The bar at the top: where one is, what is looked at, whether it is live, and who is looking. */
import { UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Session } from '../../../shared/contract/identity.ts';
import { BellMark } from '../../ui/BellMark.tsx';
import { LiveDot } from './LiveDot.tsx';
import { PeriodControls, ZoneControl } from './period/PeriodControls.tsx';
import { PersonMenu } from './actions/PersonMenu.tsx';
import { Bell } from './notifications/Bell.tsx';
import { WorkspaceSwitcher } from './looking/WorkspaceSwitcher.tsx';
import type { Place } from './places.ts';
import classes from './TopBar.module.css';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The bar of `place`, with range and zone where the place has them. */
export function TopBar({ session, place, onSearch }: { session: Session; place: Place | undefined; onSearch: () => void }): ReactNode {
  return (
    <header className={classes.bar}>
      <div className={classes.where}>
        <span className={classes.mark}>
          <BellMark sizePx={22} />
        </span>
        <WorkspaceSwitcher session={session} />
      </div>
      <UnstyledButton className={classes.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <IconSearch size={16} stroke={1.5} aria-hidden="true" />
        <span className={classes.searchLabel}>Go to, ask or do…</span>
        <kbd className={classes.keys}>{isApple ? '⌘ K' : 'Ctrl K'}</kbd>
      </UnstyledButton>
      <div className={classes.state}>
        {session.permissions.includes('events:read') && <LiveDot />}
        <Bell />
        <PersonMenu person={session.person} />
      </div>
      {place !== undefined && place.times !== 'none' && session.permissions.includes('events:read') && (
        <div className={classes.period}>{place.times === 'period' ? <PeriodControls /> : <ZoneControl />}</div>
      )}
    </header>
  );
}
