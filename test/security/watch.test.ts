/** The watch on a real server: what is suspicious becomes an incident, slows down whoever did it, is told to the owner, and can be undone. */
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentAnswer, IncidentStoryAnswer } from '../../src/shared/contract/incidents.ts';
import type { WatchKind } from '../../src/shared/contract/security.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';
import { until } from '../fixtures/until.ts';

const environment = { BELLWETHER_TRUSTED_PROXIES: '127.0.0.1', BELLWETHER_RATE_LIMITS: 'export=0,sign-in=0,account=0' };
const json = { 'content-type': 'application/json' };
const count = { kind: 'total', metrics: [{ aggregate: 'count' }] };

describe('the watch, with SQLite', () => {
  watch(() => openTestServer(environment));
});

describe.skipIf(postgresMissing() !== null)('the watch, with PostgreSQL', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.close());
  watch(async () => openTestServer({ ...environment, DATABASE_URL: await postgres.createDatabase() }));
});

function watch(open: () => Promise<TestServer>): void {
  let server: TestServer;
  let owner: Record<string, string>;
  beforeAll(async () => {
    server = await open();
    const { headers } = await trySignIn('198.51.100.1', testOwner.password);
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const { csrf } = (await (await fetch(`${server.url}/api/session`, { headers: { cookie } })).json()) as { csrf: string };
    owner = { cookie, origin: server.url, 'bellwether-csrf': csrf };
  });
  afterAll(() => server?.close());

  const trySignIn = (address: string, password: string, email: string = testOwner.email): Promise<Response> =>
    fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { ...json, origin: server.url, 'x-forwarded-for': address },
      body: JSON.stringify({ email, password }),
    });
  const makeKey = async (
    scopes: readonly string[],
  ): Promise<{ id: string; socket: Socket; call(path: string, body?: object): Promise<Response> }> => {
    const { key, secret } = await server.json<{ key: { id: string }; secret: string }>('/api/admin/keys', {
      method: 'POST',
      body: JSON.stringify({ kind: 'api', name: 'watched', scopes }),
    });
    const headers = { authorization: `Bearer ${secret}` };
    return {
      id: key.id,
      socket: io(server.url, {
        transports: ['websocket'],
        auth: { token: secret },
        forceNew: true,
        reconnection: false,
        autoConnect: false,
      }),
      call: (path, body) =>
        fetch(
          `${server.url}${path}`,
          body === undefined ? { headers } : { method: 'POST', headers: { ...headers, ...json }, body: JSON.stringify(body) },
        ),
    };
  };
  const incidentsOf = async (kind: WatchKind): Promise<IncidentAnswer[]> =>
    (await server.json<{ incidents: IncidentAnswer[] }>(`/api/analytics/incidents?kind=${kind}`)).incidents;
  const storyOf = async (kind: WatchKind, subjectId: string): Promise<IncidentStoryAnswer> => {
    let story: IncidentStoryAnswer | undefined;
    await until(async () => {
      const found = (await incidentsOf(kind)).find(({ subject }) => subject?.id === subjectId);
      if (found !== undefined) story = await server.json<IncidentStoryAnswer>(`/api/analytics/incidents/${found.id}`);
      return story !== undefined && story.acts.length > 0;
    }, `an incident "${kind}" and what was done`);
    return story!;
  };
  /** Calls until one is slowed down; resolves to the limit that was met. */
  const limitOf = async (call: () => Promise<Response>, most = 20): Promise<unknown> => {
    for (let i = 0; i < most; i++) {
      const response = await call();
      if (response.status === 429) return ((await response.json()) as { limit?: unknown }).limit;
      await response.arrayBuffer();
    }
    return null;
  };
  const undo = async ({ incident, acts }: IncidentStoryAnswer): Promise<void> => {
    const response = await fetch(`${server.url}/api/analytics/incidents/${incident.id}/acts/${acts[0]!.id}/undo`, {
      method: 'POST',
      headers: owner,
    });
    expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
  };
  const assertTold = async ({ incident }: IncidentStoryAnswer): Promise<void> => {
    let told: { title: string; link: string | null }[] = [];
    await until(async () => {
      const list = await fetch(`${server.url}/api/notifications`, { headers: owner });
      told = ((await list.json()) as { notifications: { title: string; link: string | null }[] }).notifications;
      return told.some(({ link }) => link?.includes(incident.id) === true);
    }, 'the owner to be told');
    expect(told.find(({ link }) => link?.includes(incident.id) === true)?.title).toBe(incident.title);
  };

  test('probing: an incident, a slower pace, a word to the owner, and a way back', async () => {
    const key = await makeKey(['ask']);
    for (let i = 0; i < 25; i++) expect((await key.call('/api/admin/keys')).status).toBe(403);
    const story = await storyOf('probing', key.id);
    expect(story.incident).toMatchObject({ kind: 'probing', state: 'open', severity: 'medium', subject: { kind: 'key', id: key.id } });
    expect(story.acts).toMatchObject([{ kind: 'watch-response', state: 'done', canUndo: true, title: 'Slowed the key down for an hour.' }]);
    expect(await limitOf(() => key.call('/api/analytics/query', count))).toBe('slowed');
    await assertTold(story);
    const socket = key.socket.connect();
    await until(() => socket.connected, 'the socket');
    const follow = async (): Promise<unknown> => {
      const ack = (await socket.emitWithAck('subscribe', { id: 'q', query: count })) as { ok: boolean; error?: { limit?: unknown } };
      return ack.ok ? null : ack.error?.limit;
    };
    expect(await follow()).toBe('slowed');
    await undo(story);
    expect(await follow()).toBeNull();
    socket.disconnect();
    expect(await limitOf(() => key.call('/api/analytics/query', count))).toBeNull();
    const after = await storyOf('probing', key.id);
    expect([after.acts[0]!.state, after.timeline.at(-1)!.kind]).toEqual(['undone', 'act-undone']);
  });

  test('a question with SQL in it: an incident at once', async () => {
    const key = await makeKey(['ask']);
    const by = ['name); DROP TABLE events; --'];
    const answer = await key.call('/api/analytics/query', { ...count, kind: 'breakdown', by });
    expect(answer.status).toBe(400);
    const story = await storyOf('sql-escape', key.id);
    expect(story.incident).toMatchObject({ severity: 'high', title: expect.stringContaining('"query"') });
    expect(await limitOf(() => key.call('/api/analytics/query', count))).toBe('slowed');
    await assertTold(story);
    const innocent = await makeKey(['ask']);
    await innocent.call('/api/analytics/query', { ...count, kind: 'breakdown', by: ['no such field'] });
    await innocent.call('/api/analytics/query', { ...count, where: [{ field: 'name', is: ['drop table; select'] }] });
    expect((await incidentsOf('sql-escape')).map(({ subject }) => subject?.id)).toEqual([key.id]);
  });

  test('many exports within an hour', async () => {
    const key = await makeKey(['events:read', 'events:export']);
    for (let i = 0; i < 20; i++) {
      const answer = await key.call('/api/analytics/export?format=ndjson&timezone=UTC');
      await answer.arrayBuffer();
    }
    const story = await storyOf('mass-export', key.id);
    expect(story.incident).toMatchObject({ severity: 'high', evidence: { exports: 20 } });
    expect(await limitOf(() => key.call('/api/analytics/query', count))).toBe('slowed');
    await assertTold(story);
  });

  test('wrong passwords for one account: the address is slowed down, and the owner hears of it', async () => {
    const address = '203.0.113.7';
    for (let i = 0; i < 11; i++) await trySignIn(address, `wrong password ${i}`);
    const story = await storyOf('brute-force', address);
    expect(story.incident).toMatchObject({ subject: { kind: 'address', id: address }, severity: 'medium' });
    expect(story.acts[0]!.title).toBe('Slowed the address down for an hour.');
    expect(await limitOf(() => trySignIn(address, 'wrong', 'nobody@example.com'))).toBe('slowed');
    expect(await limitOf(() => trySignIn('203.0.113.8', 'wrong', 'nobody@example.com'), 5)).toBeNull();
    await assertTold(story);
    await undo(story);
    expect(await limitOf(() => trySignIn(address, 'wrong', 'somebody@example.com'), 5)).toBeNull();
  });

  test('what the watch did is in the audit log, as is its undoing', async () => {
    const { entries } = await server.json<{
      entries: { action: string; outcome: string; actor: { id: string }; target: { kind: string } | null }[];
    }>('/api/admin/audit?limit=200');
    const acts = entries.filter(({ action, actor }) => action === 'watchActed' && actor.id === 'watch');
    expect(acts.map(({ target }) => target?.kind).toSorted()).toEqual(['address', 'key', 'key', 'key']);
    expect(JSON.stringify(acts.map(({ target }) => target))).not.toContain('203.0.113.7');
    expect(entries.filter(({ action, outcome }) => action === 'undoAct' && outcome === 'done').length).toBe(2);
    expect(entries.filter(({ action, outcome }) => action === 'keys' && outcome === 'denied').length).toBe(25);
  });
}
