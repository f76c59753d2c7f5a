/** Sign-in and one's own account over a real socket, as the pages use them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlainBrowser, type PlainBrowser } from '../../../test/fixtures/oidc-provider.ts';
import { localOwner, openSignInServer, type SignInServer } from '../../../test/fixtures/open-sign-in-server.ts';
import { ada, secretOf } from '../../../test/fixtures/open-sign-in.ts';
import type { AccountAnswer } from '../../shared/contract/account.ts';
import { csrfHeader } from '../../shared/contract/identity.ts';
import { totpCode } from '../identity/sign-in/two-factor/totp.ts';

let server: SignInServer;
beforeAll(async () => {
  server = await openSignInServer();
});
afterAll(() => server?.close());

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/** A call of a page of ours. */
async function ask(browser: PlainBrowser, method: string, path: string, content?: object): Promise<Answered> {
  const { csrf } = (await (await browser.call(`${server.home}/api/session`)).json()) as { csrf: string | null };
  const response = await browser.call(`${server.home}${path}`, {
    method,
    headers: {
      origin: server.home,
      ...(csrf === null ? {} : { [csrfHeader]: csrf }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function signedIn(password: string = ada.password): Promise<PlainBrowser> {
  const browser = openPlainBrowser();
  expect((await ask(browser, 'POST', '/api/auth/sign-in/email', { email: ada.email, password })).status).toBe(200);
  return browser;
}

const accountOf = async (browser: PlainBrowser) => (await ask(browser, 'GET', '/api/account')).body as unknown as AccountAnswer;

describe('the sign-in page', () => {
  test('is told what it can offer', async () => {
    expect(await ask(openPlainBrowser(), 'GET', '/api/sign-in')).toEqual({ status: 200, body: { providers: [], hasMail: true } });
  });

  test('gets the same problem for unknown and wrong, and none of the cookies', async () => {
    const tried = async (email: string) => {
      const browser = openPlainBrowser();
      const { status, body } = await ask(browser, 'POST', '/api/auth/sign-in/email', { email, password: 'wrong horse' });
      return { status, body, session: (await ask(browser, 'GET', '/api/session')).body.session };
    };
    const wrong = await tried(ada.email);
    expect(wrong).toMatchObject({ status: 401, body: { code: 'CREDENTIALS_INVALID' }, session: null });
    expect(await tried('nobody@example.com')).toEqual(wrong);
  });

  test('lets a password be judged before it is taken', async () => {
    const judge = (password: string) =>
      ask(openPlainBrowser(), 'POST', '/api/auth/password-check', { password, known: ['Ada', ada.email] });
    expect((await judge('password1234')).body).toMatchObject({ isStrong: false, advice: [expect.any(String), expect.any(String)] });
    expect((await judge('correct horse battery')).body).toEqual({ isStrong: true, score: 4, advice: [] });
  });

  test('signs in with a code, and says how many recovery codes are left', async () => {
    const browser = await signedIn();
    const { body } = await ask(browser, 'POST', '/api/account/two-factor', { password: ada.password });
    const code = await totpCode(secretOf(String(body.uri)), server.on.now());
    const confirmed = await ask(browser, 'POST', '/api/account/two-factor/confirm', { code });
    const [first] = confirmed.body.recoveryCodes as string[];
    const second = openPlainBrowser();
    const step = await ask(second, 'POST', '/api/auth/sign-in/email', { email: ada.email, password: ada.password });
    expect(step.body).toEqual({ needsTwoFactor: true, session: null });
    expect((await ask(second, 'GET', '/api/account')).status).toBe(401);
    expect((await ask(second, 'POST', '/api/auth/sign-in/second-factor', { code: '000000' })).status).toBe(401);
    const entered = await ask(second, 'POST', '/api/auth/sign-in/second-factor', { code: first!, trustDevice: true });
    expect(entered.body).toMatchObject({ needsTwoFactor: false, session: { person: { email: ada.email } }, recoveryCodesLeft: 9 });
    expect((await ask(browser, 'POST', '/api/account/two-factor/disable', { password: ada.password })).status).toBe(204);
    expect((await accountOf(browser)).twoFactor).toMatchObject({ isOn: false, trustedDevices: 0, recoveryCodesLeft: 0 });
  });

  test('gets a new password by mail, whatever address was typed', async () => {
    const forgot = (email: string) => ask(openPlainBrowser(), 'POST', '/api/auth/forgot-password', { email });
    expect(await forgot('nobody@example.com')).toEqual({ status: 204, body: {} });
    expect(await forgot(ada.email)).toEqual({ status: 204, body: {} });
    await server.on.identity.signIn.settle();
    const browser = await signedIn();
    const token = server.on.lastToken();
    const reset = (password: string) => ask(openPlainBrowser(), 'POST', '/api/auth/reset-password', { token, password });
    expect((await reset('password1234')).body).toMatchObject({ code: 'REQUEST_INVALID', issues: [{ path: 'password' }] });
    expect((await reset('another horse battery')).status).toBe(204);
    expect((await reset('another horse battery')).status).toBe(403);
    expect((await ask(browser, 'GET', '/api/account')).status).toBe(401);
    const again = await signedIn('another horse battery');
    const change = { currentPassword: 'another horse battery', newPassword: ada.password };
    expect((await ask(again, 'POST', '/api/account/password', change)).status).toBe(204);
  });
});

describe('the account page', () => {
  test('shows sessions, and ends them', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const ofOther = (await accountOf(other)).sessions.find(({ isCurrent }) => isCurrent)!;
    expect((await accountOf(one)).sessions.find(({ id }) => id === ofOther.id)).toMatchObject({ isCurrent: false, address: '127.0.0.1' });
    expect((await ask(one, 'DELETE', `/api/account/sessions/${ofOther.id}`)).status).toBe(204);
    expect((await ask(other, 'GET', '/api/account')).status).toBe(401);
    expect((await ask(one, 'DELETE', `/api/account/sessions/${ofOther.id}`)).status).toBe(404);
    expect((await ask(one, 'DELETE', '/api/account/sessions')).status).toBe(200);
    expect((await accountOf(one)).sessions).toHaveLength(1);
    expect((await ask(one, 'POST', '/api/auth/sign-out', {})).body).toEqual({ redirectUrl: null });
    expect((await ask(one, 'GET', '/api/account')).status).toBe(401);
  });

  test('changes the name', async () => {
    const browser = await signedIn();
    expect((await ask(browser, 'PUT', '/api/account', { name: 'Ada Lovelace' })).body).toEqual({ name: 'Ada Lovelace' });
    expect((await ask(browser, 'GET', '/api/session')).body).toMatchObject({ session: { person: { name: 'Ada Lovelace' } } });
    expect((await ask(browser, 'PUT', '/api/account', { name: ' ' })).status).toBe(400);
  });

  test('is for its person in a browser: a token of theirs changes nothing about signing in', async () => {
    const maker = (await server.on.identity.signIn.sessions.authenticate(cookiesOf(await signedIn())))!;
    const { secret } = await server.on.identity.tokens.create(maker, { name: 'Mine', scopes: ['admin'], expiresAt: null });
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    for (const [method, path, content] of [
      ['GET', '/api/account', undefined],
      ['PUT', '/api/account', { name: 'Eve' }],
      ['POST', '/api/account/password', { currentPassword: ada.password, newPassword: 'another horse battery' }],
      ['POST', '/api/account/two-factor', { password: ada.password }],
      ['DELETE', '/api/account/sessions', undefined],
    ] as const) {
      const response = await fetch(`${server.home}${path}`, {
        method,
        headers,
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
      expect([path, response.status]).toEqual([path, 403]);
    }
  });
});

test('whoever manages the workspace requires a second factor, and sees who has none', async () => {
  const call = async (method: string, path: string, content?: object) => {
    const init = { method, headers: localOwner, ...(content === undefined ? {} : { body: JSON.stringify(content) }) };
    return (await fetch(`${server.home}${path}`, init)).json();
  };
  expect(await call('GET', '/api/admin/sign-in-rules')).toMatchObject({
    requiresTwoFactor: false,
    installationRequiresTwoFactor: false,
    without: [{ email: ada.email }],
  });
  const browser = await signedIn();
  expect(await call('PUT', '/api/admin/sign-in-rules', { requiresTwoFactor: true })).toMatchObject({ requiresTwoFactor: true });
  expect((await ask(browser, 'GET', '/api/admin/sign-in-rules')).status).toBe(403);
  expect((await ask(browser, 'GET', '/api/session')).body).toMatchObject({ session: { mustSetUpTwoFactor: true, permissions: [] } });
  expect((await accountOf(browser)).twoFactor).toMatchObject({ isRequired: true, isOn: false });
  expect(await call('PUT', '/api/admin/installation/sign-in-rules', { requiresTwoFactor: true })).toMatchObject({
    installationRequiresTwoFactor: true,
  });
  await call('PUT', '/api/admin/installation/sign-in-rules', { requiresTwoFactor: false });
  await call('PUT', '/api/admin/sign-in-rules', { requiresTwoFactor: false });
  expect((await ask(browser, 'GET', '/api/admin/sign-in-rules')).status).toBe(200);
});

/** The session cookie of a browser, as headers. */
function cookiesOf(browser: PlainBrowser): Headers {
  return new Headers({ cookie: browser.cookies(server.home) });
}
