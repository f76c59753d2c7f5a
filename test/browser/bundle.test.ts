/** How much script a page needs before it shows something, measured on a real load. */
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAppBrowser, openOwnerPage } from '../fixtures/open-page.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { seedShop } from '../fixtures/seed-shop.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';
/** A chart that has been drawn. */
const chart = '[aria-roledescription="chart"] svg';

const kB = 1_000;
/** gzip bytes of script until the first number stands, and until the first chart does. */
const budgets = { number: 250 * kB, chart: 430 * kB } as const;

/** Gathers the gzip size of every script the page loads, with when it was asked for. */
function gatherScripts(page: Page): { asked: number; sizes: Promise<number>[] } {
  const scripts = { asked: 0, sizes: [] as Promise<number>[] };
  page.on('response', (response) => {
    if (!/\.js($|\?)/.test(response.url())) return;
    scripts.asked++;
    scripts.sizes.push(response.body().then((body) => gzipSync(body, { level: 6 }).length));
  });
  return scripts;
}

const sum = async (sizes: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(sizes)).reduce((total, size) => total + size, 0);

describe.skipIf(why !== '')(`the bundle${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;

  beforeAll(async () => {
    server = await openTestServer();
    await seedShop(server, 300);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test('is small until the first number, and until the first chart', async () => {
    const { page } = await openOwnerPage(browser, server);
    // the chart library is held back until the numbers stand, so that what they need is measured by itself
    let letCharts: () => void = () => undefined;
    const chartsMay = new Promise<void>((resolve) => (letCharts = resolve));
    await page.route(/echarts[^/]*\.js/, async (route) => {
      await chartsMay;
      await route.continue();
    });
    const scripts = gatherScripts(page);
    await page.goto('/?range=7d');
    await page
      .getByRole('article', { name: /^Events$/ })
      .locator('[title]')
      .first()
      .waitFor();
    const untilNumber = await sum([...scripts.sizes]);
    letCharts();
    await page
      .getByRole('article', { name: /over time/ })
      .locator(chart)
      .first()
      .waitFor();
    const untilChart = await sum([...scripts.sizes]);
    console.log(
      `gzip script: ${Math.round(untilNumber / kB)} kB until the first number, ${Math.round(untilChart / kB)} kB until the first chart`,
    );
    expect(untilNumber).toBeLessThanOrEqual(budgets.number);
    expect(untilChart).toBeLessThanOrEqual(budgets.chart);
    expect(untilChart, 'the chart library was measured').toBeGreaterThan(untilNumber);
  });

  test('is fetched again where the line broke just then', async () => {
    const { page } = await openOwnerPage(browser, server);
    let broken = 0;
    await page.route(/echarts[^/]*\.js/, (route) => (++broken <= 2 ? route.abort('connectionreset') : route.continue()));
    await page.goto('/?range=7d');
    await page
      .getByRole('article', { name: /over time/ })
      .locator(chart)
      .first()
      .waitFor();
    expect(broken).toBeGreaterThan(2);
  });
});
