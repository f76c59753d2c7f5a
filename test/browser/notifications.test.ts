/** The bell: what happened is told on an open page, read, and led to. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityBreaches } from '../fixtures/accessibility.ts';
import { openAppBrowser, openOwnerPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';
/** So many wrong passwords for one account are an incident. */
const tries = 10;

describe.skipIf(why !== '')(`the bell${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let watched: WatchedPage;

  beforeAll(async () => {
    server = await openTestServer({ BELLWETHER_RATE_LIMITS: 'sign-in=0,account=0,failure=0' });
    watched = await openOwnerPage(browser, server);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Somebody guesses at the owner's password. */
  const guess = (): Promise<Response> =>
    fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: testOwner.email, password: 'a guess that is wrong' }),
    });

  test('nothing has happened, and the list says so', async () => {
    const { page } = watched;
    await page.goto('/profile');
    await page.getByRole('button', { name: 'Notifications, none unread' }).click();
    await page.getByText('Nothing to tell').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor({ state: 'detached' });
  });

  test('wrong passwords become an incident: the bell counts it, the list tells it, a press leads to it and reads it', async () => {
    const { page, troubles } = watched;
    for (let n = 0; n < tries; n++) expect((await guess()).status).toBe(401);
    await page.getByRole('button', { name: 'Notifications, 1 unread one' }).waitFor();
    await page.getByRole('button', { name: /^Notifications/ }).focus();
    await page.keyboard.press('Enter');
    const note = page.getByRole('button', { name: /wrong passwords for one account/ });
    await note.waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await note.click();
    await page.waitForURL(/\/settings\/security\?.*incident=/);
    await page.getByRole('button', { name: 'Notifications, none unread' }).waitFor();
    expect(troubles).toEqual([]);
  });
});
