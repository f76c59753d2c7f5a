/** Rotating the secret of a real server: rotate, restart, everything opens; drop the old one, restart, everything still opens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { runCli } from '../fixtures/run-cli.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ LOG_LEVEL: 'info' });
});
afterAll(() => server.close());

const secret = (...words: string[]) => runCli(server.folder, ['secret', ...words]);
const lines = async () => (await readFile(join(server.folder, 'secret'), 'utf8')).trim().split('\n');
const shownWriteKey = async () => (await server.json<{ writeKey: string | null }>('/api/admin/write-key')).writeKey;

async function signIn(): Promise<string> {
  const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: testOwner.email, password: testOwner.password }),
  });
  expect(response.status).toBe(200);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function isSignedIn(cookie: string): Promise<boolean> {
  const answer = (await (await fetch(`${server.url}/api/session`, { headers: { cookie } })).json()) as { session: unknown };
  return answer.session !== null;
}

test('a rotation ends sessions and nothing else, and the old secret can be dropped once all is sealed anew', async () => {
  const cookie = await signIn();
  expect(await isSignedIn(cookie)).toBe(true);
  const [old] = await lines();

  expect(await secret('rotate')).toMatchObject({ code: 0, err: expect.stringContaining('restart the server') });
  expect((await lines()).slice(1)).toEqual([old]);
  const early = await secret('drop');
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('no server has been started')]);
  expect(await lines()).toHaveLength(2);

  await server.kill('SIGTERM');
  await server.start();
  expect(await shownWriteKey()).toBe(testOwner.writeKey);
  expect(await isSignedIn(cookie)).toBe(false);
  expect(await isSignedIn(await signIn())).toBe(true);
  expect(server.output()).toContain('the secret was rotated');

  expect(await secret('drop')).toMatchObject({ code: 0, out: expect.stringContaining('1 older dropped') });
  expect(await lines()).not.toContain(old);
  await server.kill('SIGTERM');
  await server.start();
  expect(await shownWriteKey()).toBe(testOwner.writeKey);
  expect(server.output()).not.toContain('is not known');
  expect(server.output()).not.toContain(old);
});

test('a secret of the environment is rotated where it is set', async () => {
  const env = { BELLWETHER_SECRET: 'x'.repeat(40) };
  const refused = await runCli(server.folder, ['secret', 'rotate'], { env });
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('BELLWETHER_SECRET_PREVIOUS')]);
  expect((await runCli(server.folder, ['secret', 'forget'])).err).toContain('Allowed: rotate, drop');
});
