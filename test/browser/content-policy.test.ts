/** The content policy in a real browser: no page breaks it, and what somebody might slip into a page does not run. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAppBrowser, openOwnerPage, openPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';

describe.skipIf(why !== '')(`the content policy${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Opens `path` and waits until a heading stands on it. */
  const visit = async ({ page }: WatchedPage, path: string): Promise<void> => {
    await page.goto(path);
    await page.getByRole('heading').first().waitFor();
  };

  test('is broken by no page, signed in or not', async () => {
    const owner = await openOwnerPage(browser, server);
    await visit(owner, '/');
    const links = await owner.page.locator('nav a[href^="/"]').evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? '/'));
    expect(links.length).toBeGreaterThan(2);
    for (const path of new Set([...links, '/no-such-page', '/api/docs'])) await visit(owner, path);
    expect(owner.troubles).toEqual([]);
    const stranger = await openPage(browser, server);
    for (const path of ['/', '/sign-up?token=none', '/explore']) await visit(stranger, path);
    expect(stranger.troubles).toEqual([]);
  });

  test('refuses what is slipped into a page, and the watch of these tests sees it', async () => {
    const watched = await openOwnerPage(browser, server);
    await visit(watched, '/');
    const slip = (page: Page) =>
      page.evaluate(() => {
        const done: string[] = [];
        const note = (name: string, work: () => void): void => {
          try {
            work();
            done.push(name);
          } catch {
            // refused by Trusted Types
          }
        };
        Object.assign(globalThis, { ran: [] });
        note('script', () => {
          const script = document.createElement('script');
          script.append("globalThis.ran.push('script')");
          document.body.append(script);
        });
        note('markup', () => {
          document.createElement('div').innerHTML = '<img src="x" onerror="globalThis.ran.push(\'markup\')">';
        });
        note('attribute', () => {
          const button = document.createElement('button');
          button.setAttribute('onclick', "globalThis.ran.push('attribute')");
          document.body.append(button);
          button.click();
        });
        note('style', () => {
          const style = document.createElement('style');
          style.append('body { background: rgb(1, 2, 3) }');
          document.head.append(style);
        });
        note('elsewhere', () => void fetch('https://elsewhere.example/').catch(() => undefined));
        return done;
      });
    await slip(watched.page);
    await until(() => Promise.resolve(watched.troubles.some((line) => line.includes('connect-src'))), 'the last breach to be seen', 5_000);
    expect(await watched.page.evaluate('globalThis.ran')).toEqual([]);
    expect(await watched.page.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe('rgb(1, 2, 3)');
    const seen = watched.troubles.join('\n');
    for (const what of ['Element innerHTML', 'Element onclick']) expect(seen).toContain(`trusted-types-sink ${what}`);
    for (const directive of ['style-src-elem', 'connect-src']) expect(seen).toContain(`content policy: ${directive}`);
  });

  test('lets no other page put one into a frame', async () => {
    const { page } = await openPage(browser, server);
    for (const path of ['/', '/api/docs', '/api/session']) {
      await page.setContent(`<iframe src="${server.url}${path}"></iframe>`);
      const frame = () => page.frames()[1];
      await until(() => Promise.resolve(frame()?.url().startsWith('chrome-error:') === true), `${path} to be refused`, 5_000);
    }
  });
});
