/** One's own account and the workspaces one is in, on the real server: every page whole and accessible, and what it does done. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessibilityBreaches, breachesInBothThemes } from '../fixtures/accessibility.ts';
import { codeOf } from '../fixtures/authenticator.ts';
import { openAppBrowser, openOwnerPage, openPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

/** Each page with what stands on it once it is whole. */
const pages: { name: string; path: string; isWhole: (page: Page) => Promise<unknown> }[] = [
  { name: 'Profile', path: '/profile', isWhole: (page) => page.getByRole('button', { name: 'Save the name' }).waitFor() },
  { name: 'Sessions', path: '/profile/sessions', isWhole: (page) => page.getByText('this one').waitFor() },
  { name: 'Tokens', path: '/profile/tokens', isWhole: (page) => page.getByText('No tokens yet').waitFor() },
  { name: 'Workspace', path: '/settings/workspace', isWhole: (page) => page.getByRole('row', { name: /^Test this one/ }).waitFor() },
];

describe.skipIf(why !== '')(`the profile${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    server = await openTestServer();
    watched = await openOwnerPage(browser, server);
    ({ page } = watched);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => {
    watched.troubles.length = 0;
  });

  const isTooWide = (): Promise<boolean> => page.evaluate('document.documentElement.scrollWidth > innerWidth');
  const ask = (token: string): Promise<number> =>
    fetch(`${server.url}/api/analytics/catalog`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);

  test.each(pages)(
    '$name is accessible in light and dark, and whole on a phone, a laptop and a large screen',
    async ({ path, isWhole }) => {
      const open = async (): Promise<void> => {
        await page.goto(path);
        await isWhole(page);
      };
      expect(await breachesInBothThemes(page, open)).toEqual([]);
      for (const width of [360, 1920, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await until(async () => !(await isTooWide()), `nothing to be wider than ${width} px`, 5_000);
      }
      expect(watched.troubles).toEqual([]);
    },
  );

  test('a new name is seen at once wherever it stands', async () => {
    await page.goto('/profile');
    await page.getByRole('textbox', { name: 'Name' }).fill('Ana Alves');
    await page.keyboard.press('Enter');
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'AA, Ana Alves: profile, theme, sign out' }).waitFor();
    expect(watched.troubles).toEqual([]);
  });

  test('a token is shown once, opens what it may, and nothing once it is revoked', async () => {
    await page.goto('/profile/tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.keyboard.type('Notebook');
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const secret = (await page.getByRole('group', { name: 'Token' }).locator('code').textContent()) ?? '';
    expect(await accessibilityBreaches(page)).toEqual([]);
    expect(await ask(secret)).toBe(200);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    const row = page.getByRole('row', { name: /^Notebook/ });
    await row.waitFor();
    expect(await page.content()).not.toContain(secret);
    await row.getByRole('button', { name: 'Revoke Notebook' }).click();
    await page.getByRole('button', { name: 'Revoke the token' }).click();
    await page.getByText('No tokens yet').waitFor();
    expect(await ask(secret)).toBe(401);
    expect(watched.troubles).toEqual([]);
  });

  test('a new workspace is entered, stands in the address, and one switches back without losing the place', async () => {
    await page.goto('/explore');
    await page.getByRole('button', { name: /^Test, as .*: switch workspace$/ }).click();
    await page.getByRole('menuitem', { name: 'New workspace…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.keyboard.type('Second shop');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/start\?.*workspace=/);
    await page.getByRole('button', { name: /^Second shop/ }).waitFor();
    await page.getByText(/bw_w_/).first().waitFor();
    const second = new URL(page.url()).searchParams.get('workspace');
    await page.getByRole('button', { name: /^Second shop/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: /^Second shop/, checked: true }).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Test/ }).waitFor();
    await page.waitForURL((url) => url.pathname === '/start' && url.searchParams.get('workspace') !== second);
    await page.getByText(testOwner.writeKey).first().waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.waitForURL((url) => url.pathname === '/' && url.searchParams.has('workspace'));
    await page.goBack();
    await page.goBack();
    await page.getByRole('button', { name: /^Second shop/ }).waitFor();
    await page.getByRole('button', { name: /^Live/ }).waitFor();
    expect(watched.troubles).toEqual([]);
  });

  test('whoever looks as a role sees it said, may change nothing, and finds the way out', async () => {
    await page.goto('/settings/workspace?as=viewer');
    const banner = page.getByRole('region', { name: 'Preview of a role' });
    await banner.waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save the name' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Events' }).click();
    await page.waitForURL(/as=viewer/);
    await banner.getByRole('button', { name: 'Back to your own view' }).click();
    await page.waitForURL((url) => !url.searchParams.has('as'));
    await banner.waitFor({ state: 'detached' });
    expect(watched.troubles).toEqual([]);
  });

  test('another role takes effect on an open page within seconds', async () => {
    const post = (path: string, body: unknown, method = 'POST') =>
      server.json<Record<string, unknown>>(path, { method, body: JSON.stringify(body) });
    const { link } = await post('/api/admin/invitations', { email: 'dora@example.com', role: 'analyst' });
    const { pathname, hash } = new URL(String(link));
    const { page: theirs } = await openPage(browser, server);
    await theirs.goto(pathname + hash);
    await theirs.getByRole('textbox', { name: 'Your name' }).fill('Dora');
    await theirs.getByRole('textbox', { name: 'Password' }).fill('violet anchors drift slowly');
    await theirs.keyboard.press('Enter');
    await theirs.getByRole('button', { name: /^Live/ }).waitFor();
    await theirs.getByRole('link', { name: 'Events' }).click();
    await theirs.waitForURL(/\/events/);
    const { people } = await server.json<{ people: { id: string; email: string }[] }>('/api/admin/people?text=dora');
    await post(`/api/admin/people/${people[0]?.id}`, { role: 'auditor' }, 'PUT');
    await theirs.getByText('Your role does not allow this').waitFor();
    expect(await accessibilityBreaches(theirs)).toEqual([]);
    expect(await theirs.getByRole('navigation', { name: 'Places' }).getByRole('link').allTextContents()).toEqual(['Settings']);
    await theirs.goto('/');
    await theirs.waitForURL(/\/settings\//);
  });

  test('an address of a workspace that one is no member of says so, and leads to one of one’s own', async () => {
    await page.goto('/?workspace=of-somebody-else');
    await page.getByText('This address is not open to you').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go to a workspace of your own' }).click();
    await page.getByRole('button', { name: /switch workspace/ }).waitFor();
  });

  test('a password that is not one’s own changes nothing; the right one ends the other sessions', async () => {
    const other = await openPage(browser, server);
    await other.page.goto('/sign-in');
    await other.page.getByRole('textbox', { name: 'E-mail' }).fill(testOwner.email);
    await other.page.getByRole('textbox', { name: 'Password' }).fill(testOwner.password);
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('button', { name: /sign out/ }).waitFor();

    await page.goto('/profile');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('textbox', { name: 'Current password' }).fill('not this one');
    await page.getByRole('textbox', { name: 'New password' }).fill('nine quiet harbours wait');
    await page.keyboard.press('Enter');
    await page.getByText('This is not your password.').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Current password' }).fill(testOwner.password);
    await page.keyboard.press('Enter');
    await page.getByText('Your password is changed').waitFor();
    await other.page.getByText('Your session has ended').waitFor();
  });

  test('where a second factor is required, nothing comes before it', async () => {
    await page.goto('/settings/security?tab=sign-in');
    await page.getByText('Everybody in this workspace needs a second factor').click();
    await page.getByRole('heading', { name: 'Set up two-step sign-in' }).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Your password' }).fill('nine quiet harbours wait');
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: 'QR code of the key' }).waitFor();
    const secret = (await page.getByRole('main').locator('code').first().textContent()) ?? '';
    await page.keyboard.type(codeOf(secret, Date.now()));
    await page.getByLabel('I have stored the codes').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /switch workspace/ }).waitFor();
    expect(watched.troubles).toEqual([]);
  });
});
