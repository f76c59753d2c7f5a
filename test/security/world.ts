/** Two workspaces on a real server: one with a thing of every kind and people of every role, one of the attackers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../../src/server/app.ts';
import { readConfig } from '../../src/server/config.ts';
import { csrfHeader, workspaceHeader } from '../../src/shared/contract/identity.ts';
import { setWatchRoute, watchKinds } from '../../src/shared/contract/security.ts';
import { rateLimitDefaults } from '../../src/shared/model/rate-limit.ts';
import { until } from '../fixtures/until.ts';
import type { As } from './attack.ts';

/** Whatever belongs to the attacked workspace has it in its name; an answer to anybody else that holds it is a leak. */
export const marker = 'Zebrafish';

/** Somebody who is signed in. */
export interface Signed {
  personId: string;
  /** headers of a page of ours */
  as: As;
  cookie: string;
}

/** A workspace and what is in it. */
export interface TestWorkspace {
  id: string;
  /** ids of its things, by the name of the parameter's resource */
  ids: Record<string, string>;
  people: Record<string, Signed>;
}

/** The server with its workspaces. */
export interface World {
  server: RunningServer;
  url: string;
  /** attacked */
  ours: TestWorkspace;
  /** the attackers' own */
  theirs: TestWorkspace;
  /** calls as the operator of the machine */
  operate<T>(workspaceId: string | null, method: string, path: string, body?: unknown): Promise<T>;
  signIn(email: string): Promise<Signed>;
  close(): Promise<void>;
}

/** Password of everybody here. */
export const password = 'seven purple walruses hum quietly';
const emailOf = (who: string, workspace: string): string => `${who}@${workspace}.example`;
const unlimited = Object.keys(rateLimitDefaults)
  .map((name) => `${name}=0`)
  .join(',');

/** Opens the world on the embedded stores, or with the catalog in the database at `databaseUrl`. `more` adds to the environment. */
export async function openWorld(databaseUrl?: string, more: Record<string, string> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-attack-'));
  const environment = { PORT: '0', BELLWETHER_DATA: folder, LOG_LEVEL: 'silent', BELLWETHER_RATE_LIMITS: unlimited, ...more };
  const config = readConfig({ ...environment, ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) });
  const server = await startServer({ config, listen: true });
  const { url, token } = server;
  const operate: World['operate'] = async (workspaceId, method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(workspaceId === null ? {} : { [workspaceHeader]: workspaceId }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as never;
  };
  const making: Making = { url, operate };
  const ours = await makeWorkspace(making, `${marker} Inc`, 'ours');
  const theirs = await makeWorkspace(making, 'Attackers', 'theirs');
  await fill(making, ours);
  return {
    server,
    url,
    ours,
    theirs,
    operate,
    signIn: (email) => signIn(url, email),
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Making = Pick<World, 'url' | 'operate'>;

/** A workspace with somebody in each built-in role, and a watch that only notes: what it did would hide what is tried. */
async function makeWorkspace(making: Making, name: string, slug: string): Promise<TestWorkspace> {
  const { workspace } = await making.operate<{ workspace: { id: string } }>(null, 'POST', '/api/admin/workspaces', { name });
  const people: Record<string, Signed> = {};
  for (const role of ['owner', 'admin', 'analyst', 'editor', 'viewer', 'auditor'])
    people[role] = await join_(making, workspace.id, role, emailOf(role, slug), slug === 'ours' ? `${role} ${marker}` : role);
  const noting = Object.fromEntries(watchKinds.map((kind) => [kind, { isOn: true, response: 'note' }]));
  await making.operate(workspace.id, 'PUT', setWatchRoute.path, noting);
  return { id: workspace.id, ids: {}, people };
}

async function join_({ url, operate }: Making, workspaceId: string, role: string, email: string, name: string): Promise<Signed> {
  const { link } = await operate<{ link: string }>(workspaceId, 'POST', '/api/admin/invitations', { email, role });
  const response = await fetch(`${url}/api/invitation/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token: link.split('#token=')[1], name, password }),
  });
  if (!response.ok) throw new Error(`accepting: ${await response.text()}`);
  return signIn(url, email);
}

async function signIn(url: string, email: string): Promise<Signed> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const session = (await (await fetch(`${url}/api/session`, { headers: { cookie } })).json()) as {
    session: { person: { id: string } };
    csrf: string;
  };
  return { personId: session.session.person.id, cookie, as: { cookie, origin: url, [csrfHeader]: session.csrf } };
}

/** A thing of every kind in the workspace, each with the marker in its name. */
async function fill({ url, operate }: Making, workspace: TestWorkspace): Promise<void> {
  const at = <T>(method: string, path: string, body?: unknown): Promise<T> => operate<T>(workspace.id, method, path, body);
  const { key: write, secret } = await at<{ key: { id: string }; secret: string }>('POST', '/api/admin/keys', {
    kind: 'write',
    name: marker,
  });
  const events = [
    { name: `${marker} sold`, user: 'somebody-of-ours', properties: { note: marker, amount: 7 } },
    { name: '', user: marker },
  ];
  await fetch(`${url}/v1/identify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'somebody-of-ours', traits: { name: marker } }),
  });
  await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  await until(async () => (await at<{ pending: number }>('GET', '/api/analytics/ledger')).pending === 0, 'the events to be stored');
  const newest = async (path: string, list: string): Promise<string> => {
    const answer = await at<Record<string, { key?: string; id?: string }[]>>('GET', path);
    return answer[list]?.[0]?.key ?? answer[list]?.[0]?.id ?? 'missing';
  };
  const make = async (path: string, member: string, body: unknown): Promise<string> =>
    (await at<Record<string, { id: string }>>('POST', path, body))[member]!.id;
  const dashboard = { name: marker, panels: [{ id: 'p1', title: marker, query: { kind: 'total', metrics: [{ aggregate: 'count' }] } }] };
  Object.assign(workspace.ids, {
    key: write.id,
    event: await newest('/api/analytics/events', 'events'),
    deadLetter: await newest('/api/analytics/dead-letters', 'deadLetters'),
    person: 'somebody-of-ours',
    member: workspace.people.viewer!.personId,
    role: await make('/api/admin/roles', 'role', { name: marker, permissions: ['events:read'] }),
    group: await make('/api/admin/groups', 'group', { name: marker, roles: ['viewer'], members: [] }),
    invitation: await make('/api/admin/invitations', 'invitation', { email: `${marker.toLowerCase()}@invited.example`, role: 'viewer' }),
    dashboard: await make('/api/analytics/dashboards', 'dashboard', dashboard),
    channel: await make('/api/admin/channels', 'channel', {
      name: marker,
      target: { kind: 'webhook', url: `https://${marker.toLowerCase()}.example/hook` },
    }),
    import: await make('/api/analytics/imports', 'import', { fileName: `${marker}.ndjson`, contentHash: 'a'.repeat(64), mapping: {} }),
    provider: await make('/api/admin/sign-in-providers', 'provider', {
      name: 'Of the installation',
      issuer: 'https://issuer.example',
      clientId: 'client',
      clientSecret: 'not so secret',
    }),
  });
  await at('POST', '/api/admin/embed/secret', { overlapHours: 0 });
  await at('PUT', '/api/admin/outside', {
    algorithm: 'HS256',
    secret: `${marker} shared secret of enough length`,
    claims: [{ claim: 'client_id', field: 'properties.client_id' }],
  });
}
