/** The ways in, in a real browser: a password, a second step, a new password by mail, an invitation; and being thrown out. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityBreaches, breachesInBothThemes } from '../fixtures/accessibility.ts';
import { codeOf, nextCodeOf } from '../fixtures/authenticator.ts';
import { startMailServer, type MailServer } from '../fixtures/mail-server.ts';
import { openAppBrowser, openOwnerPage, openPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

/** What a refused try leaves on the console of Chromium; anything else there is a defect. */
const expectedTrouble = /status of (401|403|404)/;

describe.skipIf(why !== '')(`the ways in${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let mail: MailServer;
  let server: TestServer;
  const watched: WatchedPage[] = [];

  beforeAll(async () => {
    mail = await startMailServer();
    server = await openTestServer({ SMTP_URL: mail.url, MAIL_FROM: 'bellwether@example.com' });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await mail.close();
  });

  const visitor = async (): Promise<Page> => {
    const one = await openPage(browser, server);
    watched.push(one);
    return one.page;
  };
  const owner = async (): Promise<Page> => {
    const one = await openOwnerPage(browser, server);
    watched.push(one);
    return one.page;
  };
  const noTroubles = (): void => {
    expect(watched.flatMap(({ troubles }) => troubles).filter((line) => !expectedTrouble.test(line))).toEqual([]);
  };
  /** Fills the form at the door by keyboard alone. */
  const signIn = async (page: Page, email: string, password: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'E-mail' }).waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
  };
  /** Makes an invitation as the owner's program does, and says where its link leads. */
  const invite = async (email: string | null): Promise<string> => {
    const answer = await server.json<{ link: string | null }>('/api/admin/invitations', {
      method: 'POST',
      body: JSON.stringify({ email, role: 'analyst' }),
    });
    if (answer.link !== null) return pathOf(answer.link);
    return linkFor(email ?? '', /\/invitation#token=/);
  };
  /** The link in the newest mail to `address`. */
  const linkFor = async (address: string, pattern: RegExp): Promise<string> => {
    const find = (): string | undefined =>
      mail.received
        .filter(({ to }) => to.includes(address))
        .map(
          ({ source }) =>
            /https?:\/\/\S+/.exec(
              source
                .replace(/=\r?\n/g, '')
                .replaceAll('=3D', '=')
                .split('\r\n\r\n')
                .slice(1)
                .join('\n'),
            )?.[0],
        )
        .filter((link) => link !== undefined && pattern.test(link))
        .at(-1);
    await until(() => find() !== undefined, `a mail to ${address}`);
    return pathOf(find() ?? '');
  };

  test('a wrong password is told beside the form, and the right one leads to where one wanted to go', async () => {
    const page = await visitor();
    const open = async (): Promise<void> => {
      await page.goto('/events?tab=ledger');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    await signIn(page, testOwner.email, 'not the password');
    await page.getByRole('alert').getByText('E-mail and password do not match').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Password' }).fill(testOwner.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/events\?.*tab=ledger/);
    await page.getByRole('tab', { name: 'Ledger' }).waitFor();
    noTroubles();
  });

  test('an invitation makes an account, and everything that follows is refused to nobody', async () => {
    const path = await invite('ben@example.com');
    const page = await visitor();
    const open = async (): Promise<void> => {
      await page.goto('/sign-in');
      await page.goto(path);
      await page.getByRole('heading', { name: 'Join Test' }).waitFor();
      await page.getByText('You are invited as Analyst').waitFor();
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ben');
    await page.getByRole('textbox', { name: 'Password' }).fill('password123');
    await page.getByText(/guessed/i).waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill('violet anchors drift slowly');
    await page.getByText(/strong/i).waitFor();
    await page.getByRole('button', { name: 'Make the account and join' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.getByRole('button', { name: /sign out/ }).waitFor();
    await page.goto(path);
    await page.getByText('It was used, withdrawn, or has expired').waitFor();
    noTroubles();
  });

  test('an invitation for somebody else says so, and lets one go on as them', async () => {
    const path = await invite('cleo@example.com');
    const page = await owner();
    await page.goto(path);
    await page.getByText('This invitation is for somebody else').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign out and go on as cleo@example.com' }).click();
    await page.getByRole('button', { name: 'Make the account and join' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('cleo@example.com');
    noTroubles();
  });

  test('a forgotten password becomes a new one by a link in the mail, once', async () => {
    const page = await visitor();
    const open = async (): Promise<void> => {
      await page.goto('/sign-in');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await page.getByRole('button', { name: 'Send the link' }).waitFor();
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ben@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const path = await linkFor('ben@example.com', /\/reset-password#token=/);
    await page.goto(path);
    await page.getByRole('textbox', { name: 'New password' }).fill('seven marble lanterns hum');
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('Your new password is set').waitFor();
    await signIn(page, 'ben@example.com', 'seven marble lanterns hum');
    await page.waitForURL((url) => url.pathname === '/');
    const again = await visitor();
    await again.goto(path);
    await again.getByRole('textbox', { name: 'New password' }).fill('another marble lantern hums');
    await again.keyboard.press('Enter');
    await again.getByText('It was used, or is older than an hour').waitFor();
    noTroubles();
  });

  test('a second step takes the code of the app, pasted, or a recovery code', async () => {
    const page = await owner();
    const setUp = await setUpTwoFactor(page);
    const { secret, recoveryCodes } = setUp;
    expect(recoveryCodes.length).toBeGreaterThanOrEqual(8);

    const second = await visitor();
    await second.goto('/sign-in?to=/profile');
    await signIn(second, testOwner.email, testOwner.password);
    await second.getByRole('heading', { name: 'Two-step sign-in' }).waitFor();
    expect(await accessibilityBreaches(second)).toEqual([]);
    await second.keyboard.type('000000');
    await second.getByText('This code is not right').waitFor();
    const code = nextCodeOf(secret, Date.now());
    await second.getByRole('textbox', { name: 'Code' }).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await second.waitForURL((url) => url.pathname === '/profile');

    const third = await visitor();
    await third.goto('/sign-in');
    await signIn(third, testOwner.email, testOwner.password);
    await third.getByRole('button', { name: 'Use a recovery code' }).click();
    await third.getByRole('textbox', { name: 'Recovery code' }).fill(recoveryCodes[0] ?? '');
    await third.keyboard.press('Enter');
    await third.getByText(`You have ${recoveryCodes.length - 1} recovery codes left`).waitFor();
    await third.getByRole('button', { name: 'Go on' }).click();
    await third.waitForURL((url) => url.pathname === '/');
    noTroubles();
  });

  /** Sets up the second factor on the profile, as a person with a phone does. */
  async function setUpTwoFactor(page: Page): Promise<{ secret: string; recoveryCodes: string[] }> {
    await page.goto('/profile');
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('textbox', { name: 'Your password' }).fill(testOwner.password);
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'QR code of the key' }).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    const secret = (await page.locator('dialog code').textContent()) ?? '';
    await page.keyboard.type(codeOf(secret, Date.now()));
    await page.getByText('Two-step sign-in is on').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    const recoveryCodes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allTextContents();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('list', { name: 'Recovery codes' }).isVisible()).toBe(true);
    await page.getByLabel('I have stored the codes').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(`${recoveryCodes.length} recovery codes left`).waitFor();
    return { secret, recoveryCodes };
  }

  test('a session that is ended elsewhere throws out here, and leads back after signing in', async () => {
    const here = await visitor();
    await here.goto('/sign-in');
    await signIn(here, 'ben@example.com', 'seven marble lanterns hum');
    await here.waitForURL((url) => url.pathname === '/');
    await here.goto('/events');
    await here.getByRole('heading', { name: 'Events' }).waitFor({ state: 'attached' });

    const there = await visitor();
    await there.goto('/sign-in?to=/profile/sessions');
    await signIn(there, 'ben@example.com', 'seven marble lanterns hum');
    await there.getByText('this one').waitFor();
    await there.getByRole('button', { name: 'End all others' }).click();
    await there.getByRole('button', { name: 'End them' }).click();

    await here.getByText('Your session has ended').waitFor();
    await there.getByText('this one').waitFor();
    expect(await there.getByRole('table', { name: 'Sessions' }).getByRole('row').count()).toBe(2);
    await signIn(here, 'ben@example.com', 'seven marble lanterns hum');
    await here.waitForURL(/\/events/);
    noTroubles();
  });

  test('signing out is no throwing out', async () => {
    const page = await visitor();
    await page.goto('/sign-in');
    await signIn(page, 'ben@example.com', 'seven marble lanterns hum');
    await page.getByRole('button', { name: /sign out/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByText('Your session has ended').count()).toBe(0);
    noTroubles();
  });
});

function pathOf(link: string): string {
  const { pathname, hash } = new URL(link);
  return pathname + hash;
}
