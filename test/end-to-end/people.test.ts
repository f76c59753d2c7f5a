/** People of a workspace, from the command line to the browser: invited, let in, limited, changed, and shown the door at once. */
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { callsOf, type Calls, type Reply } from '../fixtures/calls.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { until } from '../fixtures/until.ts';

let server: TestServer;
let calls: Calls;
const clients: TestClient[] = [];

beforeAll(async () => {
  server = await openTestServer();
  calls = callsOf(server);
  const sales = ['s1', 's1', 's2'].map((seller, i) => ({ name: 'sale', user: `u${i}`, properties: { seller, amount: 10 } }));
  await calls.post('/v1/events', JSON.stringify(sales));
  await calls.settled();
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.disconnect();
});
afterAll(() => server.close());

const cli = (...words: string[]) => runCli(server.folder, words);
const json = { 'content-type': 'application/json' };
const tokenOf = (link: string): string => link.split('#token=')[1]!.trim();

interface SignedIn {
  cookie: string;
  csrf: string;
  workspaceId: string;
  personId: string;
}

/** A browser that comes back with its cookies. */
function signedInBy({ headers, body }: Reply): SignedIn {
  const { session, csrf } = body as { session: { workspaceId: string; person: { id: string } }; csrf: string };
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, csrf, workspaceId: session.workspaceId, personId: session.person.id };
}
const as = ({ cookie, csrf }: SignedIn, path: string, method = 'GET', body?: unknown, headers = {}) =>
  calls.call(path, {
    method,
    headers: { cookie, origin: server.url, 'bellwether-csrf': csrf, ...(body === undefined ? {} : json), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
async function accept(link: string, newcomer: object): Promise<SignedIn> {
  const reply = await calls.call('/api/invitation/accept', {
    method: 'POST',
    headers: { ...json, origin: server.url },
    body: JSON.stringify({ token: tokenOf(link), password: 'a long enough password', ...newcomer }),
  });
  expect(reply.status).toBe(200);
  return signedInBy(reply);
}
const perSeller = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['properties.seller'], range: { last: '1d' } };
const sellersSeenBy = async (who: SignedIn, headers = {}): Promise<unknown> => {
  const { status, body } = await as(who, '/api/analytics/query', 'POST', perSeller, headers);
  return status === 200 ? (body.rows as unknown[][]).map(([seller]) => seller).toSorted() : status;
};

test('an invitation from the command line makes a member, who has its role', async () => {
  const made = await cli('user', 'invite', 'vera@example.com', '--role', 'viewer');
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining('works once') });
  expect(made.out).toContain(`${server.url.replace('127.0.0.1', 'localhost')}/invitation#token=`);
  const weak = await calls.call('/api/invitation/accept', {
    method: 'POST',
    headers: { ...json, origin: server.url },
    body: JSON.stringify({ token: tokenOf(made.out), name: 'Vera', password: 'veraexample' }),
  });
  expect([weak.status, weak.body.code]).toEqual([400, 'REQUEST_INVALID']);
  const vera = await accept(made.out, { name: 'Vera' });
  expect((await as(vera, '/api/session')).body.session).toMatchObject({ role: { id: 'viewer' }, isOperator: false, seeingAs: null });
  expect(await sellersSeenBy(vera)).toEqual(['s1', 's2']);
  expect((await as(vera, '/api/admin/people')).status).toBe(403);
  const list = JSON.parse((await cli('user', 'list')).out) as { email: string; role: string; state: string }[];
  expect(list.map(({ email, role, state }) => [email, role, state])).toEqual([
    [testOwner.email, 'owner', 'operator'],
    ['vera@example.com', 'viewer', 'member'],
  ]);
  const again = await calls.call('/api/invitation/look', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token: tokenOf(made.out) }),
  });
  expect(again.status).toBe(404);
});

test('a role limits what its people see, in answers and on sockets, from the moment on at which it changes', async () => {
  const rules = { events: { rows: [{ field: 'properties.seller', is: ['{person.seller}'] }] } };
  const body = { name: 'Seller', permissions: ['events:read', 'roles:read'], rules };
  const { role } = await server.json<{ role: { id: string } }>('/api/admin/roles', { method: 'POST', body: JSON.stringify(body) });
  const invitation = { email: null, role: role.id, attributes: { seller: 's1' } };
  const { link } = await server.json<{ link: string }>('/api/admin/invitations', { method: 'POST', body: JSON.stringify(invitation) });
  const sam = await accept(link, { name: 'Sam', email: 'sam@example.com' });
  expect(await sellersSeenBy(sam)).toEqual(['s1']);

  const client = new TestClient(
    io(server.url, {
      transports: ['websocket'],
      extraHeaders: { cookie: sam.cookie, origin: server.url },
      forceNew: true,
      reconnection: false,
    }),
  );
  clients.push(client);
  await client.connected();
  expect(await client.subscribe({ id: 'sellers', query: perSeller })).toMatchObject({ ok: true });

  const change = (changes: object) => server.json(`/api/admin/people/${sam.personId}`, { method: 'PUT', body: JSON.stringify(changes) });
  await change({ attributes: { seller: 's2' } });
  expect(await sellersSeenBy(sam)).toEqual(['s2']);
  await change({ attributes: {} });
  expect(await sellersSeenBy(sam)).toEqual([]);
  await change({ role: 'auditor' });
  expect(await sellersSeenBy(sam)).toBe(403);
  await until(() => !client.socket.connected || client.problems.length > 0, 'the socket to follow', 5_000);
  expect(await cli('user', 'remove', 'sam@example.com')).toMatchObject({ code: 0, out: 'removed sam@example.com\n' });
  expect((await as(sam, '/api/session')).body.session).toBeNull();
  expect(await sellersSeenBy(sam)).toBe(401);
});

test('rules that no question could be asked under are refused, and so are datasets that are not there', async () => {
  const refused = async (rules: object) => {
    const body = JSON.stringify({ name: 'Broken', permissions: ['events:read'], rules });
    const { status, body: problem } = await calls.call('/api/admin/roles', {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${testOwner.apiKey}` },
      body,
    });
    return [status, problem.code];
  };
  expect(await refused({ event: { rows: [] } })).toEqual([400, 'DATASET_UNKNOWN']);
  expect(await refused({ events: { rows: [{ field: 'nothing', is: ['x'] }] } })).toEqual([400, 'FIELD_UNKNOWN']);
  expect(await refused({ events: { rows: [{ field: 'user', contains: '{person.id}' }] } })).toEqual([400, 'REQUEST_INVALID']);
});

test('who manages roles sees as one, and can change nothing meanwhile', async () => {
  const signedIn = await calls.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { ...json, origin: server.url },
    body: JSON.stringify({ email: testOwner.email, password: testOwner.password }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const { csrf } = (await calls.call('/api/session', { headers: { cookie } })).body as { csrf: string };
  const owner = { cookie, csrf, workspaceId: '', personId: '' };
  const { roles } = (await as(owner, '/api/admin/roles')).body as { roles: { id: string; name: string }[] };
  const seller = roles.find(({ name }) => name === 'Seller')!.id;
  const looking = { 'bellwether-see-as': seller };
  expect(await sellersSeenBy(owner)).toEqual(['s1', 's2']);
  expect(await sellersSeenBy(owner, looking)).toEqual([]);
  const { session } = (await as(owner, '/api/session', 'GET', undefined, looking)).body;
  expect(session).toMatchObject({
    seeingAs: { id: seller, name: 'Seller' },
    isOperator: false,
    permissions: ['events:read', 'roles:read'],
  });
  const made = await as(owner, '/api/admin/groups', 'POST', { name: 'G', roles: [], members: [] }, looking);
  expect([made.status, made.body.detail]).toEqual([403, expect.stringContaining('seeing as the role "Seller"')]);
});

test('a second workspace is apart: its people, roles and rows are not those of the first', async () => {
  const made = await server.json<{ workspace: { id: string }; writeKey: string; ownerLink: string }>('/api/admin/workspaces', {
    method: 'POST',
    body: JSON.stringify({ name: 'Second' }),
  });
  const olga = await accept(made.ownerLink, { name: 'Olga', email: 'olga@example.com' });
  expect(olga.workspaceId).toBe(made.workspace.id);
  expect(await sellersSeenBy(olga)).toEqual([]);
  await calls.post('/v1/events', JSON.stringify([{ name: 'sale', properties: { seller: 's9' } }]), {
    ...json,
    authorization: `Bearer ${made.writeKey}`,
  });
  await until(async () => JSON.stringify(await sellersSeenBy(olga)) === '["s9"]', 'the event of the second workspace');
  const { people } = await server.json<{ people: { id: string; email: string }[] }>('/api/admin/people');
  expect(people.map(({ email }) => email)).not.toContain('olga@example.com');
  expect((await as(olga, `/api/admin/people/${people[0]!.id}`, 'DELETE')).status).toBe(404);
  expect((await as(olga, '/api/admin/workspaces')).status).toBe(403);
  expect((await as(olga, '/api/workspace/leave', 'POST')).status).toBe(409);
  const elsewhere = await as(olga, '/api/session', 'GET', undefined, { 'bellwether-workspace': 'ws_nowhere' });
  expect(elsewhere.status).toBe(403);
  expect(JSON.parse((await cli('user', 'list', '--workspace', made.workspace.id)).out)).toMatchObject([{ email: 'olga@example.com' }]);
});

test('the command line explains itself, and names what is not there', async () => {
  const tries: [string[], object][] = [
    [['reset-link', 'vera@example.com'], { code: 0, out: expect.stringContaining('/reset-password#token=') }],
    [['unlock', 'vera@example.com'], { code: 0, out: 'unlocked vera@example.com\n' }],
    [['role', 'vera@example.com', '--role', 'Editor'], { code: 0, out: 'vera@example.com is editor\n' }],
    [['role', 'vera@example.com', '--role', 'king'], { code: 1, err: expect.stringContaining('there is no role "king"') }],
    [['remove', 'nobody@example.com'], { code: 1, err: expect.stringContaining('there is no member') }],
    [['role', 'vera@example.com'], { code: 2, err: expect.stringContaining('--role ROLE') }],
    [['promote'], { code: 2, err: expect.stringContaining('ACTION "promote" is not allowed') }],
    [['remove', testOwner.email], { code: 1, err: expect.stringContaining('last') }],
    [['invite', 'link', '--days', '1'], { code: 0, out: expect.stringContaining('/invitation#token=') }],
  ];
  const results = await Promise.all(tries.map(([words]) => cli('user', ...words)));
  expect(results).toMatchObject(tries.map(([, outcome]) => outcome));
});
