/** Dashboards on both catalogs, and what the holder of an embed token may see of them. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dashboardBody, type DashboardBody } from '../../src/shared/contract/dashboards.ts';
import { querySchema, type Query, type QueryInput } from '../../src/shared/model/query.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { createDashboards, type Dashboards } from '../../src/server/dashboard/dashboards.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { principalFor } from '../fixtures/principals.ts';

const trend: QueryInput = {
  kind: 'trend',
  metrics: [{ aggregate: 'count' }],
  where: [{ field: 'name', is: ['purchase'] }],
  range: { last: '7d' },
};
const total: QueryInput = { kind: 'total', metrics: [{ aggregate: 'unique', of: 'user' }] };
const table: QueryInput = { kind: 'table', limit: 10 };

const document = (name: string, queries: Record<string, QueryInput> = {}): DashboardBody =>
  dashboardBody.parse({ name, panels: Object.entries(queries).map(([id, query]) => ({ id, query })) });
const parsed = (query: QueryInput): Query => querySchema.parse(query);

describeOnEachCatalog('dashboards', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let dashboards: Dashboards;
  let nowMs: number;
  const onCatalog = (on: Catalog): Dashboards => createDashboards({ db: on.db, clock: { now: () => nowMs }, randomBytes });
  const viewer = principalFor('person', 'ws_1', 'p', ['ask']);
  const embed = (limits: Principal['embed'], workspaceId = 'ws_1'): Principal =>
    principalFor('embed', workspaceId, 'embed:1', ['events:read', 'dashboards:read'], { embed: limits! });

  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  afterAll(() => catalog.close());
  beforeEach(async () => {
    nowMs = Date.parse('2026-03-01T12:00:00Z');
    await catalog.db.deleteFrom('workspaces').execute();
    for (const id of ['ws_1', 'ws_2'])
      await catalog.db.insertInto('workspaces').values({ id, name: id, created_at: 0, settings: '{}' }).execute();
    dashboards = onCatalog(catalog);
  });

  test('are made, read, replaced by whoever read them last, and deleted', async () => {
    const made = await dashboards.create('ws_1', document('Sales', { p1: trend }));
    expect(made).toMatchObject({
      name: 'Sales',
      description: '',
      version: 1,
      createdMs: nowMs,
      panels: [{ id: 'p1', query: parsed(trend) }],
    });
    expect(await dashboards.read(viewer, made.id)).toEqual(made);
    nowMs += 1_000;
    const changed = await dashboards.replace('ws_1', made.id, 1, document('Revenue', { p1: trend, p2: total }));
    expect(changed).toMatchObject({ name: 'Revenue', version: 2, createdMs: made.createdMs, updatedMs: nowMs });
    await expect(dashboards.replace('ws_1', made.id, 1, document('Late'))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await dashboards.read(viewer, made.id)).toEqual(changed);
    expect((await dashboards.replace('ws_1', made.id, null, document('Whatever'))).version).toBe(3);
    await dashboards.remove('ws_1', made.id);
    await expect(dashboards.read(viewer, made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(dashboards.remove('ws_1', made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('of two that replace one at once, one is told so', async () => {
    const { id } = await dashboards.create('ws_1', document('Sales'));
    const both = await Promise.allSettled(['A', 'B'].map((name) => dashboards.replace('ws_1', id, 1, document(name))));
    expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await dashboards.read(viewer, id)).version).toBe(2);
  });

  test('are listed by name, a page at a time, in their workspace alone', async () => {
    for (const name of ['beta', 'Alpha', 'gamma', 'Alpha', 'delta']) await dashboards.create('ws_1', document(name));
    const foreign = await dashboards.create('ws_2', document('Foreign', { p1: trend }));
    const names: string[] = [];
    for (let cursor: string | null = null, pages = 0; pages < 5; pages++) {
      const page: Awaited<ReturnType<Dashboards['list']>> = await dashboards.list('ws_1', 2, cursor);
      names.push(...page.dashboards.map((each) => each.name));
      cursor = page.next;
      if (cursor === null) break;
    }
    expect(names).toEqual(['Alpha', 'Alpha', 'beta', 'delta', 'gamma']);
    for (const cursor of ['nonsense', Buffer.from('[1,2]').toString('base64url'), Buffer.from('{}').toString('base64url')])
      await expect(dashboards.list('ws_1', 2, cursor)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(dashboards.read(viewer, foreign.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(dashboards.replace('ws_1', foreign.id, null, document('Mine'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(dashboards.remove('ws_1', foreign.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that are too large, or have a panel twice, are not taken', async () => {
    const values = Array.from({ length: 400 }, (_, i) => `${i}`.padEnd(100, 'x'));
    const where = [{ field: 'name', is: values }];
    const large = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, { ...total, where }]));
    await expect(dashboards.create('ws_1', document('Large', large))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    const twice = { name: 'Twice', panels: [1, 2].map(() => ({ id: 'p1', query: total })) };
    expect(dashboardBody.safeParse(twice).success).toBe(false);
  });

  describe('the holder of an embed token', () => {
    const mayAsk = (principal: Principal, query: QueryInput): Promise<boolean> =>
      dashboards.assertMayAsk(principal, parsed(query)).then(
        () => true,
        (error: { code?: string }) => {
          if (error.code !== 'FORBIDDEN') throw error;
          return false;
        },
      );

    test('sees the dashboards and panels of the token, and nothing else', async () => {
      const board = await dashboards.create('ws_1', document('Board', { p1: trend, p2: total }));
      const other = await dashboards.create('ws_1', document('Other', { p1: table }));
      const foreign = await dashboards.create('ws_2', document('Foreign', { p1: table }));
      const panelsOf = async (limits: Principal['embed'], id: string) =>
        (await dashboards.read(embed(limits), id)).panels.map((each) => each.id);
      expect(await panelsOf({ dashboards: [board.id], panels: null }, board.id)).toEqual(['p1', 'p2']);
      expect(await panelsOf({ dashboards: [board.id], panels: ['p2'] }, board.id)).toEqual(['p2']);
      expect(await panelsOf({ dashboards: [board.id], panels: ['none'] }, board.id)).toEqual([]);
      await expect(panelsOf({ dashboards: [board.id], panels: null }, other.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(panelsOf({ dashboards: [foreign.id], panels: null }, foreign.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const limited = embed({ dashboards: [board.id, foreign.id], panels: ['p2'] });
      expect(await Promise.all([trend, total, table].map((query) => mayAsk(limited, query)))).toEqual([false, true, false]);
      const ofTheirs = embed({ dashboards: [board.id], panels: null }, 'ws_2');
      expect(await mayAsk(ofTheirs, trend)).toBe(false);
    });

    test('asks what a panel asks to the letter, however it is written, and not a hair more', async () => {
      const { id } = await dashboards.create('ws_1', document('Board', { p1: trend }));
      const principal = embed({ dashboards: [id], panels: null });
      expect(await mayAsk(principal, { ...trend, timezone: 'UTC', dataset: 'events', by: [] })).toBe(true);
      expect(
        await mayAsk(principal, {
          range: { last: '7d' },
          where: [{ is: ['purchase'], field: 'name' }],
          metrics: [{ aggregate: 'count' }],
          kind: 'trend',
        }),
      ).toBe(true);
      for (const more of [
        { where: [] },
        { where: [{ field: 'name', is: ['purchase', 'refund'] }] },
        { where: [{ field: 'name', is: ['purchase'] }, { not: { field: 'user', is: ['x'] } }] },
        { by: ['user'] },
        { metrics: [{ aggregate: 'count' as const }, { aggregate: 'unique' as const, of: 'user' }] },
        { range: { last: '8d' } },
        { timezone: 'Europe/Berlin' },
        { grain: 'hour' as const },
        { compare: 'previous' as const },
        { limit: 10 },
        { kind: 'total' as const },
        { approximate: true },
      ])
        expect([more, await mayAsk(principal, { ...trend, ...more })]).toEqual([more, false]);
    });

    test('is held to the panels as they are now: moved, changed and deleted ones count at once', async () => {
      const board = await dashboards.create('ws_1', document('Board', { p1: trend, p2: total }));
      const other = await dashboards.create('ws_1', document('Other'));
      const principal = embed({ dashboards: [board.id], panels: ['p1'] });
      const changes: string[] = [];
      dashboards.onChange((workspaceId) => changes.push(workspaceId));
      const may = () => Promise.all([trend, total, table].map((query) => mayAsk(principal, query)));
      expect(await may()).toEqual([true, false, false]);
      await dashboards.replace('ws_1', board.id, null, document('Board', { p1: table, p2: total }));
      expect(await may()).toEqual([false, false, true]);
      await dashboards.replace('ws_1', other.id, null, document('Other', { p1: table }));
      await dashboards.replace('ws_1', board.id, null, document('Board', { p2: trend }));
      expect(await may()).toEqual([false, false, false]);
      await dashboards.replace('ws_1', board.id, null, document('Board', { p1: trend }));
      expect(await may()).toEqual([true, false, false]);
      await dashboards.remove('ws_1', board.id);
      expect(await may()).toEqual([false, false, false]);
      expect(changes).toEqual(Array.from({ length: 5 }, () => 'ws_1'));
    });

    test('is held to a change on another node within a second', async () => {
      const { id } = await dashboards.create('ws_1', document('Board', { p1: trend }));
      const principal = embed({ dashboards: [id], panels: null });
      expect(await mayAsk(principal, trend)).toBe(true);
      const otherCatalog = await at.open();
      await onCatalog(otherCatalog).replace('ws_1', id, 1, document('Board', { p1: total }));
      await otherCatalog.close();
      nowMs += 1_000;
      expect([await mayAsk(principal, trend), await mayAsk(principal, total)]).toEqual([false, true]);
    });

    test('anybody else is not held to panels', async () => {
      await dashboards.assertMayAsk(viewer, parsed(table));
    });
  });
});
