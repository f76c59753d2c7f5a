/** After a crash the spool finds what it acknowledged, cuts what it did not, and sets damage aside. */
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  closeSpools,
  drainSpool,
  newestWritten,
  openTestSpool,
  segmentNames,
  spoolEntry,
  spoolFolder,
} from '../../../../test/fixtures/open-spool.ts';
import { until } from '../../../../test/fixtures/until.ts';

afterEach(closeSpools);

describe('after a crash', () => {
  /** A folder as a killed process leaves it, with rows 1, 2 (sealed) and 3, 4. */
  async function crashedFolder(): Promise<string> {
    const folder = await spoolFolder();
    const { spool } = await openTestSpool(folder);
    await spool.append(spoolEntry(1));
    await spool.append(spoolEntry(2));
    await spool.seal();
    await spool.append(spoolEntry(3));
    await spool.append(spoolEntry(4));
    const copy = await spoolFolder();
    await cp(folder, copy, { recursive: true });
    return copy;
  }

  it('finds everything that was acknowledged', async () => {
    const { spool, told } = await openTestSpool(await crashedFolder());
    expect(spool.state()).toMatchObject({ segments: 2, pendingEvents: 4 });
    expect(told.recovered).toHaveLength(4);
    expect(await drainSpool(spool)).toEqual([1, 2, 3, 4]);
    expect(told.errors).toEqual([]);
  });

  it.each([1, 30, 200])('cuts a tail of %i torn or garbage bytes off the newest segment, and nothing else', async (count) => {
    const folder = await crashedFolder();
    const path = await newestWritten(folder);
    const bytes = await readFile(path);
    await writeFile(path, Buffer.concat([bytes, count === 30 ? bytes.subarray(24, 24 + count) : randomBytes(count)]));
    const { spool, told } = await openTestSpool(folder);
    expect((await stat(path)).size).toBe(bytes.length);
    expect(await drainSpool(spool)).toEqual([1, 2, 3, 4]);
    expect(told.errors).toEqual([]);
  });

  it('cuts the entry whose write the crash interrupted', async () => {
    const folder = await crashedFolder();
    const path = await newestWritten(folder);
    await truncate(path, (await stat(path)).size - 1);
    const { spool } = await openTestSpool(folder);
    expect(await drainSpool(spool)).toEqual([1, 2, 3]);
  });

  it('removes a segment whose making was interrupted', async () => {
    const folder = await crashedFolder();
    await writeFile(join(folder, '000000000099-00000000.segment'), 'BWSE');
    const { spool, told } = await openTestSpool(folder);
    expect(await drainSpool(spool)).toEqual([1, 2, 3, 4]);
    expect(told.errors).toEqual([]);
    expect((await segmentNames(folder)).some((name) => name.startsWith('000000000099'))).toBe(false);
    expect((await segmentNames(folder)).every((name) => name > '000000000099')).toBe(true);
  });

  it('sets damage inside a segment aside, says so, and goes on with the rest', async () => {
    const folder = await crashedFolder();
    const [oldest] = await segmentNames(folder);
    const path = join(folder, oldest!);
    const bytes = await readFile(path);
    bytes[60]! ^= 1;
    await writeFile(path, bytes);
    const { spool, told } = await openTestSpool(folder);
    expect(spool.state().quarantined).toBe(1);
    expect(told.errors).toEqual([expect.stringContaining('damaged on disk')]);
    const [copy] = await readdir(join(folder, 'quarantine'));
    expect(copy).toBe(`${oldest!.replace('.segment', '')}-24.bytes`);
    expect(await drainSpool(spool)).toEqual([2, 3, 4]);
  });

  it('sets damage aside that shows only when a segment is read back', async () => {
    const folder = await spoolFolder();
    const { spool, told } = await openTestSpool(folder, { maxResidentBytes: 0 });
    await spool.append(spoolEntry(1));
    await spool.append(spoolEntry(2));
    await spool.seal();
    const path = join(folder, (await segmentNames(folder))[0]!);
    const bytes = await readFile(path);
    bytes[60]! ^= 1;
    await writeFile(path, bytes);
    expect(await drainSpool(spool)).toEqual([2]);
    expect(spool.state().quarantined).toBe(1);
    expect(told.errors).toHaveLength(1);
  });

  it('refuses a segment of a later format instead of misreading it', async () => {
    const folder = await spoolFolder();
    const { spool } = await openTestSpool(folder);
    await spool.append(spoolEntry(1));
    await until(async () => (await segmentNames(folder)).length >= 2, 'the spare segment');
    await spool.close();
    const path = await newestWritten(folder);
    const bytes = await readFile(path);
    bytes.writeUInt32LE(2, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
    await writeFile(path, bytes);
    await expect(openTestSpool(folder)).rejects.toThrow('format 2');
  });
});
