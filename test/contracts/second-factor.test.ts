/** Second factors on both catalogs: authenticator apps, recovery codes, trusted devices, and where they are required. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { totpCode } from '../../src/server/identity/sign-in/two-factor/totp.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { ada, openSignIn, secretOf, type Browser, type SignInUnderTest } from '../fixtures/open-sign-in.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

describeOnEachCatalog('a second factor', (place) => {
  let catalog: Catalog;
  let on: SignInUnderTest;
  let workspaceId: string;

  beforeAll(async () => {
    catalog = await (await place()).open();
    on = openSignIn(catalog);
    const started = await on.identity.prepareFirstStart({ owner: null, workspaceName: 'Default', writeKey: null, apiKey: null });
    workspaceId = started.workspaceId;
    await on.identity.joining.signUp(on.browser().visitor(), started.signUpToken!, ada);
  });
  afterAll(async () => {
    await on.close();
    await catalog.close();
  });

  const door = () => on.identity.signIn.door;
  const account = () => on.identity.signIn.account;
  const signIn = async (browser: Browser = on.browser(), email: string = ada.email, password: string = ada.password): Promise<Browser> => {
    browser.keep(await door().byPassword(browser.visitor(), email, password));
    return browser;
  };
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: { code: string; message: string; extra: object }) => ({ code: error.code, message: error.message, extra: error.extra }),
    );
  const withApp = async (): Promise<{ browser: Browser; secret: string; recoveryCodes: string[] }> => {
    const browser = await signIn();
    const offer = await account().beginTwoFactor(await browser.self(), ada.password);
    const secret = secretOf(offer.uri);
    const recoveryCodes = await account().confirmTwoFactor(await browser.self(), await totpCode(secret, on.now()));
    return { browser, secret, recoveryCodes };
  };
  const turnOff = async (browser: Browser) => account().disableTwoFactor(await browser.self(), ada.password);
  const waiting = async (): Promise<Browser> => {
    const browser = await signIn();
    expect(await browser.who()).toBeNull();
    return browser;
  };
  const give = async (browser: Browser, code: string, trust = false) =>
    browser.keep(await door().bySecondFactor(browser.visitor(), code, trust));

  test('is offered as address, text and picture, and asked for only once it was confirmed', async () => {
    const browser = await signIn();
    const offer = await account().beginTwoFactor(await browser.self(), ada.password);
    expect(offer.uri).toMatch(/^otpauth:\/\/totp\/Bellwether:ada%40example\.com\?secret=[A-Z2-7]+&issuer=Bellwether&digits=6&period=30$/);
    expect(offer.secret.replaceAll(' ', '')).toBe(new URL(offer.uri).searchParams.get('secret'));
    expect(offer.qr.size).toBeGreaterThan(20);
    expect(offer.qr.path).toMatch(/^(M\d+ \d+h\d+v1h-\d+z)+$/);
    expect(await refusal(account().confirmTwoFactor(await browser.self(), '000000'))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    expect(await (await signIn()).who()).not.toBeNull();
  });

  test('a code of the app signs in, once, and not again within its time', async () => {
    const { browser, secret } = await withApp();
    expect((await account().read(await browser.self())).twoFactor).toMatchObject({ isOn: true, recoveryCodesLeft: 10, isRequired: false });
    const first = await waiting();
    // The code that confirmed was used.
    expect(await refusal(give(first, await totpCode(secret, on.now())))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    expect(on.attempts.at(-1)).toMatchObject({ reason: 'replayed-code' });
    on.pass(30_000);
    const code = await totpCode(secret, on.now());
    expect(await give(first, `${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({ needsTwoFactor: false, recoveryCodesLeft: null });
    expect(await first.who()).not.toBeNull();
    expect(await refusal(give(await waiting(), code))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    on.pass(30_000);
    await turnOff(first);
    expect(JSON.stringify(await catalog.db.selectFrom('two_factors').selectAll().execute())).not.toContain(secret);
  });

  test('a recovery code signs in once, and new ones replace the old', async () => {
    const { browser, recoveryCodes } = await withApp();
    expect(recoveryCodes).toHaveLength(10);
    expect(JSON.stringify(await catalog.db.selectFrom('recovery_codes').selectAll().execute())).not.toContain(
      recoveryCodes[0]!.replaceAll('-', ''),
    );
    const lost = await waiting();
    expect(await give(lost, recoveryCodes[0]!.toUpperCase())).toMatchObject({ recoveryCodesLeft: 9 });
    expect(await refusal(give(await waiting(), recoveryCodes[0]!))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    const fresh = await account().newRecoveryCodes(await browser.self(), ada.password);
    expect(await refusal(give(await waiting(), recoveryCodes[1]!))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    expect(await (await give(await waiting(), fresh[0]!)).session).not.toBeNull();
    await turnOff(browser);
  });

  test('five wrong codes end a sign-in, and ten lock the account', async () => {
    const { browser, recoveryCodes } = await withApp();
    const first = await waiting();
    for (let i = 0; i < 5; i++) expect((await refusal(give(first, '000000')))?.extra).toEqual({});
    expect(await refusal(give(first, recoveryCodes[0]!))).toMatchObject({ extra: { isOver: true } });
    const person = { id: (await browser.self()).personId, email: ada.email };
    const second = await waiting();
    for (let i = 0; i < 4; i++) await refusal(give(second, '000000'));
    expect(await on.identity.signIn.lockout.lockedOf([person])).toEqual(new Set([person.id]));
    expect(await refusal(give(second, recoveryCodes[0]!))).toMatchObject({ code: 'CREDENTIALS_INVALID' });
    await on.identity.signIn.lockout.open(person);
    await turnOff(browser);
  });

  test('a sign-in waits ten minutes for its code, and not in another browser', async () => {
    const { browser, recoveryCodes } = await withApp();
    const late = await waiting();
    expect(await refusal(give(on.browser(), recoveryCodes[0]!))).toMatchObject({ extra: { isOver: true } });
    on.pass(10 * minuteMs);
    expect(await refusal(give(late, recoveryCodes[0]!))).toMatchObject({ extra: { isOver: true } });
    await turnOff(browser);
  });

  test('a trusted device is not asked for 30 days, until it is forgotten with the other sessions', async () => {
    const { browser, recoveryCodes } = await withApp();
    const trusted = await waiting();
    await give(trusted, recoveryCodes[0]!, true);
    await signIn(trusted);
    expect(await trusted.who()).not.toBeNull();
    expect((await account().read(await browser.self())).twoFactor.trustedDevices).toBe(1);
    await account().endOtherSessions(await browser.self());
    await signIn(trusted);
    expect(await trusted.who()).toBeNull();
    await give(trusted, recoveryCodes[1]!, true);
    on.pass(30 * dayMs);
    await signIn(trusted);
    expect(await trusted.who()).toBeNull();
    await give(trusted, recoveryCodes[2]!);
    await turnOff(trusted);
  });

  test('turning it on or off needs the password, and ends the other sessions', async () => {
    const other = await signIn();
    const { browser } = await withApp();
    expect(await other.who()).toBeNull();
    for (const password of [undefined, 'wrong horse battery'])
      expect(await refusal(account().disableTwoFactor(await browser.self(), password))).not.toBeNull();
    expect(await refusal(account().beginTwoFactor(await browser.self(), ada.password))).toMatchObject({ code: 'CONFLICT' });
    await turnOff(browser);
    await on.identity.signIn.settle();
    expect(on.letters.slice(-2).map(({ subject }) => subject)).toEqual(['Your second factor is on', 'Your second factor is off']);
  });

  test('where it is required, whoever has none may do nothing but set it up', async () => {
    const { rules } = on.identity.signIn;
    const browser = await signIn();
    expect((await browser.who())?.permissions.size).toBeGreaterThan(0);
    await rules.set(workspaceId, true);
    expect(await rules.read(workspaceId)).toMatchObject({ requiresTwoFactor: true, without: [{ email: ada.email }] });
    expect(await browser.who()).toMatchObject({ permissions: new Set(), isOperator: false });
    const { session } = await on.identity.readSession(browser.visitor().headers);
    expect(session).toMatchObject({ mustSetUpTwoFactor: true, permissions: [] });
    const { uri } = await account().beginTwoFactor(await browser.self(), ada.password);
    await account().confirmTwoFactor(await browser.self(), await totpCode(secretOf(uri), on.now()));
    expect((await browser.who())?.permissions.size).toBeGreaterThan(0);
    expect(await refusal(turnOff(browser))).toMatchObject({ code: 'FORBIDDEN' });
    await rules.set(workspaceId, false);
    await rules.set(null, true);
    expect(await refusal(turnOff(browser))).toMatchObject({ code: 'FORBIDDEN' });
    await rules.set(null, false);
    await turnOff(browser);
  });
});
