/** Every page with data: accessible in both themes, whole at every width, usable by keyboard, and quiet on the console. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessibilityBreaches, breachesInBothThemes } from '../fixtures/accessibility.ts';
import { openAppBrowser, openOwnerPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { seedShop, send } from '../fixtures/seed-shop.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';
/** A chart that has been drawn. */
const chart = '[aria-roledescription="chart"] svg';

/** Each page with what stands on it once it is whole. */
const places: { name: string; path: string; isWhole: (page: Page) => Promise<unknown> }[] = [
  {
    name: 'Home',
    path: '/?range=7d',
    isWhole: async (page) => {
      await page
        .getByRole('article', { name: /over time/ })
        .locator(chart)
        .first()
        .waitFor();
      await page.getByRole('article', { name: 'When it happens' }).waitFor();
    },
  },
  { name: 'Explore', path: '/explore', isWhole: (page) => page.getByRole('main').locator(chart).first().waitFor() },
  { name: 'the live stream', path: '/events', isWhole: (page) => page.getByRole('list', { name: 'Events, newest first' }).waitFor() },
  {
    name: 'the dead letters',
    path: '/events?tab=dead-letters',
    isWhole: (page) => page.getByRole('list', { name: 'Dead letters, newest first' }).waitFor(),
  },
  { name: 'the ledger', path: '/events?tab=ledger', isWhole: (page) => page.getByText('Adds up').first().waitFor() },
  { name: 'Get started', path: '/start', isWhole: (page) => page.getByRole('tab', { name: 'curl' }).waitFor() },
];

describe.skipIf(why !== '')(`every page${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    server = await openTestServer();
    await seedShop(server);
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

  /** True if something is wider than the window. */
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

  test('what is open in a drawer breaks no rule either, and its address restores it', async () => {
    await page.goto('/events');
    await page.getByRole('list', { name: 'Events, newest first' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('Time, UTC').waitFor();
    await page.waitForURL(/open=/);
    expect(await accessibilityBreaches(page)).toEqual([]);
    const id = await page.locator('dialog pre').textContent();
    await page.reload();
    await page.getByText('Time, UTC').waitFor();
    expect(await page.locator('dialog pre').textContent()).toBe(id);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('open'));
    await page.goto('/events?tab=dead-letters');
    await page.getByRole('list', { name: 'Dead letters, newest first' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('Body as it came').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
  });

  test('the stream stands still while paused, counts what waits, and shows it afterwards', async () => {
    await page.goto('/events');
    const list = page.getByRole('list', { name: 'Events, newest first' });
    await list.waitFor();
    await page.getByRole('button', { name: /^Live/ }).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await send(
      server,
      ['a', 'b', 'c'].map((letter) => ({ name: `while_paused_${letter}` })),
    );
    await page.getByRole('button', { name: 'Resume · 3 waiting' }).waitFor();
    expect(await list.getByText('while_paused_a').count()).toBe(0);
    await page.keyboard.press('p');
    await list.getByText('while_paused_a').waitFor();
    expect(watched.troubles).toEqual([]);
  });

  test('an error of the server is told with its code, and trying again mends it', async () => {
    const refusal = {
      type: 'urn:bellwether:problem:WAREHOUSE_UNAVAILABLE',
      title: 'The warehouse is not available',
      status: 503,
      code: 'WAREHOUSE_UNAVAILABLE',
      detail: 'It is starting again.',
      retryable: false,
    };
    await page.route('**/api/analytics/events?*', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', json: refusal }),
    );
    await page.goto('/events?q=pro');
    await page.getByRole('alert').getByText('WAREHOUSE_UNAVAILABLE').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.unroute('**/api/analytics/events?*');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('list', { name: 'Events, newest first' }).waitFor();
    expect(watched.troubles.filter((line) => !/503/.test(line))).toEqual([]);
  });

  test('one can do everything without a mouse', async () => {
    await page.goto('/');
    await page.getByRole('article', { name: 'Top events' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('ledg');
    await page.keyboard.press('Enter');
    await page.waitForURL(/tab=ledger/);
    await page.getByText('Adds up').first().waitFor();
    await page.getByRole('tab', { name: 'Ledger' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL(/tab=dead-letters/);
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.waitForURL(/\/explore/);
    await page.getByRole('main').locator(chart).first().waitFor();
    expect(watched.troubles).toEqual([]);
  });

  test('a question is changed in Explore without a mouse, and Back undoes it', async () => {
    await page.goto('/explore');
    await page.getByRole('main').locator(chart).first().waitFor();
    const before = page.url();
    await page.getByRole('button', { name: '+ split' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('country');
    await page.keyboard.press('Enter');
    await page.waitForURL(/country/);
    await page.goBack();
    await page.waitForURL(before);
    expect(watched.troubles).toEqual([]);
  });
});
