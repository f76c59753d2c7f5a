/** The board while things happen: an event shows by itself, and neither a lost network nor a killed server needs a reload. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCuttableLine, type CuttableLine } from '../fixtures/cuttable-line.ts';
import { openAppBrowser, openPage, whenSeen, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { seedShop, send } from '../fixtures/seed-shop.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

/** What a network or server that is away leaves on the console; everything else is a trouble. */
const isAbsence = /Failed to load resource|WebSocket connection|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/;

describe.skipIf(why !== '')(`the live board${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let line: CuttableLine;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    server = await openTestServer();
    await seedShop(server, 600);
    line = await openCuttableLine(server.port);
    watched = await openPage(browser, line);
    ({ page } = watched);
  });
  afterAll(async () => {
    await browser.close();
    await line.close();
    await server.close();
  });

  /** The figure of the panel of this name. */
  const figure = async (name: RegExp): Promise<number> => {
    const text = await page.getByRole('article', { name }).locator('[title]').first().getAttribute('title');
    return Number((text ?? '').replaceAll(',', ''));
  };
  const isSameLoad = (): Promise<boolean> => page.evaluate('window.firstLoad === true');

  test('one signs in through the page, and is told what is wrong', async () => {
    await page.goto('/?range=7d');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail').fill(testOwner.email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('E-mail and password do not match').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(testOwner.password);
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Top events' }).waitFor();
    expect(new URL(page.url()).searchParams.get('range'), 'the address one wanted').toBe('7d');
    await page.evaluate('window.firstLoad = true');
    expect(watched.troubles.filter((line) => !/401/.test(line))).toEqual([]);
  });

  test('an event is on the board without a reload', async () => {
    const events = /^Events$/;
    await page.getByRole('article', { name: events }).waitFor();
    const before = await figure(events);
    let sentAt = 0;
    const seenAt = await whenSeen(page, 'just_bought', async () => {
      sentAt = Date.now();
      await send(server, { name: 'just_bought', user: 'eve', properties: { amount: 12 } });
    });
    await expect.poll(() => figure(events), { timeout: 10_000, interval: 20 }).toBe(before + 1);
    console.log(`in the activity after ${seenAt - sentAt} ms, in the figure of the range after ${Date.now() - sentAt} ms`);
    expect(await isSameLoad()).toBe(true);
  });

  test('after the network was away the board catches up by itself', async () => {
    line.cut();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: /^Offline/ }).waitFor();
    await send(server, { name: 'while_offline', user: 'eve' });
    expect(await page.getByText('while_offline').count()).toBe(0);
    line.mend();
    await page.context().setOffline(false);
    await page.getByRole('article', { name: 'Top events' }).getByText('while_offline').waitFor();
    await page.getByRole('button', { name: /^Live/ }).waitFor();
    expect(await isSameLoad()).toBe(true);
  });

  test('after the server was killed and started again the board goes on', async () => {
    await server.kill('SIGKILL');
    await page.getByRole('button', { name: /^Offline/ }).waitFor();
    expect(await page.getByRole('article', { name: 'Top events' }).getByText('while_offline').count(), 'the last answer stays').toBe(1);
    await server.start();
    await page.getByRole('button', { name: /^Live/ }).waitFor();
    await send(server, { name: 'after_restart', user: 'eve' });
    await page.getByRole('article', { name: 'Top events' }).getByText('after_restart').waitFor();
    expect(await isSameLoad()).toBe(true);
    expect(watched.troubles.filter((line) => !isAbsence.test(line))).toEqual([]);
  });
});
