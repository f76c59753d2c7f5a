/** Sign-up, sign-in and keys over a real socket, as a browser and a program use them. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { csrfHeader } from '../../shared/contract/identity.ts';
import type { KeyAnswer } from '../../shared/contract/keys.ts';
import { rateLimitDefaults } from '../../shared/model/rate-limit.ts';
import { createGuardedHttp } from '../adapters/guarded-http/guarded-http.ts';
import { createIdentity, type Identity } from '../identity/identity.ts';
import { replaceSignUpLink } from '../identity/sign-up.ts';
import { createRateLimits } from './guard/rate-limits.ts';
import { identityRoutes } from './identity.ts';
import { keyRoutes } from './keys.ts';
import { createHttpServer } from './server.ts';
import { signInRoutes } from './sign-in.ts';

type OpenCatalog = Awaited<ReturnType<typeof openTestCatalog>>;

let store: OpenCatalog;
let identity: Identity;
let app: FastifyInstance;
let url: string;
let token: string;
let workspaceId: string;

beforeAll(async () => {
  store = await openTestCatalog();
  identity = createIdentity({
    catalog: store.catalog,
    secret: 'a secret of at least thirty-two characters',
    previousSecrets: [],
    localOwnerToken: 'local-owner-token-of-this-start',
    publicUrl: null,
    clock: Date,
    randomBytes,
    outbound: createGuardedHttp({ allow: [] }),
    log: silentLog,
  });
  const started = await identity.prepareFirstStart({ owner: null, workspaceName: 'Default', writeKey: null, apiKey: null });
  token = started.signUpToken!;
  workspaceId = started.workspaceId;
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    gatekeeper: identity,
    limits: createRateLimits(rateLimitDefaults, Date),
    trail: async () => undefined,
    countryOf: () => null,
    bindings: [
      ...identityRoutes(identity, () => null),
      ...keyRoutes(identity),
      ...signInRoutes({ signIn: identity.signIn, countryOf: () => null }),
    ],
    documentedRoutes: [],
    plugins: [],
    webOrigins: [],
    publicUrl: null,
    trustedProxies: [],
    distFolder: '/nonexistent',
    version: '0.0.0',
    randomBytes,
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await identity.close();
  await store.close();
});

const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
const signIn = async (email: string, password: string): Promise<string> =>
  cookieOf(await call('POST', '/api/auth/sign-in/email', { email, password }, { origin: url }));

/** Headers of a page that the owner of `cookie` has open. */
const pageOf = async (cookie: string): Promise<Record<string, string>> => {
  const { csrf } = (await (await call('GET', '/api/session', undefined, { cookie })).json()) as { csrf: string };
  return { cookie, origin: url, [csrfHeader]: csrf };
};

describe('before there is an owner', () => {
  test('nobody is signed in, and the page can say that the link is needed', async () => {
    expect(await (await call('GET', '/api/session')).json()).toEqual({ session: null, hasOwner: false, csrf: null });
  });

  test('a password that is too short, or a made-up link, is refused in words', async () => {
    const ada = { name: 'Ada', email: 'ada@example.com' };
    const short = await call('POST', '/api/sign-up', { ...ada, token, password: 'short' });
    expect(short.status).toBe(400);
    expect(await short.json()).toMatchObject({ code: 'REQUEST_INVALID', issues: [{ path: 'password' }] });
    const madeUp = await call('POST', '/api/sign-up', { ...ada, token: 'made-up', password: 'correct horse' });
    expect(madeUp.status).toBe(403);
    expect(await madeUp.json()).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the owner', () => {
  let cookie: string;
  beforeAll(async () => {
    const response = await call('POST', '/api/sign-up', { name: 'Ada', email: 'ada@example.com', password: 'correct horse', token });
    expect(response.status).toBe(200);
    cookie = cookieOf(response);
  });

  test('is signed in by signing up, and again with the password', async () => {
    const own = await (await call('GET', '/api/session', undefined, { cookie })).json();
    expect(own).toMatchObject({
      hasOwner: true,
      session: { person: { email: 'ada@example.com' }, workspaceId, workspaces: [{ role: 'owner' }] },
    });
    const again = await signIn('ada@example.com', 'correct horse');
    expect((await call('GET', '/api/admin/keys', undefined, { cookie: again })).status).toBe(200);
    expect((await call('POST', '/api/auth/sign-out', {}, await pageOf(again))).status).toBe(200);
    expect((await call('GET', '/api/admin/keys', undefined, { cookie: again })).status).toBe(401);
  });

  test('sees the write key, makes a key, uses it, and revokes it', async () => {
    const headers = await pageOf(cookie);
    const shown = (await (await call('GET', '/api/admin/write-key', undefined, { cookie })).json()) as { writeKey: string };
    expect(shown.writeKey).toMatch(/^bw_w_/);
    const response = await call('POST', '/api/admin/keys', { kind: 'api', name: 'Reports', scopes: ['ask', 'admin'] }, headers);
    expect(response.status).toBe(201);
    const { key, secret } = (await response.json()) as { key: KeyAnswer; secret: string };
    const bearer = { authorization: `Bearer ${secret}` };
    const listed = (await (await call('GET', '/api/admin/keys', undefined, bearer)).json()) as { keys: KeyAnswer[] };
    expect(listed.keys.map((each) => [each.kind, each.name, each.scopes])).toEqual([
      ['api', 'Reports', ['ask', 'admin']],
      ['write', 'Default', ['ingest']],
    ]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect((await call('DELETE', `/api/admin/keys/${key.id}`, undefined, headers)).status).toBe(204);
    expect((await call('GET', '/api/admin/keys', undefined, bearer)).status).toBe(401);
    expect((await call('DELETE', `/api/admin/keys/${key.id}`, undefined, headers)).status).toBe(404);
  });

  test('cannot be made to act by a page of another site', async () => {
    const withoutProof = { cookie, origin: url };
    for (const path of ['/api/admin/keys', '/api/auth/sign-out']) {
      const refused = await call('POST', path, { kind: 'api', name: 'Evil' }, withoutProof);
      expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: 'CSRF_INVALID' })]);
    }
    const foreign = { ...(await pageOf(cookie)), origin: 'https://evil.example.com' };
    expect((await call('POST', '/api/admin/keys', { kind: 'api', name: 'Evil' }, foreign)).status).toBe(403);
    expect((await call('POST', '/api/auth/sign-out', {}, foreign)).status).toBe(403);
    expect((await call('GET', '/api/admin/keys', undefined, { cookie })).status).toBe(200);
  });
});

test('a member may look at the session, but not at keys; a write key neither', async () => {
  const memberToken = await replaceSignUpLink({ db: store.catalog.db, clock: Date, randomBytes }, workspaceId, 'member');
  const cookie = cookieOf(
    await call('POST', '/api/sign-up', { name: 'Bob', email: 'bob@example.com', password: 'correct horse', token: memberToken }),
  );
  expect(await (await call('GET', '/api/session', undefined, { cookie })).json()).toMatchObject({
    session: { workspaces: [{ role: 'member' }] },
  });
  expect((await call('GET', '/api/admin/keys', undefined, { cookie })).status).toBe(403);
  const writeKey = (await identity.keys.maybeWriteKey(workspaceId))!;
  const refused = await call('GET', '/api/admin/write-key', undefined, { authorization: `Bearer ${writeKey}` });
  expect(refused.status).toBe(403);
  expect((await call('GET', '/api/admin/keys', undefined, { authorization: 'Bearer local-owner-token-of-this-start' })).status).toBe(200);
});
