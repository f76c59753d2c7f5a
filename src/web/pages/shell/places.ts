/** The places one can go to, in the order of the rail. */
import { IconActivity, IconHome, IconRocket, IconSettings, IconTelescope } from '@tabler/icons-react';

import type { Permission } from '../../../shared/model/permission.ts';

/** A place with its own address. */
export interface Place {
  path: '/' | '/explore' | '/events' | '/start' | '/settings';
  /** an address outside that belongs to the place all the same */
  also?: string;
  label: string;
  icon: typeof IconHome;
  /** second key after G that goes there */
  key: string;
  /** what one does there, for the palette */
  about: string;
  /** what of time one chooses there: a range with its zone, only the zone, or nothing */
  times: 'period' | 'zone' | 'none';
  /** whoever lacks it has nothing to do there; null: everybody may */
  needs: Permission | null;
}

/** The places. */
export const places: readonly Place[] = [
  { path: '/', label: 'Home', icon: IconHome, key: 'h', about: 'What is happening now', times: 'period', needs: 'events:read' },
  {
    path: '/explore',
    label: 'Explore',
    icon: IconTelescope,
    key: 'e',
    about: 'Ask a question of your events',
    times: 'period',
    needs: 'events:read',
  },
  {
    path: '/events',
    label: 'Events',
    icon: IconActivity,
    key: 'v',
    about: 'Live stream, search, dead letters, ledger',
    times: 'zone',
    needs: 'events:read',
  },
  { path: '/start', label: 'Get started', icon: IconRocket, key: 's', about: 'Send your first event', times: 'none', needs: 'events:read' },
  {
    path: '/settings',
    also: '/profile',
    label: 'Settings',
    icon: IconSettings,
    key: 't',
    about: 'Your profile, people, roles, keys, audit',
    times: 'none',
    needs: null,
  },
];

/** The places of somebody with `permissions`. */
export function placesFor(permissions: readonly Permission[]): Place[] {
  return places.filter((place) => place.needs === null || permissions.includes(place.needs));
}

function isBelow(pathname: string, path: string | undefined): boolean {
  return path !== undefined && (pathname === path || pathname.startsWith(`${path}/`));
}

/** The place that `pathname` belongs to; undefined beyond all of them. */
export function placeOf(pathname: string): Place | undefined {
  return places.find((place) => (place.path === '/' ? pathname === '/' : isBelow(pathname, place.path) || isBelow(pathname, place.also)));
}
