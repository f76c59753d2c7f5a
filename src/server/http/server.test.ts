/** The edge of the HTTP server: who is let in, what errors look like, what headers say, what the documents hold. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../shared/contract/route.ts';
import { signInRoute, signOutRoute } from '../../shared/contract/sign-in.ts';
import { Problem } from '../../shared/model/errors.ts';
import { rateLimitDefaults } from '../../shared/model/rate-limit.ts';
import type { Principal } from '../identity/principal.ts';
import { bindRoute } from './binding.ts';
import { createRateLimits } from './guard/rate-limits.ts';
import { createHttpServer } from './server.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';

const owner: Principal = principalFor('person', 'w1', 'p1', ['ask', 'admin']);
const asker: Principal = principalFor('api-key', 'w1', 'k1', ['ask']);

const echoRoute = {
  method: 'POST',
  path: '/api/test/:id',
  operation: 'echo',
  summary: 'Echo.',
  tag: 'test',
  access: 'events:read',
  params: z.object({ id: z.string() }),
  query: z.object({ size: z.coerce.number().max(10).default(1) }),
  body: z.strictObject({ text: z.string() }),
  answer: z.object({ text: z.string() }),
} as const satisfies Route;

const plain = (path: string, access: Route['access']) =>
  ({ method: 'GET', path, operation: path, summary: '', tag: 'test', access }) as const satisfies Route;

let folder: string;
let app: FastifyInstance;
let url: string;
const logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-http-'));
  for (const name of ['web/assets', 'tracker']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(
    join(folder, 'web/index.html'),
    '<!doctype html><title>app</title><script src="/a.js"></script><link rel="stylesheet" href="/a.css">',
  );
  await writeFile(join(folder, 'web/assets/a-1234.js'), 'export {}');
  await writeFile(join(folder, 'tracker/tracker.js'), 'x');
  app = await createHttpServer({
    log: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
    gatekeeper: {
      authenticateBearer: async (token) => ({ owner, asker })[token] ?? null,
      authenticateSession: async (headers) => {
        if (headers.get('cookie') === 'astray=1') throw new Problem('FORBIDDEN', 'You are not a member of that workspace.');
        return headers.get('cookie') === 'good=1' ? owner : null;
      },
      seeAs: async (principal) => principal,
      csrf: {
        tokenOf: (headers) => (headers.has('cookie') ? 'csrf' : null),
        isValid: (_, token) => token === 'csrf',
      },
    },
    limits: createRateLimits(rateLimitDefaults, Date),
    trail: async () => undefined,
    countryOf: () => null,
    bindings: [
      bindRoute(signInRoute, async () => ({ needsTwoFactor: false, session: null })),
      bindRoute(signOutRoute, async () => ({ redirectUrl: null })),
      bindRoute(echoRoute, async ({ params, query, body }) => ({ text: `${params.id} ${query.size} ${body.text}` })),
      bindRoute(plain('/api/test/admin', 'keys:manage'), async ({ principal }) => principal.id),
      bindRoute(plain('/api/test/public', 'public'), async ({ principal }) => ({ isKnown: principal !== null })),
      bindRoute(plain('/api/test/breaks', 'public'), async () => {
        throw new Error('the password is hunter2');
      }),
      bindRoute(plain('/api/test/busy', 'public'), async () => {
        throw new Problem('SPOOL_FULL', 'Full.', { retryAfterSeconds: 7 });
      }),
    ],
    documentedRoutes: [],
    plugins: [],
    webOrigins: ['https://friend.example'],
    publicUrl: null,
    trustedProxies: [],
    distFolder: folder,
    version: '0.0.0',
    randomBytes,
  });
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const echo = (headers: Record<string, string>, body = '{"text":"hi"}', path = '/api/test/7?size=3') =>
  fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('who is let in', () => {
  test('a key with the scope is', async () => {
    expect(await (await echo({ authorization: 'Bearer asker' })).json()).toEqual({ text: '7 3 hi' });
  });

  test('nobody, an unknown key, and another scheme are not', async () => {
    for (const [headers, code] of [
      [{}, 'CREDENTIALS_MISSING'],
      [{ authorization: 'Bearer nobody' }, 'CREDENTIALS_INVALID'],
      [{ authorization: 'Digest x' }, 'CREDENTIALS_INVALID'],
    ] as const) {
      const response = await echo(headers);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await codeOf(response)).toBe(code);
    }
  });

  test('a key without the scope is refused', async () => {
    const response = await fetch(`${url}/api/test/admin`, { headers: { authorization: 'Bearer asker' } });
    expect([response.status, await codeOf(response)]).toEqual([403, 'FORBIDDEN']);
  });

  test('a session may change things from our own pages and from friends only', async () => {
    const tries = [
      { origin: url },
      { origin: 'https://friend.example' },
      { 'sec-fetch-site': 'same-origin' },
      {},
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ];
    const statuses = await Promise.all(
      tries.map(
        async (headers) => (await echo({ cookie: 'good=1', 'bellwether-csrf': 'csrf', ...(headers as Record<string, string>) })).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 200, 403, 403, 403]);
  });

  test('a session may change things only with the token that its page was told', async () => {
    for (const headers of [{}, { 'bellwether-csrf': '' }, { 'bellwether-csrf': 'another' }] as Record<string, string>[]) {
      const response = await echo({ cookie: 'good=1', origin: url, ...headers });
      expect([response.status, await codeOf(response)]).toEqual([403, 'CSRF_INVALID']);
    }
    expect((await fetch(`${url}/api/test/admin`, { headers: { cookie: 'good=1' } })).status).toBe(200);
    expect(await codeOf(await echo({ cookie: 'bad=1' }))).toBe('CREDENTIALS_MISSING');
    expect((await echo({ authorization: 'Bearer asker', cookie: 'good=1', origin: 'https://evil.example' })).status).toBe(200);
  });

  test('a call to sign-in needs no token, but a page of our own; signing out needs both', async () => {
    const call = (path: string, headers: Record<string, string>) =>
      fetch(`${url}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ email: 'ada@example.com', password: 'a password' }),
      });
    expect((await call('sign-in/email', { cookie: 'old=1' })).status).toBe(200);
    expect((await call('sign-in/email', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await call('sign-out', { cookie: 'good=1' })).status).toBe(403);
    expect((await call('sign-out', { cookie: 'good=1', 'bellwether-csrf': 'csrf' })).status).toBe(200);
    expect((await call('sign-out', { cookie: 'good=1', 'bellwether-csrf': 'csrf', origin: 'https://evil.example' })).status).toBe(403);
  });

  test('a public route works with a bad key too', async () => {
    const response = await fetch(`${url}/api/test/public`, { headers: { authorization: 'Bearer nobody' } });
    expect(await response.json()).toEqual({ isKnown: false });
  });
});

describe('errors', () => {
  test('are problem documents that name what is wrong', async () => {
    const response = await echo({ authorization: 'Bearer asker' }, '{"text":5}');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID', detail: expect.stringContaining('"text"') });
    expect(await codeOf(await echo({ authorization: 'Bearer asker' }, '{"text":"a","more":1}'))).toBe('REQUEST_INVALID');
    expect(await codeOf(await echo({ authorization: 'Bearer asker' }, '{"te'))).toBe('BODY_UNDECODABLE');
    expect(await codeOf(await echo({ authorization: 'Bearer asker' }, 'x=1', '/api/test/7?size=11'))).toBe('BODY_UNDECODABLE');
    expect(await codeOf(await echo({ authorization: 'Bearer asker', 'content-type': 'text/xml' }))).toBe('BODY_TYPE_UNKNOWN');
  });

  test('of ours say nothing outside and are logged', async () => {
    const response = await fetch(`${url}/api/test/breaks`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('hunter2');
    expect(logged.join('')).toContain('unexpected error');
  });

  test('that pass say when to try again', async () => {
    const response = await fetch(`${url}/api/test/busy`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  });

  test('a known address says which methods it answers, whatever body comes', async () => {
    const wrong = (method: string, path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { method, headers });
    for (const [method, path, allowed] of [
      ['GET', '/api/test/7', 'POST'],
      ['DELETE', '/api/docs', 'GET, HEAD'],
      ['PUT', '/api/openapi.json', 'GET, HEAD'],
    ] as const) {
      const response = await wrong(method, path, { 'content-type': 'application/json' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
      expect(await codeOf(response)).toBe('METHOD_NOT_ALLOWED');
    }
    const nowhere = await fetch(`${url}/api/nothing`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<x/>' });
    expect([nowhere.status, await codeOf(nowhere)]).toEqual([404, 'NOT_FOUND']);
  });

  test('an address that is no URL is one', async () => {
    const response = await fetch(`${url}/api/%ff`);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect([response.status, await codeOf(response)]).toEqual([400, 'REQUEST_INVALID']);
  });

  test('a body that is missing, or as a page of another site could send it, is refused', async () => {
    expect(await codeOf(await echo({ authorization: 'Bearer asker' }, ''))).toBe('BODY_EMPTY');
    expect((await echo({ authorization: 'Bearer asker', 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('a body that is too large is answered, not cut off', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(24 * 1_048_576) });
    const codes = await Promise.all(Array.from({ length: 4 }, async () => codeOf(await echo({ authorization: 'Bearer asker' }, large))));
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'BODY_TOO_LARGE'));
  });

  test('whoever is refused before they are known is counted by their address', async () => {
    const ask = (remoteAddress: string) =>
      app.inject({ url: '/api/test/admin', headers: { cookie: 'astray=1' }, remoteAddress }).then(({ statusCode }) => statusCode);
    const statuses = await Promise.all(Array.from({ length: rateLimitDefaults.address + 20 }, () => ask('203.0.113.9')));
    expect([statuses[0], statuses.at(-1), await ask('203.0.113.10')]).toEqual([403, 429, 403]);
  });

  test('an unknown address of the API is a problem, of the app the page', async () => {
    expect(await codeOf(await fetch(`${url}/admin/api/health`))).toBe('NOT_FOUND');
    expect(await codeOf(await fetch(`${url}/dashboard`, { headers: { authorization: 'Bearer asker' } }))).toBe('NOT_FOUND');
    expect(await codeOf(await fetch(`${url}/api/nothing`))).toBe('NOT_FOUND');
    expect(await (await fetch(`${url}/explore?x=1`)).text()).toContain('<title>app</title>');
    expect((await fetch(`${url}/missing.png`)).status).toBe(404);
  });
});

describe('headers', () => {
  const policyOf = async (path: string) => {
    const policy = (await fetch(`${url}${path}`)).headers.get('content-security-policy') ?? '';
    return new Map(policy.split('; ').map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1).join(' ')]));
  };

  test('let a page run what carries the nonce of its answer, and nothing inline but style attributes', async () => {
    const nonces = new Set<string>();
    for (const path of ['/', '/explore', '/settings/keys?x=1']) {
      const response = await fetch(`${url}${path}`);
      const policy = response.headers.get('content-security-policy') ?? '';
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
      const page = await response.text();
      expect(page).toContain(`<script nonce="${nonce}" src="/a.js">`);
      expect(page).toContain(`<link nonce="${nonce}" rel="stylesheet"`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
    const policy = await policyOf('/');
    expect(policy.get('script-src')).toMatch(/^'self' 'nonce-\S+'$/);
    expect(policy.get('style-src-elem')).toMatch(/^'self' 'nonce-\S+'$/);
    expect(policy.get('connect-src')).toBe(`'self' ws://${new URL(url).host}`);
    expect([...policy].filter(([, sources]) => sources.includes('unsafe')).map(([name]) => name)).toEqual(['style-src-attr']);
    for (const name of ['default-src', 'object-src', 'base-uri', 'frame-ancestors']) expect(policy.get(name)).toBe("'none'");
  });

  test('keep a Host that is no host out of the policy', async () => {
    const { headers } = await app.inject({ url: '/', headers: { host: 'x; script-src *' } });
    expect(headers['content-security-policy']).toContain("connect-src 'self';");
    expect(headers['content-security-policy']).not.toContain('script-src *');
  });

  test('let answers, files and errors that are opened by themselves do nothing', async () => {
    for (const path of ['/api/test/public', '/api/nothing', '/assets/a-1234.js', '/api/openapi.json', '/missing.png'])
      expect((await policyOf(path)).get('default-src')).toBe("'none'");
    const reference = await policyOf('/api/docs');
    expect([reference.get('default-src'), reference.get('style-src')]).toEqual(["'none'", "'self'"]);
  });

  test('are strict on every answer, and speak of https only over https', async () => {
    for (const path of ['/', '/api/test/public', '/api/test/breaks', '/api/%ff', '/assets/a-1234.js']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
  });

  test('let hashed files be kept, pages and answers not', async () => {
    const cachingOf = async (path: string) => (await fetch(`${url}${path}`)).headers.get('cache-control');
    expect(await cachingOf('/assets/a-1234.js')).toContain('immutable');
    expect(await cachingOf('/')).toBe('no-store');
    for (const path of ['/api/test/public', '/api/test/breaks', '/api/nothing', '/api/%ff', '/api/docs'])
      expect(await cachingOf(path)).toBe('no-store');
  });

  test('let the tracker be loaded by other sites', async () => {
    expect((await fetch(`${url}/tracker.js`)).headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  });

  test('let friends read with credentials, others not', async () => {
    const ask = (origin: string) =>
      fetch(`${url}/api/test/public`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const friend = await ask('https://friend.example');
    expect([
      friend.status,
      friend.headers.get('access-control-allow-origin'),
      friend.headers.get('access-control-allow-credentials'),
    ]).toEqual([204, 'https://friend.example', 'true']);
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('documents', () => {
  test('the OpenAPI document holds every route with its schemas', async () => {
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { parameters: unknown[]; requestBody: unknown }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const operation = document.paths['/api/test/{id}']?.post;
    expect(operation?.parameters).toHaveLength(2);
    expect(operation?.requestBody).toBeDefined();
  });

  test('the human page lists them without scripts', async () => {
    const page = await (await fetch(`${url}/api/docs`)).text();
    expect(page).toContain('/api/test/:id');
    expect(page).not.toContain('<script');
  });
});
