/** What admins do in Settings, in a real browser on a real server: inviting, roles, keys, the audit log, incidents. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessibilityBreaches } from '../fixtures/accessibility.ts';
import { openAppBrowser, openOwnerPage, openPage, type WatchedPage } from '../fixtures/open-page.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { seedShop } from '../fixtures/seed-shop.ts';
import { until } from '../fixtures/until.ts';

const opened = await openAppBrowser();
const why = typeof opened === 'string' ? opened : '';
const password = 'correct horse battery staple';

describe.skipIf(why !== '')(`settings${why && `, skipped: ${why}`}`, () => {
  const browser = opened as Browser;
  let server: TestServer;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    server = await openTestServer();
    await seedShop(server, 300);
    await until(
      async () => JSON.stringify(await server.json('/api/analytics/catalog')).includes('"DE"'),
      'the catalog to know the countries',
    );
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

  test('somebody is invited by a link, accepts it, and stands among the people', async () => {
    await page.goto('/settings/people');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ana@example.com');
    await page.getByLabel('Role').selectOption('analyst');
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const link = (await page.getByRole('group', { name: 'Invitation link' }).locator('code').textContent()) ?? '';
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('button', { name: 'Withdraw the invitation for ana@example.com' }).waitFor();

    const guest = await openPage(browser, server);
    const { pathname, hash } = new URL(link);
    await guest.page.goto(`${pathname}${hash}`);
    await guest.page.getByLabel('Your name').fill('Ana Lopez');
    await guest.page.getByLabel('Password', { exact: true }).fill(password);
    await guest.page.getByRole('button', { name: /Join|Make the account|Accept/ }).click();
    await guest.page.getByRole('link', { name: 'Home' }).first().waitFor();
    await guest.page.goto('/settings/people');
    await guest.page.getByText('Your role does not allow this').waitFor();
    await guest.page.context().close();

    await page.reload();
    const row = page.getByRole('row', { name: /Ana Lopez/ });
    await row.getByText('Analyst').waitFor();
    expect(await page.getByRole('button', { name: /^Withdraw/ }).count()).toBe(0);
    expect(watched.troubles).toEqual([]);
  });

  test('a role with a row filter is made, looked at, and left again', async () => {
    await page.goto('/settings/roles/new');
    await page.getByLabel('Name', { exact: true }).fill('Berlin');
    const matrix = page.getByRole('grid', { name: 'Permissions' });
    await matrix.getByLabel('events: read', { exact: true }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    expect(await matrix.getByLabel('datasets: read').isChecked()).toBe(true);
    await matrix.getByLabel('All of dashboards').click();
    expect(await matrix.getByLabel('dashboards: share').isChecked()).toBe(true);
    await page.getByRole('button', { name: '+ filter' }).click();
    const fields = page.getByRole('combobox', { name: 'Filter by which field' });
    // Whoever types before the list stands where it belongs is scrolled to where it stood for an instant.
    await expect.poll(async () => (await fields.boundingBox())?.y ?? 0).toBeGreaterThan(100);
    await page.keyboard.type('country');
    await page
      .getByRole('option', { name: /country/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /^DE/ }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /^country is DE/ }).waitFor();
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.waitForURL(/\/settings\/roles\/role_/);
    await page.getByText('Nobody has it yet.').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);

    await matrix.getByLabel('sql: run').check();
    await page.getByText('Changed: 1 permission given.').waitFor();
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();

    await page.getByRole('button', { name: 'See as this role' }).click();
    await page.getByText('You see what the role Berlin sees').waitFor();
    const seen = await page.evaluate(async () => {
      const as = new URLSearchParams(location.search).get('as') ?? '';
      const query = { kind: 'breakdown', metrics: [{ aggregate: 'count' }], by: ['properties.country'], range: { last: '30d' } };
      const csrf = ((await (await fetch('/api/session')).json()) as { csrf: string }).csrf;
      const answer = await fetch('/api/analytics/query', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'bellwether-see-as': as, 'bellwether-csrf': csrf },
        body: JSON.stringify(query),
      });
      return ((await answer.json()) as { rows: [string, number][] }).rows.map(([country]) => country);
    });
    expect(seen).toEqual(['DE']);
    await page.getByRole('button', { name: 'Back to your own view' }).click();
    await until(async () => (await page.getByText('You see what the role').count()) === 0, 'the banner to be gone');
    expect(watched.troubles).toEqual([]);
  });

  test('a key is made, works as its line says, and is refused once revoked', async () => {
    await page.goto('/settings/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('API key').check();
    await page.getByLabel('Name', { exact: true }).fill('Notebook');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const secret = (await page.getByRole('group', { name: 'API key' }).locator('code').textContent()) ?? '';
    expect(await page.getByRole('group', { name: 'A line for a terminal' }).textContent()).toContain(secret);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    const ask = (): Promise<Response> => fetch(`${server.url}/api/analytics/catalog`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await ask()).status).toBe(200);
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Actions for Notebook' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await page.getByRole('button', { name: /Show revoked and ended keys \(1\)/ }).waitFor();
    expect((await ask()).status).toBe(401);
    expect(watched.troubles).toEqual([]);
  });

  test('the audit log tells of all that, is searched by its address, and verifies', async () => {
    await page.goto('/settings/audit?q=createKey');
    await page
      .getByRole('button', { name: /made a key/ })
      .first()
      .click();
    await page.getByText('Raw entry').first().waitFor();
    await page.waitForURL(/open=\d+/);
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.reload();
    await page.getByText('Raw entry').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByRole('heading', { name: /entries are as they were written/ }).waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^CSV/ }).click();
    expect((await download).suggestedFilename()).toBe('audit.csv');
    await page.goto('/settings/audit?outcome=failed&q=nothing-like-this');
    await page.getByText('No entry matches').waitFor();
    expect(watched.troubles).toEqual([]);
  });

  test('what the watch finds opens as an incident by its address, and is acknowledged', async () => {
    const made = await server.json<{ secret: string }>('/api/admin/keys', {
      method: 'POST',
      body: JSON.stringify({ kind: 'api', name: 'Prober', scopes: ['ask'] }),
    });
    for (let tries = 0; tries < 30; tries++)
      await fetch(`${server.url}/api/admin/people`, { headers: { authorization: `Bearer ${made.secret}` } });
    const incidents = (): Promise<{ incidents: { id: string }[] }> => server.json('/api/analytics/incidents');
    await until(async () => (await incidents()).incidents.length > 0, 'an incident');
    const id = (await incidents()).incidents[0]?.id ?? '';
    await page.goto(`/settings/security?incident=${id}`);
    await page.getByRole('region', { name: 'Timeline' }).getByText('opened the incident').waitFor();
    expect(await accessibilityBreaches(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Note' }).fill('A test of ours.');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('region', { name: 'Timeline' }).getByText('A test of ours.').waitFor();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page
      .getByText(/taken back/)
      .first()
      .waitFor();
    expect(watched.troubles).toEqual([]);
  });
});
