/** The spool keeps what it acknowledged and nothing else: group sync, sealing, limits, full disks. */
import { cp } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { closeSpools, drainSpool, openTestSpool, rowsOf, spoolEntry, spoolFolder } from '../../../../test/fixtures/open-spool.ts';
import { type SegmentIo, systemIo } from './segment-file.ts';

afterEach(closeSpools);

const diskFull = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

describe('a segment spool', () => {
  it('groups rows by table and month, and adds up tallies, cells and watermarks', async () => {
    const { spool, told } = await openTestSpool(await spoolFolder());
    const first = spoolEntry(1, { tally: { received: 4, duplicates: 1, rejected: { NOT_JSON: 2 } } });
    await Promise.all([
      spool.append(first),
      spool.append(
        spoolEntry(2, { rows: [...spoolEntry(2).rows, { table: 'traits', month: 202611, count: 1, bytes: Buffer.from('{"n":20}\n') }] }),
      ),
      spool.append(spoolEntry(30, { rows: [{ table: 'events', month: 202610, count: 1, bytes: Buffer.from('{"n":30}\n') }] })),
      spool.append(spoolEntry(4, { workspaceId: 'v', source: 'segment' })),
    ]);
    await spool.seal();
    const segment = (await spool.next())!;
    expect(segment.rows.map(({ table, month, from, to }) => [table, month, from, to])).toEqual([
      ['events', 202611, 0, 3],
      ['traits', 202611, 0, 1],
      ['events', 202610, 0, 1],
    ]);
    expect(rowsOf(segment)).toEqual([1, 2, 4, 20, 30]);
    expect(segment.tallies).toEqual([
      { workspaceId: 'w', source: 'http', tally: { received: 6, duplicates: 1, rejected: { NOT_JSON: 2 } }, events: 3 },
      { workspaceId: 'v', source: 'segment', tally: { received: 1, duplicates: 0, rejected: {} }, events: 1 },
    ]);
    expect(segment.cells).toEqual([
      { workspaceId: 'w', tables: ['events', 'traits'], hours: [0, 3] },
      { workspaceId: 'v', tables: ['events'], hours: [0] },
    ]);
    expect(segment.watermarks).toEqual([
      { workspaceId: 'w', receivedMs: 1_030 },
      { workspaceId: 'v', receivedMs: 1_004 },
    ]);
    expect([...segment.keys]).toEqual(told.settled);
    expect(spool.state()).toMatchObject({ segments: 1, pendingEvents: 4, oldestPendingMs: 1_001, isFull: false, quarantined: 0 });
    await spool.remove(segment.id);
    expect(spool.state()).toMatchObject({ segments: 0, pendingEvents: 0, pendingBytes: 0, oldestPendingMs: null });
    expect(spool.pendingTallies()).toEqual([]);
  });

  it('syncs many entries at once and acknowledges none before', async () => {
    let syncs = 0;
    let durable = 0;
    const io: SegmentIo = {
      ...systemIo,
      sync: async (handle) => {
        await systemIo.sync(handle);
        syncs++;
      },
    };
    const { spool } = await openTestSpool(await spoolFolder(), { io });
    const before = syncs;
    const append = async (n: number): Promise<void> => {
      await spool.append(spoolEntry(n));
      durable++;
      expect(syncs).toBeGreaterThan(before);
    };
    await Promise.all(Array.from({ length: 500 }, (_, n) => append(n)));
    expect(durable).toBe(500);
    expect(syncs - before).toBeLessThan(10);
    expect(await drainSpool(spool)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('seals by itself: by rows, and by age', async () => {
    const rule = { rows: 3, sizeBytes: 1e9, busyMs: 20, quietMs: 40, busyRowsPerSecond: 100 };
    const { spool } = await openTestSpool(await spoolFolder(), { rule });
    await Promise.all([1, 2, 3].map((n) => spool.append(spoolEntry(n))));
    expect(rowsOf((await spool.next())!)).toEqual([1, 2, 3]);
    await spool.append(spoolEntry(4));
    const first = (await spool.next())!;
    const second = (await spool.next({ after: first.id }))!;
    expect(rowsOf(second)).toEqual([4]);
    expect(second.id > first.id).toBe(true);
  });

  it('seals by size only while the committer is behind', async () => {
    const rule = { rows: 3, sizeBytes: 1e9, busyMs: 0, quietMs: 0, busyRowsPerSecond: 100 };
    const { spool } = await openTestSpool(await spoolFolder(), { rule });
    for (let n = 0; n < 8; n++) await spool.append(spoolEntry(n));
    const sizes: number[] = [];
    while (spool.state().segments > 0) {
      const segment = (await spool.next())!;
      sizes.push(rowsOf(segment).length);
      await spool.remove(segment.id);
    }
    expect(sizes.slice(2, -1).every((size) => size === 3)).toBe(true);
    expect(sizes.reduce((a, b) => a + b)).toBe(8);
  });

  it('offers after a restart what was pending, under the same ids and ranges, and never gives an id twice', async () => {
    const folder = await spoolFolder();
    const first = await openTestSpool(folder);
    await first.spool.append(spoolEntry(1));
    await first.spool.seal();
    await first.spool.append(spoolEntry(2));
    const { id, rows } = (await first.spool.next())!;
    await first.spool.close();
    const second = await openTestSpool(folder);
    const again = (await second.spool.next())!;
    expect([again.id, again.rows.map(({ from, to }) => [from, to])]).toEqual([id, rows.map(({ from, to }) => [from, to])]);
    expect(second.told.recovered).toEqual(first.told.settled);
    const ids = new Set([id]);
    expect(await drainSpool(second.spool)).toEqual([1, 2]);
    await second.spool.close();
    const third = await openTestSpool(folder);
    await third.spool.append(spoolEntry(3));
    await third.spool.seal();
    const last = (await third.spool.next())!;
    expect(ids.has(last.id)).toBe(false);
    expect(last.id > id).toBe(true);
    expect(rowsOf(last)).toEqual([3]);
  });

  it('reads segments back from disk beyond its bound of memory', async () => {
    const { spool } = await openTestSpool(await spoolFolder(), { maxResidentBytes: 1_000 });
    for (let n = 0; n < 12; n++) {
      await spool.append(spoolEntry(n));
      await spool.seal();
    }
    expect(await drainSpool(spool)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  it('refuses with SPOOL_FULL above its limit and takes again once there is room', async () => {
    const { spool, told } = await openTestSpool(await spoolFolder(), { maxBytes: 900 });
    await spool.append(spoolEntry(1));
    await spool.append(spoolEntry(2));
    const refused = spoolEntry(3);
    await expect(spool.append({ ...refused, rows: [{ ...refused.rows[0]!, bytes: Buffer.alloc(600, 10) }] })).rejects.toMatchObject({
      code: 'SPOOL_FULL',
      isRetryable: true,
    });
    expect(told.released).toEqual([...refused.keys]);
    expect(await drainSpool(spool)).toEqual([1, 2]);
    await spool.append(spoolEntry(4));
    expect(await drainSpool(spool)).toEqual([4]);
  });

  it('refuses with STOPPING after close', async () => {
    const { spool } = await openTestSpool(await spoolFolder());
    const waiting = spool.next();
    await spool.close();
    expect(await waiting).toBeNull();
    await expect(spool.append(spoolEntry(1))).rejects.toMatchObject({ code: 'STOPPING' });
  });

  it('stops waiting for a segment when told to', async () => {
    const { spool } = await openTestSpool(await spoolFolder());
    const stop = new AbortController();
    const waiting = spool.next({ signal: stop.signal });
    stop.abort();
    expect(await waiting).toBeNull();
  });
});

describe('a failing disk', () => {
  it('fails the group and everything queued behind it, keeps nothing of them, and goes on', async () => {
    const folder = await spoolFolder();
    let isFull = false;
    const io: SegmentIo = {
      ...systemIo,
      async write(handle, bytes, offset, position) {
        if (!isFull) return systemIo.write(handle, bytes, offset, position);
        if (offset > 0) throw diskFull();
        return (await handle.write(bytes, 0, Math.ceil(bytes.length * 0.9), position)).bytesWritten;
      },
    };
    const { spool, told } = await openTestSpool(folder, { io });
    await spool.append(spoolEntry(1));
    isFull = true;
    const inGroup = [spoolEntry(2), spoolEntry(3)];
    const behind = spoolEntry(4);
    const failing = inGroup.map((one) => spool.append(one));
    await new Promise((resolve) => setImmediate(resolve));
    failing.push(spool.append(behind));
    for (const one of failing) await expect(one).rejects.toMatchObject({ code: 'DISK_FULL', isRetryable: true });
    expect(told.released).toEqual([...inGroup[0]!.keys, ...inGroup[1]!.keys, ...behind.keys]);
    const copy = await spoolFolder();
    await cp(folder, copy, { recursive: true });
    expect(await drainSpool((await openTestSpool(copy)).spool)).toEqual([1]);
    isFull = false;
    await spool.append(spoolEntry(5));
    expect(await drainSpool(spool)).toEqual([1, 5]);
  });

  it('writes nothing behind failed bytes until they are cut off', async () => {
    const folder = await spoolFolder();
    let failSyncs = 0;
    const io: SegmentIo = {
      ...systemIo,
      sync: async (handle) => {
        if (failSyncs-- > 0) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
        await systemIo.sync(handle);
      },
    };
    const { spool } = await openTestSpool(folder, { io });
    await spool.append(spoolEntry(1));
    failSyncs = 3;
    await expect(spool.append(spoolEntry(2))).rejects.toMatchObject({ code: 'INTERNAL', isRetryable: true });
    await expect(spool.append(spoolEntry(3))).rejects.toMatchObject({ code: 'INTERNAL' });
    await spool.append(spoolEntry(4));
    expect(await drainSpool(spool)).toEqual([1, 4]);
  });

  it('goes on in the same segment while no other can be made', async () => {
    const folder = await spoolFolder();
    let isFull = false;
    const io: SegmentIo = {
      ...systemIo,
      write: async (handle, bytes, offset, position) => {
        if (isFull && position === 0) throw diskFull();
        return systemIo.write(handle, bytes, offset, position);
      },
    };
    const { spool } = await openTestSpool(folder, { io, clock: { now: () => 0 } });
    await spool.append(spoolEntry(1));
    await spool.seal();
    isFull = true;
    await spool.append(spoolEntry(2));
    await spool.seal();
    await spool.append(spoolEntry(3));
    await spool.seal();
    await spool.append(spoolEntry(4));
    expect(spool.state().pendingEvents).toBe(4);
    isFull = false;
    expect(await drainSpool(spool)).toEqual([1, 2, 3, 4]);
  });

  it('writes the rest when the system took a part only', async () => {
    const io: SegmentIo = {
      ...systemIo,
      write: async (handle, bytes, offset, position) =>
        (await handle.write(bytes, offset, Math.min(7, bytes.length - offset), position)).bytesWritten,
    };
    const folder = await spoolFolder();
    const { spool } = await openTestSpool(folder, { io });
    await Promise.all([1, 2, 3].map((n) => spool.append(spoolEntry(n))));
    await spool.close();
    expect(await drainSpool((await openTestSpool(folder)).spool)).toEqual([1, 2, 3]);
  });
});
