/** The history of live windows, read from a real warehouse. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { findLiveWorkspaces, readWorkspaceHistory, type HistoryScope } from './live-windows.ts';

const nowMs = Date.UTC(2026, 4, 4, 12, 0, 0);
const second = nowMs / 1000;
const scope: HistoryScope = { nowMs, receivedBeforeMs: nowMs, lateMs: 300_000, names: 2, sums: 3, latest: 3 };
let store: TestWarehouse;

interface Row {
  workspace?: string;
  name?: string;
  agoMs: number;
  lateMs?: number;
  user?: string;
  anonymous?: string;
  import_id?: string;
  /** as the ingest writes them: every number with a decimal point */
  properties?: string;
}

beforeAll(async () => {
  store = await openTestWarehouse();
  const rows: Row[] = [
    { agoMs: 1_000, user: 'u1', properties: '{"amount":10.0,"plan":"pro","nested":{"n":5.0}}' },
    { agoMs: 1_500, user: 'u1', properties: '{"amount":2.5,"items":3.0}' },
    { agoMs: 61_000, anonymous: 'a1', name: 'click' },
    { agoMs: 61_000, user: 'u2', name: 'click', properties: '{"odd`key":4.0}' },
    { agoMs: 1_900_000, user: 'gone', name: 'rare' },
    { agoMs: 3_700_000, user: 'too old' },
    { agoMs: 2_000, user: 'imported', import_id: 'i1' },
    { agoMs: 400_000, lateMs: 350_000, user: 'late' },
    { agoMs: -2_000, lateMs: -1_500, user: 'after the start', name: 'new' },
    { workspace: 'other', agoMs: 100_000, user: 'x' },
    { workspace: 'asleep', agoMs: 30 * 24 * 3_600_000, user: 'x' },
  ];
  for (const [i, row] of rows.entries()) {
    const { agoMs, lateMs = 10, properties = '{}', ...fields } = row;
    const time = nowMs - agoMs;
    const defaults = { workspace: 'w', name: 'view', id: `e${i}`, user: '', anonymous: '', session: '', source: 'http', import_id: '' };
    const line = JSON.stringify({ ...defaults, ...fields, time, received: time + lateMs }).replace('{', `{"properties":${properties},`);
    await store.warehouse.insert({ table: 'events', token: `test:${i}`, bytes: [Buffer.from(`${line}\n`)] });
  }
});
afterAll(() => store.close());

describe('the history of live windows', () => {
  test('finds the workspaces that got events lately, the busiest first', async () => {
    expect(await findLiveWorkspaces(store.warehouse, scope)).toEqual(['w', 'other']);
  });

  test('counts what is neither imported, nor late, nor received by this process', async () => {
    const { totals, names, users } = await readWorkspaceHistory(store.warehouse, 'w', scope);
    expect(totals.sort((a, b) => a.second - b.second)).toEqual([
      { second: second - 1_900, count: 1 },
      { second: second - 61, count: 2 },
      { second: second - 2, count: 1 },
      { second: second - 1, count: 1 },
    ]);
    expect(names.map(({ name, second: at, count }) => `${name} ${second - at} ${count}`).sort()).toEqual([
      'click 61 2',
      'view 1 1',
      'view 2 1',
    ]);
    expect(users.sort((a, b) => (a.user < b.user ? -1 : 1))).toEqual([
      { user: 'a1', second: second - 61 },
      { user: 'u1', second: second - 1 },
      { user: 'u2', second: second - 61 },
    ]);
  });

  test('sums numbers of the first level in slots of five seconds, whatever their key', async () => {
    const { sums } = await readWorkspaceHistory(store.warehouse, 'w', scope);
    expect(sums.sort((a, b) => (a.property < b.property ? -1 : 1))).toEqual([
      { name: 'view', property: 'amount', second: second - 5, sum: 12.5 },
      { name: 'view', property: 'items', second: second - 5, sum: 3 },
      { name: 'click', property: 'odd`key', second: second - 65, sum: 4 },
    ]);
  });

  test('brings the newest events, newest last, from further back where the hour has too few', async () => {
    const { latest } = await readWorkspaceHistory(store.warehouse, 'w', scope);
    expect(latest.map((event) => [event.user, event.timeMs - nowMs])).toEqual([
      ['', -61_000],
      ['u1', -1_500],
      ['u1', -1_000],
    ]);
    expect(latest.at(-1)?.properties).toEqual({ amount: 10, plan: 'pro', nested: { n: 5 } });
    const { latest: all } = await readWorkspaceHistory(store.warehouse, 'w', { ...scope, latest: 50 });
    expect(all.map((event) => event.user)).toContain('too old');
  });
});
