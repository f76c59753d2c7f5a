/** The way out against real servers: what may not be reached is not, whatever name, redirect or answer leads there. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startHttpReceiver, type HttpReceiver } from '../../../../test/fixtures/http-receiver.ts';
import type { Outbound } from '../../ports/outbound.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { createGuardedHttp, nextHop } from './guarded-http.ts';
import { allowList } from './public-address.ts';
import type { ResolvedAddress } from './target.ts';

const closing: HttpReceiver[] = [];
const receive = async (...parts: Parameters<typeof startHttpReceiver>): Promise<HttpReceiver> => {
  const receiver = await startHttpReceiver(...parts);
  closing.push(receiver);
  return receiver;
};
afterEach(() => Promise.all(closing.splice(0).map((receiver) => receiver.close())));

/** Linux answers on the whole of 127.0.0.0/8; elsewhere a second loopback address takes a set-up that a test must not do. */
const hasSecondLoopback = await new Promise<boolean>((resolve) => {
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(0, '127.0.0.2', () => server.close(() => resolve(true)));
});

const toLoopback = async (): Promise<ResolvedAddress[]> => [{ address: '127.0.0.1', family: 4 }];
const open = (): Outbound => createGuardedHttp({ allow: ['127.0.0.1'] });
const closed = (): Outbound => createGuardedHttp({ allow: [], resolve: toLoopback });
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('what may not be reached', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0x7f.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://１２７.0.0.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[0:0:0:0:0:ffff:7f00:1]:PORT/',
    'http://[::]:PORT/',
    'http://0:PORT/',
    'http://localhost:PORT/',
    'http://anything.example:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://me:secret@example.com/',
    'http://me@example.com/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://example.com/',
    'data:text/plain,x',
    'https://example.com:22/',
    'http://example.com:6666/',
    'example.com',
    '//example.com',
    '',
  ])('%s', async (address) => {
    const receiver = await receive();
    const url = address.replace('PORT', String(receiver.port));
    expect(await codeOf(closed().send({ url, method: 'GET' }))).toBe('OUTBOUND_FORBIDDEN');
    expect(receiver.received).toEqual([]);
  });

  test('the refusal names the address and the way to allow it, but not where the name leads, nor a password', async () => {
    const refusal = await closed().send({ url: 'http://intranet.example/?token=1', method: 'GET' }).catch(String);
    expect(refusal).toContain('"http://intranet.example" does not lead to the public internet');
    expect(refusal).toContain('OUTBOUND_ALLOW');
    expect(refusal).not.toContain('127.0.0.1');
    const other = await closed().send({ url: 'http://me:hunter2@example.com/', method: 'GET' }).catch(String);
    expect(other).not.toContain('hunter2');
  });

  test('a typed address is refused at once where no look-up is needed', () => {
    expect(() => closed().assertAllowed('http://10.0.0.1/hook')).toThrow('public internet');
    expect(() => closed().assertAllowed('ldap://example.com')).toThrow('https://');
    expect(() => closed().assertAllowed('https://hooks.example.com/x')).not.toThrow();
    expect(() => open().assertAllowed('http://127.0.0.1:8080/hook')).not.toThrow();
  });

  test('of several addresses of a name only those are used that may be reached', async () => {
    const receiver = await receive();
    const mixed = async (): Promise<ResolvedAddress[]> => [
      { address: '10.255.255.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const outbound = createGuardedHttp({ allow: ['127.0.0.1'], resolve: mixed });
    expect((await outbound.send({ url: `http://two.example:${receiver.port}/`, method: 'GET' })).status).toBe(200);
  });
});

describe('a name that changes its mind', () => {
  test.skipIf(!hasSecondLoopback)('is looked up once a request: what was checked is what is called', async () => {
    const outside = await receive(undefined, '127.0.0.2');
    const inside = await receive();
    const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1'];
    const asked: string[] = [];
    const resolve = async (hostname: string): Promise<ResolvedAddress[]> => {
      asked.push(hostname);
      return [{ address: answers.shift() ?? '127.0.0.1', family: 4 }];
    };
    // 127.0.0.2 stands for the public internet here.
    const outbound = createGuardedHttp({ allow: ['127.0.0.2'], resolve });
    const first = await outbound.send({ url: `http://rebind.example:${outside.port}/`, method: 'GET' });
    expect(first.status).toBe(200);
    expect(asked).toEqual(['rebind.example']);
    expect(await codeOf(outbound.send({ url: `http://rebind.example:${inside.port}/`, method: 'GET' }))).toBe('OUTBOUND_FORBIDDEN');
    expect(outside.received).toHaveLength(1);
    expect(inside.received).toEqual([]);
  });

  test.skipIf(!hasSecondLoopback)('is checked anew when it redirects to itself', async () => {
    const outside = await receive((_, response) => void response.writeHead(307, { location: '/again' }).end(), '127.0.0.2');
    const answers = ['127.0.0.2', '127.0.0.1'];
    const outbound = createGuardedHttp({
      allow: ['127.0.0.2'],
      resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    });
    const call = outbound.send({ url: `http://rebind.example:${outside.port}/`, method: 'POST', body: 'x', maxRedirects: 3 });
    expect(await codeOf(call)).toBe('OUTBOUND_FORBIDDEN');
    expect(outside.received).toHaveLength(1);
  });
});

describe('redirects', () => {
  const redirecting = (status: number, to: () => string) =>
    receive((_, response) => void response.writeHead(status, { location: to() }).end('moved'));
  const byName = (): Outbound =>
    createGuardedHttp({
      allow: ['open.example'],
      resolve: toLoopback,
    });

  test('are not followed unless asked for', async () => {
    const receiver = await redirecting(302, () => '/elsewhere');
    const answer = await open().send({ url: receiver.origin, method: 'GET' });
    expect([answer.status, answer.headers.location, Buffer.from(answer.body).toString()]).toEqual([302, '/elsewhere', 'moved']);
  });

  test('to a place that may not be reached end there', async () => {
    const inside = await receive();
    for (const to of [`http://127.0.0.1:${inside.port}/`, `http://localhost:${inside.port}/`, 'file:///etc/passwd', 'http://[::1]/']) {
      const receiver = await redirecting(302, () => to);
      const call = byName().send({ url: `http://open.example:${receiver.port}/`, method: 'GET', maxRedirects: 5 });
      expect(await codeOf(call)).toBe('OUTBOUND_FORBIDDEN');
    }
    expect(inside.received).toEqual([]);
  });

  test('carry credentials within one origin and drop them on the way to another', async () => {
    const last = await receive();
    const receiver = await receive((request, response) => {
      const location = request.path === '/' ? '/second' : `${last.origin}/third`;
      response.writeHead(307, { location }).end();
    });
    const headers = { Authorization: 'Bearer s3cret', Cookie: 'a=b', 'X-Other': 'stays' };
    await open().send({ url: receiver.origin, method: 'POST', headers, body: 'hello', maxRedirects: 5 });
    expect(receiver.received.map((request) => request.headers.authorization)).toEqual(['Bearer s3cret', 'Bearer s3cret']);
    expect(last.received).toMatchObject([{ method: 'POST', path: '/third', body: 'hello', headers: { 'x-other': 'stays' } }]);
    expect(last.received[0]!.headers).not.toHaveProperty('authorization');
    expect(last.received[0]!.headers).not.toHaveProperty('cookie');
  });

  test('by 303 ask for the other page without the body', async () => {
    const receiver = await receive((request, response) => {
      if (request.path === '/') response.writeHead(303, { location: '/done' });
      response.end();
    });
    const headers = { 'content-type': 'text/plain' };
    const answer = await open().send({ url: receiver.origin, method: 'POST', headers, body: 'hello', maxRedirects: 1 });
    expect(answer.url).toBe(`${receiver.origin}/done`);
    expect(receiver.received[1]).toMatchObject({ method: 'GET', body: '' });
    expect(receiver.received[1]!.headers).not.toHaveProperty('content-type');
  });

  test('end after as many as were allowed', async () => {
    const receiver = await redirecting(302, () => '/round');
    expect(await codeOf(open().send({ url: receiver.origin, method: 'GET', maxRedirects: 3 }))).toBe('OUTBOUND_FAILED');
    expect(receiver.received).toHaveLength(4);
  });

  test('never lead from https to http', () => {
    const hop = { url: new URL('https://example.com/'), method: 'GET', headers: {}, body: null };
    const to = (location: string) => ({ status: 302, headers: { location }, body: new Uint8Array(), isCut: false, url: '' });
    expect(() => nextHop(hop, to('http://example.com/'), allowList([]))).toThrow('from https to http');
    expect(nextHop(hop, to('/x'), allowList([])).url.href).toBe('https://example.com/x');
  });
});

describe('limits', () => {
  test('a huge body is read up to the limit, and the connection ended', async () => {
    let isGone = false;
    const receiver = await receive((_, response) => {
      const block = Buffer.alloc(65_536, 'x');
      const pour = (): void => {
        while (!response.destroyed && response.write(block));
        response.once('drain', pour);
      };
      response.once('close', () => {
        isGone = true;
      });
      pour();
    });
    const answer = await open().send({ url: receiver.origin, method: 'GET', maxBytes: 100_000 });
    expect([answer.status, answer.body.length, answer.isCut]).toEqual([200, 100_000, true]);
    await expect.poll(() => isGone).toBe(true);
  });

  test('a body that drips ends with the time for everything', async () => {
    const receiver = await receive((_, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drip));
    });
    expect(await codeOf(open().send({ url: receiver.origin, method: 'GET', timeoutMs: 300 }))).toBe('OUTBOUND_TIMEOUT');
  });

  test('a server that says nothing, and a name that is never answered, end with the time too', async () => {
    const silent = await receive(() => undefined);
    expect(await codeOf(open().send({ url: silent.origin, method: 'GET', timeoutMs: 200 }))).toBe('OUTBOUND_TIMEOUT');
    const nameless = createGuardedHttp({ allow: [], resolve: () => new Promise(() => undefined) });
    expect(await codeOf(nameless.send({ url: 'http://never.example/', method: 'GET', timeoutMs: 200 }))).toBe('OUTBOUND_TIMEOUT');
  });

  test('huge headers are refused', async () => {
    const receiver = await receive((_, response) => void response.writeHead(200, { 'x-huge': 'x'.repeat(60_000) }).end());
    expect(await codeOf(open().send({ url: receiver.origin, method: 'GET' }))).toBe('OUTBOUND_FAILED');
  });

  test('whoever asked may stop it', async () => {
    const silent = await receive(() => undefined);
    const stop = new AbortController();
    const call = open().send({ url: silent.origin, method: 'GET', signal: stop.signal });
    await expect.poll(() => silent.received.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test('a refused connection and an unknown name are failures that may pass', async () => {
    const gone = await receive();
    await gone.close();
    const call = open().send({ url: gone.origin, method: 'GET' });
    await expect(call).rejects.toMatchObject({ code: 'OUTBOUND_FAILED', isRetryable: true });
    const nameless = createGuardedHttp({ allow: [], resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(nameless.send({ url: 'http://gone.example/', method: 'GET' })).rejects.toThrow('leads to no address');
  });
});

test('headers that belong to the connection are ours, and a line feed in a header is refused', async () => {
  const receiver = await receive();
  const headers = { Host: 'evil.example', Connection: 'upgrade', 'Transfer-Encoding': 'chunked', 'Content-Length': '3' };
  await open().send({ url: receiver.origin, method: 'POST', headers, body: '{"a":1}' });
  expect(receiver.received[0]).toMatchObject({ body: '{"a":1}', headers: { host: `127.0.0.1:${receiver.port}`, connection: 'close' } });
  const split = open().send({ url: receiver.origin, method: 'GET', headers: { 'x-a': 'b\r\nx-c: d' } });
  expect(await codeOf(split)).toBe('OUTBOUND_FAILED');
});

describe('as fetch', () => {
  const limits = { timeoutMs: 2_000, maxBytes: 1_000 };

  test('it sends and gives back what fetch would', async () => {
    const receiver = await receive((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ got: request.body }));
    });
    const answer = await guardedFetch(open(), limits)(`${receiver.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    });
    expect([answer.ok, answer.url, answer.headers.getSetCookie()]).toEqual([true, `${receiver.origin}/token`, ['a=1', 'b=2']]);
    expect(await answer.json()).toEqual({ got: 'a=b' });
    expect(receiver.received[0]!.headers['content-type']).toContain('application/x-www-form-urlencoded');
  });

  test('it refuses what may not be reached, and a body beyond the limit', async () => {
    const receiver = await receive((_, response) => void response.end('x'.repeat(2_000)));
    expect(await codeOf(guardedFetch(closed(), limits)('http://localhost/'))).toBe('OUTBOUND_FORBIDDEN');
    expect(await codeOf(guardedFetch(open(), limits)(receiver.origin))).toBe('OUTBOUND_FAILED');
  });

  test('it answers without a body, follows redirects, and lets the caller see or refuse them', async () => {
    const receiver = await receive((request, response) => {
      if (request.path === '/') response.writeHead(302, { location: '/empty' });
      else response.writeHead(204);
      response.end();
    });
    const call = guardedFetch(open(), limits);
    expect((await call(receiver.origin)).status).toBe(204);
    expect((await call(receiver.origin, { redirect: 'manual' })).status).toBe(302);
    expect(await codeOf(call(receiver.origin, { redirect: 'error' }))).toBe('OUTBOUND_FAILED');
  });
});
