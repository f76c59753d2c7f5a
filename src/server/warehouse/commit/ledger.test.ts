/** The ledger counts a segment once, on both catalogs, and leaves out of the pending what is counted already. */
import { afterEach, expect, it } from 'vitest';
import { describeOnEachCatalog } from '../../../../test/fixtures/each-catalog.ts';
import type { Catalog } from '../../catalog/schema.ts';
import type { PendingTally, SealedSegment } from '../../ports/spool.ts';
import { CommitLedger } from './ledger.ts';
import { openWatermarks } from './watermark.ts';

const catalogs: Catalog[] = [];
afterEach(async () => {
  for (const catalog of catalogs.splice(0)) await catalog.close();
});

function segmentOf(id: string, receivedMs: number, tallies: SealedSegment['tallies']): SealedSegment {
  const workspaces = [...new Set(tallies.map(({ workspaceId }) => workspaceId))];
  const watermarks = workspaces.map((workspaceId) => ({ workspaceId, receivedMs }));
  return { id, rows: [], tallies, cells: [], watermarks, keys: new BigUint64Array(0), sizeBytes: 0 };
}

const tallyOf = (
  workspaceId: string,
  source: string,
  received: number,
  rejected: Record<string, number> = {},
): SealedSegment['tallies'][number] => {
  const lost = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  return { workspaceId, source, tally: { received, duplicates: 1, rejected }, events: received - 1 - lost };
};

const pendingOf = (segmentId: string, tally: SealedSegment['tallies'][number]): PendingTally => ({ segmentId, ...tally });

describeOnEachCatalog('the ledger', (place) => {
  async function open(): Promise<Catalog> {
    const catalog = await (await place()).open();
    catalogs.push(catalog);
    return catalog;
  }

  it('adds segments up by workspace, source and reason, each once', async () => {
    const ledger = new CommitLedger(await open(), 'node');
    const first = segmentOf('001', 5, [tallyOf('w', 'http', 10, { NOT_JSON: 2 }), tallyOf('w', 'segment', 5), tallyOf('v', 'http', 3)]);
    await ledger.record(first, [{ workspaceId: 'w', source: 'http' }], 1);
    await ledger.record(first, [], 2);
    await ledger.record(segmentOf('002', 6, [tallyOf('w', 'http', 20, { NOT_JSON: 1, TIME_INVALID: 3 })]), [], 3);
    const nothing = { pendingTallies: () => [] };
    expect(await ledger.read('w', nothing)).toEqual({
      received: 35,
      accepted: 25,
      stored: 25,
      rejected: 7,
      duplicates: 3,
      pending: 0,
      bySource: [
        {
          source: 'http',
          received: 30,
          accepted: 21,
          stored: 21,
          rejected: 7,
          duplicates: 2,
          pending: 0,
          rejectedByReason: { NOT_JSON: 3, TIME_INVALID: 3, WAREHOUSE_REFUSED: 1 },
        },
        { source: 'segment', received: 5, accepted: 4, stored: 4, rejected: 0, duplicates: 1, pending: 0, rejectedByReason: {} },
      ],
    });
    expect(await ledger.read('nobody', nothing)).toMatchObject({ received: 0, bySource: [] });
  });

  it('adds what is pending, but not what was counted before the spool removed it', async () => {
    const ledger = new CommitLedger(await open(), 'node');
    await ledger.record(segmentOf('001', 5, [tallyOf('w', 'http', 10)]), [], 1);
    const pendingTallies = () => [
      pendingOf('001', tallyOf('w', 'http', 10)),
      pendingOf('002', tallyOf('w', 'http', 4, { NOT_JSON: 1 })),
      pendingOf('002', tallyOf('v', 'http', 9)),
    ];
    expect(await ledger.read('w', { pendingTallies })).toMatchObject({
      received: 14,
      accepted: 11,
      stored: 9,
      pending: 2,
      rejected: 1,
      duplicates: 2,
    });
  });

  it('remembers which segments are counted, until long after', async () => {
    const ledger = new CommitLedger(await open(), 'node');
    for (const id of ['001', '002', '003']) await ledger.record(segmentOf(id, 5, [tallyOf('w', 'http', 2)]), [], 1_000);
    await new CommitLedger(catalogs[0]!, 'other').prune('999', 10_000_000);
    await ledger.prune('003', 2_000);
    expect(await ledger.committedIds()).toEqual(new Set(['001', '002', '003']));
    await ledger.prune('003', 10_000_000);
    expect(await ledger.committedIds()).toEqual(new Set(['003']));
  });

  it('moves watermarks on and never back', async () => {
    const catalog = await open();
    const ledger = new CommitLedger(catalog, 'node');
    for (const [id, receivedMs] of [
      ['001', 50],
      ['002', 40],
      ['003', 60],
    ] as const)
      await ledger.record(segmentOf(id, receivedMs, [tallyOf('w', 'http', 2)]), [], 1);
    const watermarks = await openWatermarks(catalog.db);
    expect(watermarks.watermarkMs('w')).toBe(60);
    expect(watermarks.watermarkMs('nobody')).toBeNull();
    watermarks.move({ workspaceId: 'w', dataset: 'events', watermarkMs: 55 });
    expect(watermarks.watermarkMs('w')).toBe(60);
    watermarks.move({ workspaceId: 'w', dataset: 'events', watermarkMs: 70 });
    expect(watermarks.watermarkMs('w')).toBe(70);
  });
});
