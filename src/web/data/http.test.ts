/** Calls of the web app: what goes along, and how a refused proof is renewed. */
import { afterEach, expect, test, vi } from 'vitest';
import { keepCsrf, request, ServerProblem } from './http.ts';

interface Sent {
  path: string;
  method: string;
  csrf: string | null;
}

/** Answers calls by `answer` in place of a server, and notes them. */
function answerBy(answer: (call: Sent) => { status: number; body: unknown }): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const call = { path, method: init.method ?? 'GET', csrf: new Headers(init.headers).get('bellwether-csrf') };
    sent.push(call);
    const { status, body } = answer(call);
    return new Response(JSON.stringify(body), { status });
  });
  return sent;
}

const refusal = { status: 403, body: { code: 'CSRF_INVALID', title: '', detail: 'Ask again.', status: 403, retryable: true } };

afterEach(() => {
  vi.unstubAllGlobals();
  keepCsrf(null);
});

test('calls that change something bring the proof, others do not', async () => {
  const sent = answerBy(() => ({ status: 200, body: 'ok' }));
  keepCsrf('t1');
  await request('/api/a');
  await request('/api/a', { method: 'POST', body: {} });
  await request('/api/a/1', { method: 'DELETE' });
  expect(sent.map(({ csrf }) => csrf)).toEqual([null, 't1', 't1']);
});

test('a proof that another tab made stale is renewed once, and the call repeated', async () => {
  const sent = answerBy(({ path, csrf }) => {
    if (path === '/api/session') return { status: 200, body: { session: null, hasOwner: true, csrf: 't2' } };
    return csrf === 't2' ? { status: 200, body: 'done' } : refusal;
  });
  keepCsrf('t1');
  expect(await request('/api/a', { method: 'PUT', body: 1 })).toBe('done');
  expect(sent.map(({ path, csrf }) => [path, csrf])).toEqual([
    ['/api/a', 't1'],
    ['/api/session', null],
    ['/api/a', 't2'],
  ]);
});

test('a proof that is refused again is an error, not a circle', async () => {
  const sent = answerBy(({ path }) => (path === '/api/session' ? { status: 200, body: { csrf: 't2' } } : refusal));
  const error = await request('/api/a', { method: 'POST' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServerProblem);
  expect((error as ServerProblem).code).toBe('CSRF_INVALID');
  expect(sent).toHaveLength(3);
});
