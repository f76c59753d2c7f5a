/** Where each line of the checklist can be mended. */
import type { SettingsPage } from '../../settings-pages.ts';

/** A way to a page of Settings. */
export interface PostureWay {
  to: SettingsPage['path'];
  label: string;
  search?: Readonly<Record<string, string>>;
}

const ways: Readonly<Record<string, PostureWay>> = {
  'two-factor': { to: '/settings/security', label: 'Rules of signing in', search: { tab: 'sign-in' } },
  owners: { to: '/settings/people', label: 'People' },
  'dormant-members': { to: '/settings/people', label: 'People' },
  'full-keys': { to: '/settings/keys', label: 'Keys' },
  'key-expiry': { to: '/settings/keys', label: 'Keys' },
  'dormant-keys': { to: '/settings/keys', label: 'Keys' },
  'audit-heads': { to: '/settings/audit', label: 'Audit' },
  'audit-outside': { to: '/settings/audit', label: 'Audit' },
  incidents: { to: '/settings/security', label: 'Incidents', search: { tab: 'incidents' } },
  watch: { to: '/settings/security', label: 'Watch', search: { tab: 'watch' } },
};

/** The way to where line `id` can be mended; undefined where that is not in the app. */
export function wayTo(id: string): PostureWay | undefined {
  return ways[id];
}
