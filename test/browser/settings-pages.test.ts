/** Every page of Settings: accessible in both themes, whole at every width, and quiet on the console; and its states besides data. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessibilityBreaches, breachesInBothThemes } from '../fixtures/accessibility.ts';
import { openAppBrowser, openOwnerPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

/** Each page with what stands on it once it is whole. */
const places: { name: string; path: string; isWhole: (page: Page) => Promise<unknown> }[] = [
  { name: 'People', path: '/settings/people', isWhole: (page) => page.getByRole('button', { name: /owner@example\.com/ }).waitFor() },
  { name: 'Groups', path: '/settings/groups', isWhole: (page) => page.getByText('No groups yet').waitFor() },
  { name: 'Roles', path: '/settings/roles', isWhole: (page) => page.getByRole('button', { name: /^Analyst/ }).waitFor() },
  { name: 'a role', path: '/settings/roles/analyst', isWhole: (page) => page.getByRole('grid', { name: 'Permissions' }).waitFor() },
  { name: 'Keys', path: '/settings/keys', isWhole: (page) => page.getByText('Default').waitFor() },
  { name: 'embedding', path: '/settings/keys?tab=embedding', isWhole: (page) => page.getByText('Public keys and pages').first().waitFor() },
  {
    name: 'other applications',
    path: '/settings/keys?tab=applications',
    isWhole: (page) => page.getByText('No tokens of other applications are taken').waitFor(),
  },
  {
    name: 'Audit',
    path: '/settings/audit',
    isWhole: (page) =>
      page
        .getByRole('button', { name: /signed in/ })
        .first()
        .waitFor(),
  },
  { name: 'Security', path: '/settings/security', isWhole: (page) => page.getByText('Second factor', { exact: false }).first().waitFor() },
  { name: 'incidents', path: '/settings/security?tab=incidents', isWhole: (page) => page.getByText('Nothing is open').waitFor() },
  { name: 'the watch', path: '/settings/security?tab=watch', isWhole: (page) => page.getByRole('switch', { name: 'Probing' }).waitFor() },
  {
    name: 'sign-in',
    path: '/settings/security?tab=sign-in',
    isWhole: (page) => page.getByText('Everybody signs in with a password').waitFor(),
  },
  { name: 'Channels', path: '/settings/channels', isWhole: (page) => page.getByText('No channels yet').waitFor() },
  { name: 'Workspace', path: '/settings/workspace', isWhole: (page) => page.getByRole('button', { name: 'Save the name' }).waitFor() },
];

describe.skipIf(why !== '')(`the pages of settings${why && `, skipped: ${why}`}`, () => {
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

  test.each(places)(
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

  test('an error of the server is told with its code, and asking again mends it', async () => {
    const refusal = {
      type: 'urn:bellwether:problem:CATALOG_UNAVAILABLE',
      title: 'The catalog is not available',
      status: 503,
      code: 'CATALOG_UNAVAILABLE',
      detail: 'It is starting again.',
      retryable: false,
    };
    await page.route('**/api/admin/roles', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', json: refusal }),
    );
    await page.goto('/settings/roles');
    await page.getByRole('alert').getByText('CATALOG_UNAVAILABLE').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.unroute('**/api/admin/roles');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('button', { name: /^Analyst/ }).waitFor();
    expect(watched.troubles.filter((line) => !/503/.test(line))).toEqual([]);
  });

  test('seen as a role that may not, a page says who can grant it, and nothing can be changed', async () => {
    await page.goto('/settings/keys?as=viewer');
    await page.getByText('Your role does not allow this').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.goto('/settings/people?as=auditor');
    await page.getByRole('button', { name: /owner@example\.com/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);
    expect(watched.troubles.filter((line) => !/403/.test(line))).toEqual([]);
  });
});
