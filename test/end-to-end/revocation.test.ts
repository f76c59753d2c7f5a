/** What is taken away on one node ends on every other: calls are refused or answered under the new policy, and open sockets end. */
import { createHmac } from 'node:crypto';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { watchKinds } from '../../src/shared/contract/security.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';
import { until } from '../fixtures/until.ts';

/** Somebody's way in: the headers of their calls and the handshake of their socket. */
interface WayIn {
  headers: Record<string, string>;
  handshake: object;
}

/** A member who is signed in. */
interface Member extends WayIn {
  id: string;
  signOut(): Promise<void>;
}

const deadlineMs = 2_000;
const byTenant = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['properties.tenant'], range: { last: '1d' } };
const whole = [
  ['t1', 2],
  ['t2', 1],
];

describe('on one node, with SQLite', () => {
  revocation(async () => {
    const server = await openTestServer();
    return { here: server, there: server, close: () => server.close() };
  });
});

describe.skipIf(postgresMissing() !== null)('on two nodes, with PostgreSQL', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.close());
  revocation(async () => {
    const shared = { DATABASE_URL: await postgres.createDatabase(), BELLWETHER_SECRET: 'a-secret-that-both-nodes-have-been-given' };
    const here = await openTestServer(shared);
    const there = await openTestServer(shared);
    return {
      here,
      there,
      close: async () => {
        await there.close();
        await here.close();
      },
    };
  });
});

/** What is done `here` must be felt `there`. */
function revocation(open: () => Promise<{ here: TestServer; there: TestServer; close(): Promise<void> }>): void {
  let here: TestServer;
  let there: TestServer;
  let close: () => Promise<void>;
  const clients: TestClient[] = [];
  const measured: number[] = [];

  beforeAll(async () => {
    ({ here, there, close } = await open());
    const events = ['t1', 't1', 't2'].map((tenant, i) => ({ name: 'sale', user: `u${i}`, properties: { tenant } }));
    await there.json('/v1/events', { method: 'POST', body: JSON.stringify(events) });
    await until(async () => (await there.json<{ pending: number }>('/api/analytics/ledger')).pending === 0, 'the events to be stored');
  });
  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.disconnect();
  });
  afterAll(() => close?.());

  const admin = <T>(method: string, path: string, body?: object): Promise<T> =>
    here.json<T>(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const ask = async ({ headers }: WayIn): Promise<{ status: number; rows: unknown }> => {
    const response = await fetch(`${there.url}/api/analytics/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(byTenant),
    });
    return { status: response.status, rows: ((await response.json()) as { rows?: unknown }).rows };
  };
  const follow = async ({ handshake }: WayIn): Promise<TestClient> => {
    const client = new TestClient(io(there.url, { transports: ['websocket'], forceNew: true, reconnection: false, ...handshake }));
    clients.push(client);
    await client.connected();
    expect(await client.subscribe({ id: 'q', query: byTenant })).toEqual({ ok: true });
    return client;
  };
  const byToken = (token: string): WayIn => ({ headers: { authorization: `Bearer ${token}` }, handshake: { auth: { token } } });
  /** Lets in, takes away, and waits until both calls and the socket have felt it. */
  const taken = async (
    way: WayIn,
    take: () => Promise<unknown>,
    isFelt: () => Promise<boolean>,
    { annotate, task }: TestContext,
  ): Promise<void> => {
    expect(await ask(way)).toEqual({ status: 200, rows: whole });
    const client = await follow(way);
    await take();
    const startMs = performance.now();
    const timeOf = async (isDone: () => boolean | Promise<boolean>, what: string): Promise<number> => {
      await until(isDone, what, deadlineMs);
      return performance.now() - startMs;
    };
    const [callMs, socketMs] = await Promise.all([
      timeOf(isFelt, 'calls to feel it'),
      timeOf(() => !client.socket.connected, 'the end of the socket'),
    ]);
    measured.push(callMs, socketMs);
    await annotate(`${task.name}: calls after ${callMs.toFixed(0)} ms, socket after ${socketMs.toFixed(0)} ms`);
  };
  const isRefused = (way: WayIn) => async () => [401, 403].includes((await ask(way)).status);

  const signIn = async (email: string, password: string): Promise<{ cookie: string; csrf: string; id: string }> => {
    const response = await fetch(`${here.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: here.url },
      body: JSON.stringify({ email, password }),
    });
    expect(response.status).toBe(200);
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const { session, csrf } = (await (await fetch(`${here.url}/api/session`, { headers: { cookie } })).json()) as {
      session: { person: { id: string } };
      csrf: string;
    };
    return { cookie, csrf, id: session.person.id };
  };
  const join = async (name: string, role: string): Promise<Member> => {
    const email = `${name}@example.com`;
    const { link } = await admin<{ link: string }>('POST', '/api/admin/invitations', { email, role });
    const accepted = await fetch(`${here.url}/api/invitation/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: here.url },
      body: JSON.stringify({ token: link.split('#token=')[1], name, password: testOwner.password }),
    });
    expect(accepted.status).toBe(200);
    const { cookie, csrf, id } = await signIn(email, testOwner.password);
    const headers = { cookie, origin: there.url, 'bellwether-csrf': csrf };
    return {
      id,
      headers,
      handshake: { extraHeaders: { cookie, origin: there.url } },
      signOut: async () => {
        const out = await fetch(`${here.url}/api/auth/sign-out`, { method: 'POST', headers: { ...headers, origin: here.url } });
        expect(out.status).toBeLessThan(300);
      },
    };
  };

  test('a revoked key', async (context) => {
    const { key, secret } = await admin<{ key: { id: string }; secret: string }>('POST', '/api/admin/keys', {
      kind: 'api',
      name: 'Report',
    });
    await taken(byToken(secret), () => admin('DELETE', `/api/admin/keys/${key.id}`), isRefused(byToken(secret)), context);
  });

  test('a key that was rotated without overlap', async (context) => {
    const { key, secret } = await admin<{ key: { id: string }; secret: string }>('POST', '/api/admin/keys', {
      kind: 'api',
      name: 'Rotated',
    });
    const rotate = () => admin('POST', `/api/admin/keys/${key.id}/rotate`, { overlapHours: 0 });
    await taken(byToken(secret), rotate, isRefused(byToken(secret)), context);
  });

  test('a session that was ended', async (context) => {
    const member = await join('leaver', 'viewer');
    await taken(member, () => member.signOut(), isRefused(member), context);
  });

  test('a member who was removed', async (context) => {
    const member = await join('removed', 'viewer');
    await taken(member, () => admin('DELETE', `/api/admin/people/${member.id}`), isRefused(member), context);
  });

  test('a role that shows less', async (context) => {
    const { role } = await admin<{ role: { id: string } }>('POST', '/api/admin/roles', {
      name: 'Of t2',
      permissions: ['events:read'],
      rules: { events: { rows: [{ field: 'properties.tenant', is: ['t2'] }], masks: [] } },
    });
    const member = await join('limited', 'viewer');
    const isLimited = async () => JSON.stringify((await ask(member)).rows) === '[["t2",1]]';
    await taken(member, () => admin('PUT', `/api/admin/people/${member.id}`, { role: role.id }), isLimited, context);
    const client = await follow(member);
    expect(await client.waitForRows('q', (rows) => rows.length > 0)).toEqual([['t2', 1]]);
  });

  test('a role that was changed itself', async (context) => {
    const permissions = ['events:read', 'dashboards:read'];
    const { role } = await admin<{ role: { id: string } }>('POST', '/api/admin/roles', { name: 'Changing', permissions });
    const member = await join('changing', role.id);
    const change = () => admin('PUT', `/api/admin/roles/${role.id}`, { name: 'Changing', permissions: ['dashboards:read'] });
    await taken(member, change, isRefused(member), context);
  });

  test('an account that the watch locked', async (context) => {
    const member = await join('prober', 'viewer');
    const settings = Object.fromEntries(watchKinds.map((kind) => [kind, { isOn: kind === 'probing', response: 'lock' }]));
    await admin('PUT', '/api/admin/security/watch', settings);
    const probe = async (): Promise<void> => {
      for (let i = 0; i < 25; i++) await fetch(`${here.url}/api/admin/keys`, { headers: member.headers });
      const isLocked = async () =>
        (await admin<{ people: { id: string; isLocked: boolean }[] }>('GET', '/api/admin/people')).people.some(
          (each) => each.id === member.id && each.isLocked,
        );
      await until(isLocked, 'the watch to lock the account');
    };
    await taken(member, probe, isRefused(member), context);
    await admin(
      'PUT',
      '/api/admin/security/watch',
      Object.fromEntries(watchKinds.map((kind) => [kind, { isOn: false, response: 'note' }])),
    );
  });

  test('the secret of embed tokens', async (context) => {
    const { dashboard } = await admin<{ dashboard: { id: string } }>('POST', '/api/analytics/dashboards', {
      name: 'Board',
      panels: [{ id: 'p1', query: byTenant }],
    });
    const { secret, embed } = await admin<{ secret: string; embed: { workspaceId: string } }>('POST', '/api/admin/embed/secret', {});
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const claims = { aud: 'bellwether:embed', ws: embed.workspaceId, dashboards: [dashboard.id], exp };
    const way = byToken(signed(secret, claims));
    await taken(way, () => admin('DELETE', '/api/admin/embed/secret'), isRefused(way), context);
  });

  test('the secret of another application', async (context) => {
    const secret = 'a secret that both applications know';
    const claims = [{ claim: 'tenants', field: 'properties.tenant' }];
    await admin('PUT', '/api/admin/outside', { algorithm: 'HS256', secret, claims });
    const way = byToken(signed(secret, { sub: 'u', tenants: ['t1', 't2'], exp: Math.floor(Date.now() / 1_000) + 600 }));
    await taken(way, () => admin('DELETE', '/api/admin/outside'), isRefused(way), context);
  });

  test('is felt soon, all in all', async ({ annotate }) => {
    const sorted = measured.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    expect(sorted.length).toBe(18);
    await annotate(`median ${median.toFixed(0)} ms, longest ${sorted.at(-1)!.toFixed(0)} ms`);
  });
}

function signed(secret: string, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
