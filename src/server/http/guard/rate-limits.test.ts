/** Limits over HTTP: who is counted as whom, what they are told, and what counting costs. */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { principalFor } from '../../../../test/fixtures/principals.ts';
import type { Route } from '../../../shared/contract/route.ts';
import { rateLimitDefaults, type RateLimitSettings } from '../../../shared/model/rate-limit.ts';
import type { Principal } from '../../identity/principal.ts';
import { bindRoute } from '../binding.ts';
import { createHttpServer } from '../server.ts';
import { addressGroup } from '../../limits/address-group.ts';
import { createRateLimits } from './rate-limits.ts';

const principals: Record<string, Principal> = {
  a: principalFor('api-key', 'w1', 'k1', ['ask']),
  b: principalFor('api-key', 'w1', 'k2', ['ask']),
  slow: { ...principalFor('api-key', 'w1', 'k3', ['ask']), callsPerMinute: 1 },
  local: { ...principalFor('api-key', 'w1', 'l', ['ask']), kind: 'local-owner' },
};
const route = (path: string, rest: Partial<Route>): Route => ({
  method: 'GET',
  path,
  operation: path,
  summary: '',
  tag: 'test',
  access: 'events:read',
  ...rest,
});

let nowMs = 0;
let app: FastifyInstance;
afterEach(() => app.close());

async function open(settings: Partial<RateLimitSettings>): Promise<void> {
  nowMs = 1_700_000_000_000;
  const answer = async () => 'ok';
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    gatekeeper: {
      authenticateBearer: async (token) => principals[token] ?? null,
      authenticateSession: async (headers) => (headers.get('cookie') === 's=1' ? principalFor('person', 'w1', 'p1', ['ask']) : null),
      seeAs: async (principal) => principal,
      csrf: { tokenOf: () => null, isValid: () => true },
    },
    limits: createRateLimits({ ...rateLimitDefaults, ...settings }, { now: () => nowMs }),
    trail: async () => undefined,
    countryOf: () => null,
    bindings: [
      bindRoute(route('/api/ask', {}), answer),
      bindRoute(route('/api/export', { limit: 'export' }), answer),
      bindRoute(route('/api/open', { access: 'public' }), answer),
      bindRoute(route('/api/alive', { access: 'public', limit: 'none' }), answer),
      bindRoute(
        route('/api/way-in', { method: 'POST', access: 'public', limit: 'sign-in', body: z.object({ email: z.string() }) }),
        answer,
      ),
    ],
    documentedRoutes: [],
    plugins: [],
    webOrigins: [],
    publicUrl: null,
    trustedProxies: ['10.0.0.0/8'],
    distFolder: tmpdir(),
    version: '0.0.0',
    randomBytes,
  });
}

interface Asked {
  path?: string;
  key?: string;
  cookie?: string;
  from?: string;
  email?: string;
}

async function ask({ path = '/api/ask', key, cookie, from = '192.0.2.1', email }: Asked) {
  const headers: Record<string, string> = {};
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  if (cookie !== undefined) headers['cookie'] = cookie;
  const answer = await app.inject({
    url: path,
    method: email === undefined ? 'GET' : 'POST',
    headers,
    remoteAddress: from,
    ...(email === undefined ? {} : { payload: { email } }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body.startsWith('{') ? (answer.json() as Record<string, unknown>) : {},
  };
}
const statuses = async (...calls: Asked[]) => {
  const all: number[] = [];
  for (const call of calls) all.push((await ask(call)).status);
  return all;
};

describe('limits', () => {
  test('hold for each key alone, and are told in the headers of the draft', async () => {
    await open({ key: 2 });
    const first = await ask({ key: 'a' });
    expect(first.headers['ratelimit-policy']).toBe('"key";q=2;w=60');
    expect(first.headers['ratelimit']).toBe('"key";r=1;t=30');
    expect(await statuses({ key: 'a' }, { key: 'a' }, { key: 'b' })).toEqual([200, 429, 200]);
    const refused = await ask({ key: 'a' });
    expect(refused.headers).toMatchObject({ 'retry-after': '30', ratelimit: '"key";r=0;t=60' });
    expect(refused.body).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 30, limit: 'key', retryable: true });
    nowMs += 30_000;
    expect(await statuses({ key: 'a' }, { key: 'a' })).toEqual([200, 429]);
  });

  test('of a key itself go before those of all keys', async () => {
    await open({ key: 100 });
    expect(await statuses({ key: 'slow' }, { key: 'slow' }, { key: 'a' }, { key: 'a' })).toEqual([200, 429, 200, 200]);
  });

  test('of a kind of route count besides those of the caller', async () => {
    await open({ person: 10, export: 1 });
    const cookie = 's=1';
    const first = await ask({ path: '/api/export', cookie });
    expect(first.headers['ratelimit-policy']).toBe('"person";q=10;w=60, "export";q=1;w=60');
    expect(await statuses({ path: '/api/export', cookie }, { cookie }, { path: '/api/export', key: 'a' })).toEqual([429, 200, 200]);
  });

  test('count callers without credentials by address, and networks of IPv6 as one', async () => {
    await open({ address: 1 });
    const path = '/api/open';
    expect(await statuses({ path }, { path }, { path, from: '192.0.2.2' })).toEqual([200, 429, 200]);
    expect(
      await statuses({ path, from: '2001:db8:1:2::1' }, { path, from: '2001:db8:1:2:ffff::9' }, { path, from: '2001:db8:1:3::1' }),
    ).toEqual([200, 429, 200]);
    expect(await statuses({ from: '192.0.2.9' }, { from: '192.0.2.9' })).toEqual([401, 429]);
  });

  test('hold for tries to sign in by address, and by account from wherever they come', async () => {
    await open({ 'sign-in': 3, account: 2 });
    const path = '/api/way-in';
    const email = 'ada@example.com';
    expect(await statuses({ path, email }, { path, email: ' ADA@example.com ' }, { path, email, from: '192.0.2.2' })).toEqual([
      200, 200, 429,
    ]);
    expect(await statuses({ path, email: 'bob@example.com' }, { path, email: 'eve@example.com' })).toEqual([200, 429]);
  });

  test('do not hold for probes, for the operator of this machine, and where they are switched off', async () => {
    await open({ address: 1, key: 1 });
    const path = '/api/alive';
    expect(await statuses({ path }, { path }, { path }, { key: 'local' }, { key: 'local' })).toEqual([200, 200, 200, 200, 200]);
    expect((await ask({ path })).headers['ratelimit']).toBeUndefined();
    await app.close();
    await open({ key: 0 });
    expect(await statuses(...Array.from({ length: 50 }, () => ({ key: 'a' })))).toEqual(Array.from({ length: 50 }, () => 200));
  });
});

describe('keys that are not valid', () => {
  test('make their address wait, without being looked at any more', async () => {
    await open({ failure: 3 });
    expect(await statuses({ key: 'x1' }, { key: 'x2' }, { key: 'x3' }, { key: 'x4' })).toEqual([401, 401, 401, 429]);
    expect(await statuses({ key: 'a' }, { key: 'a', from: '192.0.2.2' })).toEqual([429, 200]);
    expect((await ask({ key: 'x5' })).body).toMatchObject({ code: 'RATE_LIMITED', limit: 'failure' });
    nowMs += 60_000;
    expect(await statuses({ key: 'a' }, { key: 'x6' })).toEqual([200, 401]);
  });

  test('do not keep those at the same address from working whose keys were right meanwhile', async () => {
    await open({ failure: 3 });
    expect(await statuses({ key: 'x1' }, { key: 'a' }, { key: 'x2' }, { key: 'x3' }, { key: 'x4' }, { key: 'a' }, { key: 'b' })).toEqual([
      401, 200, 401, 401, 429, 200, 429,
    ]);
  });
});

test('addresses are grouped as their owners are', () => {
  expect(
    [
      '192.0.2.1',
      '::ffff:192.0.2.1',
      '2001:DB8::1',
      '2001:0db8:0:0:1:2:3:4',
      '2001:db8:0:0:1:2:3:4',
      '2001:db8:0:1::',
      '::1',
      'fe80::1%eth0',
    ].map(addressGroup),
  ).toEqual([
    '192.0.2.1',
    '192.0.2.1',
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '2001:db8:0:1::/64',
    '0:0:0:0::/64',
    'fe80:0:0:0::/64',
  ]);
});
