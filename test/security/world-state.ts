/** What an attack must leave as it is, and what it must leave behind: the state of the attacked workspace, and the audit log. */
import { workspaceHeader } from '../../src/shared/contract/identity.ts';
import type { World } from './world.ts';

const settings = ['people', 'roles', 'groups', 'channels', 'embed', 'outside', 'security/watch', 'sign-in-providers'];
const volatile = new Set(['lastSeenAt', 'memberCount', 'isLocked']);

/** Everything that an attacker could have changed of the attacked workspace, as its owner sees it. */
export async function stateOf({ ours, operate }: World): Promise<string> {
  const paths = [
    ...settings.map((name) => `/api/admin/${name}`),
    `/api/analytics/dashboards/${ours.ids.dashboard}`,
    '/api/analytics/imports',
    '/api/analytics/ledger',
  ];
  const answers = await Promise.all(paths.map((path) => operate<unknown>(ours.id, 'GET', path)));
  return JSON.stringify(answers, (key, value: unknown) => (volatile.has(key) ? undefined : value), 1);
}

/** A line of an exported audit log, as far as attacks look at it. */
export interface AuditLine {
  action: string;
  outcome: string;
  actor: { kind: string; id: string };
  detail: Record<string, unknown>;
}

/** The denials in the audit log of a workspace; '' is the log of the installation. */
export async function denialsOf({ url, server }: World, workspaceId: string): Promise<AuditLine[]> {
  const query = new URLSearchParams({ format: 'ndjson', outcome: 'denied', log: workspaceId === '' ? 'installation' : 'workspace' });
  const response = await fetch(`${url}/api/admin/audit/export?${query}`, {
    headers: { authorization: `Bearer ${server.token}`, ...(workspaceId === '' ? {} : { [workspaceHeader]: workspaceId }) },
  });
  const lines = (await response.text()).split('\n').filter((text) => text !== '');
  return lines.map((line) => JSON.parse(line) as AuditLine);
}

/** How often each action was denied. */
export async function deniedActions(world: World, workspaceId: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { action } of await denialsOf(world, workspaceId)) counts.set(action, (counts.get(action) ?? 0) + 1);
  return counts;
}
