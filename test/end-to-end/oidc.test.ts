/** Signing in by OpenID Connect: a real provider process, our HTTP edge, a browser that keeps cookies; and what an attacker would try. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { totpCode } from '../../src/server/identity/sign-in/two-factor/totp.ts';
import { csrfHeader, type Session } from '../../src/shared/contract/identity.ts';
import type { ProviderAnswer, ProviderInput } from '../../src/shared/contract/sign-in-providers.ts';
import { openPlainBrowser, startOidcProvider, type OidcProvider, type PlainBrowser } from '../fixtures/oidc-provider.ts';
import { localOwner, openSignInServer, type SignInServer, type Tamper } from '../fixtures/open-sign-in-server.ts';
import { ada, secretOf, type SignInUnderTest } from '../fixtures/open-sign-in.ts';

let server: SignInServer;
let on: SignInUnderTest;
let home: string;
let workspaceId: string;
let oidc: OidcProvider;
let provider: ProviderAnswer;
let client: { clientId: string; clientSecret: string };

beforeAll(async () => {
  server = await openSignInServer();
  ({ on, home, workspaceId } = server);
  oidc = await startOidcProvider();
  provider = (await operator<{ provider: ProviderAnswer }>('POST', '', body())).provider;
  client = await oidc.register(provider.callbackUrl, `${home}/sign-in`);
});
beforeEach(async () => {
  server.tamper(null);
  await server.catalog.db.deleteFrom('sign_in_links').execute();
  await setUp({});
  // A minute in which nobody has visited the provider yet.
  on.pass(61_000);
});
afterAll(async () => {
  await oidc?.kill();
  await server?.close();
});

const body = (changes: Partial<ProviderInput> = {}): ProviderInput => ({
  name: 'The company',
  issuer: oidc.issuer,
  clientId: client?.clientId ?? 'not known yet',
  clientSecret: client?.clientSecret ?? null,
  ...changes,
});

async function operator<T>(method: string, path: string, content?: object): Promise<T> {
  const init = { method, headers: localOwner, ...(content === undefined ? {} : { body: JSON.stringify(content) }) };
  if (content === undefined && method === 'POST') init.body = '{}';
  const response = await fetch(`${home}/api/admin/sign-in-providers${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}

/** Brings the provider's settings to the defaults but `changes`. */
async function setUp(changes: Partial<ProviderInput>): Promise<void> {
  provider = (await operator<{ provider: ProviderAnswer }>('PUT', `/${provider.id}`, body(changes))).provider;
}

const startUrl = (path = '/boards', id = provider.id) => `${home}/api/auth/oidc/${id}/start?return=${encodeURIComponent(path)}`;
const callback = () => `${home}/api/auth/oidc/${provider.id}/callback`;
/** Signs in; resolves to the page that the browser comes to. */
const visit = async (login: string, browser = openPlainBrowser()) => (await browser.visit(startUrl(), { login, home })).slice(home.length);
/** Comes back from the provider, and stops before our callback. */
const comeBack = (browser: PlainBrowser, login: string, url = startUrl()) => browser.visit(url, { login, home, stopBefore: callback() });
const ends = async (browser: PlainBrowser, url: string) => (await browser.call(url)).headers.get('location');
const sessionOf = async (browser: PlainBrowser): Promise<Session | null> =>
  ((await (await browser.call(`${home}/api/session`)).json()) as { session: Session | null }).session;

async function post(browser: PlainBrowser, path: string, content: object, method = 'POST'): Promise<Response> {
  const { csrf } = (await (await browser.call(`${home}/api/session`)).json()) as { csrf: string | null };
  const headers = { 'content-type': 'application/json', origin: home, ...(csrf === null ? {} : { [csrfHeader]: csrf }) };
  return browser.call(`${home}${path}`, { method, headers, ...(method === 'DELETE' ? {} : { body: JSON.stringify(content) }) });
}
const byPassword = (browser: PlainBrowser) => post(browser, '/api/auth/sign-in/email', { email: ada.email, password: ada.password });

describe('by a provider', () => {
  const joining = { allowedDomains: ['example.org'], autoJoin: { workspaceId: '', role: 'viewer' } };

  test('somebody new of its domain joins with the role and the attributes that it tells, and comes back as the same', async () => {
    await setUp({
      ...joining,
      autoJoin: { workspaceId, role: 'analyst' },
      attributeClaims: { sellerId: 'seller.id', regions: 'seller.regions', none: 'seller.none' },
    });
    const browser = openPlainBrowser();
    expect(await visit('carol/Carol@example.org', browser)).toBe('/boards');
    expect(await sessionOf(browser)).toMatchObject({
      person: { name: 'carol of the provider', email: 'carol@example.org' },
      role: { id: 'analyst' },
      isOperator: false,
    });
    await visit('carol/Carol@example.org', browser);
    const rows = await server.catalog.db.selectFrom('memberships').selectAll().where('role', '=', 'analyst').execute();
    expect(rows.map(({ attributes }) => JSON.parse(attributes) as unknown)).toEqual([
      { sellerId: 'seller-carol', regions: ['north', 'south'] },
    ]);
    const account = (await (await browser.call(`${home}/api/account`)).json()) as {
      profile: object;
      sessions: { method: string }[];
      providers: object[];
    };
    expect(account).toMatchObject({ profile: { hasPassword: false }, providers: [{ name: 'The company', email: 'carol@example.org' }] });
    expect(account.sessions).toMatchObject([{ method: 'The company' }]);
  });

  test('somebody new of another domain, or where nobody joins by themselves, needs an invitation', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' } });
    expect(await visit('dave/dave@elsewhere.example')).toBe('/sign-in?failure=not-invited');
    expect(await visit('dave/dave@example.org.evil.example')).toBe('/sign-in?failure=not-invited');
    await setUp({});
    expect(await visit('dave/dave@example.org')).toBe('/sign-in?failure=not-invited');
    const owner = (await on.identity.authenticateBearer('local-owner-token-of-this-start'))!;
    const invitation = { email: 'dave@elsewhere.example', role: 'editor', groups: [], attributes: {}, expiresInDays: 7 };
    await on.identity.register.invitations.create(owner, invitation);
    const browser = openPlainBrowser();
    expect(await visit('dave/dave@elsewhere.example', browser)).toBe('/boards');
    expect(await sessionOf(browser)).toMatchObject({ role: { id: 'editor' } });
  });

  test('an address that the provider has not verified is nobody', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' }, linksByEmail: true });
    expect(await visit('eve/!erin@example.org')).toBe('/sign-in?failure=email-unverified');
    expect(await visit(`eve/!${ada.email}`)).toBe('/sign-in?failure=email-unverified');
  });

  test('an account with the address is not taken over: its person links the provider, signed in, with the password', async () => {
    expect(await visit(`ada/${ada.email}`)).toBe('/sign-in?failure=link-first');
    const browser = openPlainBrowser();
    await byPassword(browser);
    expect((await post(browser, `/api/account/providers/${provider.id}`, {})).status).toBe(400);
    expect((await post(browser, `/api/account/providers/${provider.id}`, { password: 'wrong horse' })).status).toBe(401);
    const { url } = (await (await post(browser, `/api/account/providers/${provider.id}`, { password: ada.password })).json()) as {
      url: string;
    };
    expect(await browser.visit(url, { login: `ada/${ada.email}`, home })).toBe(`${home}/profile`);
    const elsewhere = openPlainBrowser();
    expect(await visit(`ada/${ada.email}`, elsewhere)).toBe('/boards');
    expect(await sessionOf(elsewhere)).toMatchObject({ person: { email: ada.email }, role: { id: 'owner' } });
    expect((await post(browser, `/api/account/providers/${provider.id}`, {}, 'DELETE')).status).toBe(204);
    expect(await sessionOf(elsewhere)).toBeNull();
    expect(await visit(`ada/${ada.email}`)).toBe('/sign-in?failure=link-first');
  });

  test('linking ends with the session that began it, and takes no account that somebody else has', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' } });
    await visit('frank/frank@example.org');
    const browser = openPlainBrowser();
    const linkUrl = async () =>
      ((await (await post(browser, `/api/account/providers/${provider.id}`, { password: ada.password })).json()) as { url: string }).url;
    await byPassword(browser);
    expect(await browser.visit(await linkUrl(), { login: 'frank/frank@example.org', home })).toBe(`${home}/profile?failure=link-refused`);
    const late = await comeBack(browser, 'gina/gina@example.org', await linkUrl());
    await post(browser, '/api/auth/sign-out', {});
    expect(await ends(browser, late)).toBe('/profile?failure=link-refused');
  });

  test('a provider that gives out the addresses of a domain links at first sight, and what could sign in before cannot any more', async () => {
    const { hash } = on.identity.signIn.passwords;
    const at = new Date(0).toISOString();
    const user = { id: 'p_helen', name: 'Helen', email: 'helen@example.org', email_verified: 0 as const, created_at: at, updated_at: at };
    await server.catalog.db.insertInto('auth_users').values(user).execute();
    await server.catalog.db
      .insertInto('memberships')
      .values({ workspace_id: workspaceId, person_id: user.id, role: 'viewer', created_at: 0 })
      .execute();
    const credential = { id: user.id, user_id: user.id, account_id: user.id, provider_id: 'credential', created_at: at, updated_at: at };
    await server.catalog.db
      .insertInto('auth_accounts')
      .values({ ...credential, password: await hash('a planted password') })
      .execute();
    const planted = on.browser();
    const enter = () => on.identity.signIn.door.byPassword(planted.visitor(), user.email, 'a planted password');
    planted.keep(await enter());
    await setUp({ allowedDomains: ['example.net'], linksByEmail: true });
    expect(await visit('helen/helen@example.org')).toBe('/sign-in?failure=link-first');
    expect(await planted.who()).not.toBeNull();
    await setUp({ allowedDomains: ['example.org'], linksByEmail: true });
    expect(await visit('helen/helen@example.org')).toBe('/boards');
    expect(await planted.who()).toBeNull();
    await expect(enter()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  test('a second factor of ours is asked for, unless the provider asks for one', async () => {
    const settings = { ...joining, autoJoin: { workspaceId, role: 'viewer' } };
    await setUp(settings);
    const browser = openPlainBrowser();
    await visit('ivan/ivan@example.org', browser);
    const offer = (await (await post(browser, '/api/account/two-factor', {})).json()) as { uri: string };
    const secret = secretOf(offer.uri);
    expect((await post(browser, '/api/account/two-factor/confirm', { code: await totpCode(secret, on.now()) })).status).toBe(200);
    const second = openPlainBrowser();
    expect(await visit('ivan/ivan@example.org', second)).toBe('/sign-in?step=second-factor&return=%2Fboards');
    expect(await sessionOf(second)).toBeNull();
    on.pass(30_000);
    const answer = await post(second, '/api/auth/sign-in/second-factor', { code: await totpCode(secret, on.now()) });
    expect(await answer.json()).toMatchObject({ needsTwoFactor: false, session: { person: { email: 'ivan@example.org' } } });
    await setUp({ ...settings, handlesTwoFactor: true });
    expect(await visit('ivan/ivan@example.org')).toBe('/boards');
  });

  test('signing out leads to the provider too', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' } });
    const browser = openPlainBrowser();
    await visit('jack/jack@example.org', browser);
    const { redirectUrl } = (await (await post(browser, '/api/auth/sign-out', {})).json()) as { redirectUrl: string };
    expect(redirectUrl).toContain(`${oidc.issuer}/session/end?`);
    expect((await browser.call(redirectUrl)).status).toBe(200);
    expect(await sessionOf(browser)).toBeNull();
  });

  test('a locked account stays out', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' } });
    const browser = openPlainBrowser();
    await visit('kate/kate@example.org', browser);
    await on.identity.signIn.setLocked((await sessionOf(browser))!.person.id, true);
    expect(await sessionOf(browser)).toBeNull();
    expect(await visit('kate/kate@example.org')).toBe('/sign-in?failure=locked');
  });

  test('one that was turned off lets nobody in, and ends the sessions that it opened', async () => {
    await setUp({ ...joining, autoJoin: { workspaceId, role: 'viewer' } });
    const browser = openPlainBrowser();
    await visit('lena/lena@example.org', browser);
    await setUp({ isOn: false });
    expect(await sessionOf(browser)).toBeNull();
    expect((await browser.call(startUrl())).status).toBe(404);
    expect(await (await fetch(`${home}/api/sign-in`)).json()).toMatchObject({ providers: [] });
  });
});

describe('an attacker', () => {
  beforeEach(() => setUp({ allowedDomains: ['example.org'], autoJoin: { workspaceId, role: 'viewer' } }));

  const changed = (url: string, name: string, value: string) => {
    const altered = new URL(url);
    altered.searchParams.set(name, value);
    return altered.href;
  };

  test('cannot have an answer taken with another state, in another browser, later, or twice', async () => {
    const browser = openPlainBrowser();
    const answer = await comeBack(browser, 'mia/mia@example.org');
    expect(await ends(browser, changed(answer, 'state', 'made-up'))).toBe('/sign-in?failure=expired');
    expect(await ends(openPlainBrowser(), answer)).toBe('/sign-in?failure=expired');
    expect(await ends(browser, answer)).toBe('/boards');
    expect(await ends(browser, answer)).toBe('/sign-in?failure=expired');
    const late = await comeBack(browser, 'mia/mia@example.org');
    on.pass(10 * 60_000);
    expect(await ends(browser, late)).toBe('/sign-in?failure=expired');
  });

  test('cannot use a code twice, nor with a visit of their own', async () => {
    const victim = openPlainBrowser();
    const stolen = await comeBack(victim, 'mia/mia@example.org');
    const attacker = openPlainBrowser();
    const own = await comeBack(attacker, 'eve/eve@example.org');
    const code = new URL(stolen).searchParams.get('code')!;
    expect(await ends(attacker, changed(own, 'code', code))).toBe('/sign-in?failure=invalid');
    expect(await sessionOf(attacker)).toBeNull();
  });

  test('cannot pass an answer with another nonce, or one that says to be of another issuer', async () => {
    const browser = openPlainBrowser();
    const there = (await browser.call(startUrl())).headers.get('location')!;
    expect(await ends(browser, await comeBack(browser, 'mia/mia@example.org', changed(there, 'nonce', 'another')))).toBe(
      '/sign-in?failure=invalid',
    );
    const answer = await comeBack(browser, 'mia/mia@example.org');
    expect(await ends(browser, changed(answer, 'iss', 'https://evil.example'))).toBe('/sign-in?failure=invalid');
  });

  test('cannot bring an answer of one provider to the callback of another', async () => {
    const other = (await operator<{ provider: ProviderAnswer }>('POST', '', body({ name: 'Other' }))).provider;
    const browser = openPlainBrowser();
    const answer = await comeBack(browser, 'olga/olga@example.org');
    expect(await ends(browser, answer.replace(provider.id, other.id))).toBe('/sign-in?failure=expired');
    expect(await ends(browser, answer)).toBe('/boards');
    await operator('DELETE', `/${other.id}`);
  });

  test('on the way from the provider cannot change who the ID token names, nor drop its signature', async () => {
    const change = (edit: (claims: Record<string, unknown>, parts: string[]) => string[]): Tamper => {
      return async (url, response) => {
        if (!url.endsWith('/token')) return response;
        const tokens = (await response.json()) as { id_token: string };
        const parts = tokens.id_token.split('.');
        const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as Record<string, unknown>;
        return Response.json({ ...tokens, id_token: edit(claims, parts).join('.') });
      };
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const edits: ((claims: Record<string, unknown>, parts: string[]) => string[])[] = [
      (claims, [head, , signature]) => [head!, encode({ ...claims, email: ada.email }), signature!],
      (claims) => [encode({ alg: 'none' }), encode(claims), ''],
      (claims, [head, , signature]) => [head!, encode({ ...claims, aud: 'somebody else' }), signature!],
      (_, [head, payload, signature]) => [head!, payload!, `${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`],
    ];
    for (const edit of edits) {
      const browser = openPlainBrowser();
      server.tamper(change(edit));
      expect(await visit('paul/paul@example.org', browser)).toBe('/sign-in?failure=invalid');
      expect(await sessionOf(browser)).toBeNull();
    }
    server.tamper(null);
    expect(await visit('paul/paul@example.org')).toBe('/boards');
  });

  test('cannot have a browser sent to another site afterwards', async () => {
    for (const path of ['https://evil.example', '//evil.example', '/\\evil.example', 'boards'])
      expect((await openPlainBrowser().call(startUrl(path))).status).toBe(400);
  });

  test('is told of by the log of tries, without addresses of people', async () => {
    expect(on.attempts.filter(({ method }) => method === 'provider').findLast(({ outcome }) => outcome === 'done')).toMatchObject({
      outcome: 'done',
      providerId: provider.id,
    });
    const reasons = new Set(on.attempts.map(({ reason }) => reason));
    for (const reason of ['provider-expired', 'provider-invalid', 'provider-email-unverified', 'provider-link-first'])
      expect(reasons).toContain(reason);
    expect(JSON.stringify(on.attempts)).not.toContain('@example');
  });
});

describe('whoever runs the installation', () => {
  test('sees what is set up, and never the secret', async () => {
    const { providers } = await operator<{ providers: ProviderAnswer[] }>('GET', '');
    expect(providers).toMatchObject([{ name: 'The company', hasSecret: true, callbackUrl: callback(), isOn: true }]);
    const rows = await server.catalog.db.selectFrom('sign_in_providers').selectAll().execute();
    expect(JSON.stringify([providers, rows])).not.toContain(client.clientSecret);
    await setUp({ clientSecret: undefined });
    expect(provider.hasSecret).toBe(true);
    await setUp({ clientSecret: null });
    expect(provider.hasSecret).toBe(false);
  });

  test('is told what cannot be', async () => {
    const wrong: Partial<ProviderInput>[] = [
      { issuer: 'http://idp.example.com' },
      { issuer: 'https://idp.example.com/?tenant=1' },
      { scopes: ['email'] },
      { linksByEmail: true },
      { allowedDomains: ['example.org'], autoJoin: { workspaceId: 'ws_none', role: 'viewer' } },
      { allowedDomains: ['example.org'], autoJoin: { workspaceId, role: 'owner' } },
      { allowedDomains: ['example.org'], autoJoin: { workspaceId, role: 'r_none' } },
    ];
    for (const changes of wrong) await expect(operator('POST', '', body(changes))).rejects.toThrow(/^400 .*REQUEST_INVALID/);
  });

  test('can have it checked', async () => {
    expect(await operator('POST', `/${provider.id}/check`)).toEqual({ isReady: true, problems: [] });
    await setUp({ scopes: ['openid', 'galaxies'] });
    expect(await operator('POST', `/${provider.id}/check`)).toMatchObject({
      isReady: false,
      problems: [expect.stringContaining('"galaxies"')],
    });
    await setUp({ issuer: 'https://10.0.0.1' });
    expect(await operator('POST', `/${provider.id}/check`)).toMatchObject({
      isReady: false,
      problems: [expect.stringContaining('10.0.0.1')],
    });
    await setUp({ issuer: home });
    expect(await operator('POST', `/${provider.id}/check`)).toMatchObject({ isReady: false });
  });

  test('is not anybody: others may not look', async () => {
    const browser = openPlainBrowser();
    await setUp({ allowedDomains: ['example.org'], autoJoin: { workspaceId, role: 'admin' } });
    await visit('nina/nina@example.org', browser);
    expect((await browser.call(`${home}/api/admin/sign-in-providers`)).status).toBe(403);
    expect((await fetch(`${home}/api/admin/sign-in-providers`)).status).toBe(401);
  });
});

test('a provider that is down keeps nobody waiting without a word, and the password still works', async () => {
  const browser = openPlainBrowser();
  const answer = await comeBack(browser, 'mia/mia@example.org');
  await oidc.kill();
  expect(await ends(browser, answer)).toBe('/sign-in?failure=unavailable');
  await setUp({});
  expect(await ends(browser, startUrl())).toBe('/sign-in?failure=unavailable');
  expect(await operator('POST', `/${provider.id}/check`)).toMatchObject({ isReady: false });
  expect((await byPassword(browser)).status).toBe(200);
});
