/** The first minutes: the link of the first start, an account, the first event, and the board that makes itself. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breachesInBothThemes } from '../fixtures/accessibility.ts';
import { openAppBrowser, openPage, whenSeen, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { send } from '../fixtures/seed-shop.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

describe.skipIf(why !== '')(`the first owner${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let watched: WatchedPage;

  beforeAll(async () => {
    server = await openTestServer({ BELLWETHER_INIT_EMAIL: '', BELLWETHER_INIT_PASSWORD: '' });
    watched = await openPage(browser, server);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test('is told at the door where the link is', async () => {
    const { page } = watched;
    const open = async (): Promise<void> => {
      await page.goto('/');
      await page.getByText('Nobody owns this server yet').waitFor();
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  test('makes the account with the link that the start printed', async () => {
    const { page } = watched;
    const link = () => /http:\/\/\S+\/sign-up\?token=\S+/.exec(server.output())?.[0];
    await until(() => link() !== undefined, 'the link');
    const { pathname, search } = new URL(link() ?? '');
    const open = async (): Promise<void> => {
      await page.goto(pathname + search);
      await page.getByLabel('Your name').fill('Ana');
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    await page.getByLabel('E-mail').fill(testOwner.email);
    await page.getByLabel('Password', { exact: true }).fill(testOwner.password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('heading', { name: 'Send your first event' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/start');
    await page.getByText(testOwner.writeKey, { exact: true }).first().waitFor();
  });

  test('finds Home with the one thing to do', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Home' }).click();
    const open = async (): Promise<void> => {
      await page.reload();
      await page.getByText('Waiting for your first event').waitFor();
    };
    expect(await breachesInBothThemes(page, open)).toEqual([]);
    expect(new URL(page.url()).pathname).toBe('/');
  });

  test('picks a way to send by keyboard, and the address keeps it', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Get started' }).click();
    await page.getByRole('tab', { name: 'curl' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.getByText('Keep the Segment library that you have').waitFor();
    await page.waitForURL('**/start?with=segment');
    await page.reload();
    await page.getByText('Keep the Segment library that you have').waitFor();
  });

  test('sees the first event arrive, and goes on to a board that shows it', async () => {
    const { page, troubles } = watched;
    await page.getByText('Waiting for your first event').waitFor();
    let sentAt = 0;
    const seenAt = await whenSeen(page, 'Your event has arrived', async () => {
      sentAt = Date.now();
      await send(server, { name: 'signed_up', user: 'ana', properties: { plan: 'pro' } });
    });
    console.log(`the first event was on the page ${seenAt - sentAt} ms after it was sent`);
    await page.getByRole('link', { name: 'See it on Home' }).click();
    await page.getByRole('article', { name: 'Top events' }).getByText('signed_up').waitFor();
    expect(troubles).toEqual([]);
  });
});
