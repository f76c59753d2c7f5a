/** The pages of Settings, in the order of its side navigation. */
import {
  IconBell,
  IconBuilding,
  IconClipboardList,
  IconDevices,
  IconKey,
  IconLock,
  IconShieldCheck,
  IconUserCircle,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { Permission } from '../../../shared/model/permission.ts';

/** A page of Settings. */
export interface SettingsPage {
  path:
    | '/profile'
    | '/profile/sessions'
    | '/profile/tokens'
    | '/settings/people'
    | '/settings/groups'
    | '/settings/roles'
    | '/settings/keys'
    | '/settings/channels'
    | '/settings/audit'
    | '/settings/security'
    | '/settings/workspace';
  label: string;
  icon: typeof IconKey;
  group: 'You' | 'Workspace';
  /** whoever lacks it does not see the page; null: everybody may */
  needs: Permission | null;
}

/** The pages. */
export const settingsPages: readonly SettingsPage[] = [
  { path: '/profile', label: 'Profile', icon: IconUserCircle, group: 'You', needs: null },
  { path: '/profile/sessions', label: 'Sessions', icon: IconDevices, group: 'You', needs: null },
  { path: '/profile/tokens', label: 'Tokens', icon: IconKey, group: 'You', needs: null },
  { path: '/settings/people', label: 'People', icon: IconUsers, group: 'Workspace', needs: 'people:read' },
  { path: '/settings/groups', label: 'Groups', icon: IconUsersGroup, group: 'Workspace', needs: 'people:read' },
  { path: '/settings/roles', label: 'Roles', icon: IconLock, group: 'Workspace', needs: 'roles:read' },
  { path: '/settings/keys', label: 'Keys', icon: IconKey, group: 'Workspace', needs: 'keys:read' },
  { path: '/settings/audit', label: 'Audit', icon: IconClipboardList, group: 'Workspace', needs: 'audit:read' },
  { path: '/settings/security', label: 'Security', icon: IconShieldCheck, group: 'Workspace', needs: 'incidents:read' },
  { path: '/settings/channels', label: 'Channels', icon: IconBell, group: 'Workspace', needs: 'notifications:manage' },
  { path: '/settings/workspace', label: 'Workspace', icon: IconBuilding, group: 'Workspace', needs: null },
];

/** The groups of the side navigation. */
export const settingsGroups: readonly SettingsPage['group'][] = ['You', 'Workspace'];

/** The pages that somebody with `permissions` sees. */
export function pagesFor(permissions: readonly Permission[]): SettingsPage[] {
  return settingsPages.filter((page) => page.needs === null || permissions.includes(page.needs));
}

/** The page at `pathname`; undefined where there is none. */
export function settingsPageOf(pathname: string): SettingsPage | undefined {
  const below = settingsPages.filter((page) => pathname === page.path || pathname.startsWith(`${page.path}/`));
  return below.sort((a, b) => b.path.length - a.path.length)[0];
}
