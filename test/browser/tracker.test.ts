/** The tracker in a real browser: small, quiet when asked, and no event lost or doubled when the network goes or the page closes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildTracker } from '../../src/tracker/build.mjs';
import { openBrowser } from '../fixtures/open-browser.ts';
import { installIngest, type MemoryIngest } from '../fixtures/open-ingest-server.ts';
import { until } from '../fixtures/until.ts';

const opened = await openBrowser();
const why = typeof opened === 'string' ? opened : '';
let folder: string;
let sizes: Record<string, number>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-tracker-'));
  sizes = await buildTracker(folder);
});
afterAll(async () => {
  if (typeof opened !== 'string') await opened.close();
  await rm(folder, { recursive: true, force: true });
});

test('the snippet is under 3 kB, and its lazy part under 5', () => {
  expect(sizes['tracker.js']).toBeLessThan(3_000);
  expect(sizes['tracker-vitals.js']).toBeLessThan(5_000);
});

describe.skipIf(typeof opened === 'string')(`in a browser${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let app: FastifyInstance;
  let ingest: MemoryIngest;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  let isDown = false;

  beforeEach(async () => {
    isDown = false;
    app = fastify({ forceCloseConnections: true });
    app.addHook('onRequest', async (request, reply) => {
      if (isDown && request.method === 'POST') await reply.code(503).header('access-control-allow-origin', '*').send();
    });
    ingest = installIngest(app, Date.now);
    for (const name of ['tracker.js', 'tracker-vitals.js']) {
      const script = await readFile(join(folder, name));
      app.get(`/${name}`, (_request, reply) => reply.type('text/javascript').send(script));
    }
    // Another origin than the server's: the same one by another name.
    app.get('/shop/*', (request, reply) => {
      const { attributes = '' } = request.query as { attributes?: string };
      const early = `window.bellwether=[['track','early',{n:1}]]`;
      return reply
        .type('text/html')
        .send(
          `<!doctype html><title>Shop</title><script>${early}</script><script src="${origin}/tracker.js" data-key="wk_good" ${attributes}></script><h1>Shop</h1>`,
        );
    });
    const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    origin = address.origin;
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await app.close();
  });

  const open = (path: string, attributes = 'data-vitals="off"') =>
    page.goto(
      `http://localhost:${new URL(origin).port}/shop/${path}${path.includes('?') ? '&' : '?'}attributes=${encodeURIComponent(attributes)}`,
    );
  const names = (): unknown[] => ingest.spool.rows('events').map((row) => row['name']);
  const arrived = (...expected: string[]) =>
    until(() => expected.every((name) => names().includes(name)), `${expected.join(', ')}, not only ${names().join(', ')}`, 15_000);
  const call = (code: string) => page.evaluate(`window.bellwether.${code}`);

  test('page views, early calls, people and sessions arrive from another origin', async () => {
    await open('home?utm_source=mail');
    await call(`track('bought', { amount: 5 })`);
    await call(`identify('ana', { plan: 'team' })`);
    await call(`group('acme', { size: 3 })`);
    await page.evaluate(`history.pushState({}, '', '/shop/next')`);
    await until(() => names().length === 6, 'six events');
    const rows = ingest.spool.rows('events');
    expect(new Set(names())).toEqual(new Set(['page', 'early', 'bought', 'identify', 'group']));
    const [first, second] = rows.filter((row) => row['name'] === 'page');
    expect(first?.['properties']).toMatchObject({ path: '/shop/home', title: 'Shop', $utm_source: 'mail' });
    expect(second).toMatchObject({ user: 'ana', properties: { path: '/shop/next' } });
    expect(new Set(rows.map((row) => row['session'])).size).toBe(1);
    expect(new Set(rows.map((row) => row['anonymous'])).size).toBe(1);
    expect(ingest.spool.rows('traits').map((row) => row['kind'])).toEqual(['user', 'group']);
    expect(ingest.spool.rows('identity_links')).toMatchObject([{ alias: first?.['anonymous'], person: 'ana' }]);
    await call('reset()');
    await call(`track('after')`);
    await arrived('after');
    expect(ingest.spool.rows('events').at(-1)).toMatchObject({ user: '' });
    expect(ingest.spool.rows('events').at(-1)?.['anonymous']).not.toBe(first?.['anonymous']);
  });

  test('an event on the way out is not lost', async () => {
    await open('home');
    await page.evaluate(`window.addEventListener('pagehide', () => 0); window.bellwether.track('goodbye')`);
    await page.goto('about:blank');
    await arrived('goodbye');
  });

  test('what the server could not take is sent again by the next page, once', async () => {
    isDown = true;
    await open('home');
    await call(`track('offline')`);
    const refused = page.waitForResponse((response) => response.status() === 503);
    await refused;
    await page.goto('about:blank');
    isDown = false;
    await open('later');
    await arrived('offline');
    await call('flush()');
    expect(names().filter((name) => name === 'offline')).toHaveLength(1);
  });

  test('the network may go and come back', async () => {
    await open('home');
    await arrived('page');
    await context.setOffline(true);
    await call(`track('away')`);
    await context.setOffline(false);
    await arrived('away');
  });

  test('who asks not to be tracked is not', async () => {
    await context.addInitScript(`Object.defineProperty(navigator, 'doNotTrack', { value: '1' })`);
    await open('home', '');
    await call(`track('x')`);
    await call(`identify('ana')`);
    await call('flush()');
    expect(await page.evaluate('localStorage.length')).toBe(0);
    await page.goto('about:blank');
    expect(ingest.spool.entries).toEqual([]);
  });

  test('how the page loaded and its Web Vitals follow when asked for', async () => {
    await open('home', '');
    await arrived('page-load');
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.goto('about:blank');
    await arrived('web-vitals');
    const properties = (name: string) => ingest.spool.rows('events').find((row) => row['name'] === name)?.['properties'];
    expect(Object.keys(properties('page-load') as object)).toEqual(
      expect.arrayContaining(['dns', 'tcp', 'request', 'response', 'dom', 'load']),
    );
    expect(Object.keys(properties('web-vitals') as object)).toEqual(expect.arrayContaining(['ttfb', 'fcp']));
  });
});
