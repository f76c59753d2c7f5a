/** The rail at the left, which collapses to icons, and becomes a bar at the bottom on phones. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { BellMark } from '../../ui/BellMark.tsx';
import { placeOf } from './places.ts';
import type { Place } from './places.ts';
import classes from './Rail.module.css';

/** The rail with the places that are open to the person; `onToggle` collapses or expands it. */
export function Rail({
  places,
  isCollapsed,
  onToggle,
}: {
  places: readonly Place[];
  isCollapsed: boolean;
  onToggle: () => void;
}): ReactNode {
  const Toggle = isCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const here = placeOf(useLocation({ select: (location) => location.pathname }));
  const toggleLabel = isCollapsed ? 'Expand the rail' : 'Collapse the rail';
  return (
    <nav className={classes.rail} data-collapsed={isCollapsed || undefined} aria-label="Places">
      <div className={classes.brand}>
        <BellMark sizePx={26} />
        <span className={classes.word}>Bellwether</span>
      </div>
      <ul className={classes.places}>
        {places.map((place) => (
          <li key={place.path}>
            <PlaceLink place={place} isHere={place === here} isCollapsed={isCollapsed} />
          </li>
        ))}
      </ul>
      <Tooltip label={toggleLabel} position="right" disabled={!isCollapsed}>
        <UnstyledButton className={`${classes.place} ${classes.toggle}`} onClick={onToggle} aria-label={toggleLabel}>
          <Toggle size={20} stroke={1.5} aria-hidden="true" />
          <span className={classes.label}>Collapse</span>
        </UnstyledButton>
      </Tooltip>
    </nav>
  );
}

function PlaceLink({ place, isHere, isCollapsed }: { place: Place; isHere: boolean; isCollapsed: boolean }): ReactNode {
  const Icon = place.icon;
  return (
    <Tooltip label={place.label} position="right" disabled={!isCollapsed}>
      <Link
        to={place.path}
        className={classes.place}
        activeOptions={{ exact: place.path === '/', includeSearch: false }}
        activeProps={{}}
        aria-current={isHere ? 'page' : undefined}
      >
        <Icon size={20} stroke={1.5} aria-hidden="true" />
        <span className={classes.label}>{place.label}</span>
      </Link>
    </Tooltip>
  );
}
