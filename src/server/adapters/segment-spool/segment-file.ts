/** One segment file on disk: made, appended to durably, cut back after a failure, read, removed. */
import { type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { RandomBytes } from '../../ports/clock.ts';

/** Bytes before the first frame: magic, format, time of making, checksum. */
export const segmentHeaderBytes = 24;

const magic = Buffer.from('BWSEGMNT');
const format = 1;
const extension = '.segment';
const namePattern = /^(\d{12})-[0-9a-f]{8}\.segment$/;

/** The two calls whose failures decide what is kept; tests let them fail half-way. */
export interface SegmentIo {
  write(handle: FileHandle, bytes: Buffer, offset: number, position: number): Promise<number>;
  sync(handle: FileHandle): Promise<void>;
}

/** The calls of the operating system. */
export const systemIo: SegmentIo = {
  write: async (handle, bytes, offset, position) => (await handle.write(bytes, offset, bytes.length - offset, position)).bytesWritten,
  sync: (handle) => handle.datasync(),
};

/** A segment that is being written. `soundBytes` is how much of it is durable. */
export interface SegmentFile {
  id: string;
  sequence: number;
  handle: FileHandle;
  soundBytes: number;
}

/** The folder of the segments, held open so that its entries can be synced. */
export interface SegmentFolder {
  path: string;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The folder at `path`, which exists. */
export async function openSegmentFolder(path: string): Promise<SegmentFolder> {
  const handle = await open(path, 'r');
  return { path, sync: () => handle.sync(), close: () => handle.close() };
}

/** The segments in `folder`, oldest first. */
export async function listSegments(folder: SegmentFolder): Promise<{ id: string; sequence: number }[]> {
  const names = (await readdir(folder.path)).filter((name) => namePattern.test(name)).sort();
  return names.map((name) => ({ id: name.slice(0, -extension.length), sequence: Number(name.slice(0, 12)) }));
}

/** Where a segment lies. */
export function segmentPath(folder: SegmentFolder, id: string): string {
  return join(folder.path, id + extension);
}

/** A new, empty and durable segment. Its id ends with chance, so that a copied folder does not give an id a second time. */
export async function createSegment(
  folder: SegmentFolder,
  sequence: number,
  nowMs: number,
  random: RandomBytes,
  io: SegmentIo,
): Promise<SegmentFile> {
  const id = `${String(sequence).padStart(12, '0')}-${Buffer.from(random(4)).toString('hex')}`;
  const handle = await open(segmentPath(folder, id), 'wx');
  const file: SegmentFile = { id, sequence, handle, soundBytes: 0 };
  try {
    await appendDurably(file, segmentHeader(nowMs), io);
    await folder.sync();
    return file;
  } catch (error) {
    await handle.close();
    await unlink(segmentPath(folder, id));
    throw error;
  }
}

function segmentHeader(nowMs: number): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes);
  header.set(magic, 0);
  header.writeUInt32LE(format, 8);
  header.writeDoubleLE(nowMs, 12);
  header.writeUInt32LE(crc32(header.subarray(0, 20)), 20);
  return header;
}

/** Where frames may start in `bytes`: behind the header, or 0 where the header is not whole. @throws on a format not known here */
export function framesStart(bytes: Buffer): number {
  const isWhole =
    bytes.length >= segmentHeaderBytes && bytes.indexOf(magic) === 0 && crc32(bytes.subarray(0, 20)) === bytes.readUInt32LE(20);
  if (!isWhole) return 0;
  const found = bytes.readUInt32LE(8);
  if (found !== format) throw new Error(`a spool segment has format ${found}; this version reads format ${format} only`);
  return segmentHeaderBytes;
}

/** Writes all of `bytes` behind what is sound and syncs. On failure `soundBytes` stays and {@link cutSegment} is due. */
export async function appendDurably(file: SegmentFile, bytes: Buffer, io: SegmentIo): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const count = await io.write(file.handle, bytes, written, file.soundBytes + written);
    if (count === 0) throw Object.assign(new Error('the system wrote nothing'), { code: 'ENOSPC' });
    written += count;
  }
  await io.sync(file.handle);
  file.soundBytes += bytes.length;
}

/** Removes what a failed append left behind the sound bytes, so that a restart cannot find it. */
export async function cutSegment(file: SegmentFile, io: SegmentIo): Promise<void> {
  await file.handle.truncate(file.soundBytes);
  await io.sync(file.handle);
}

/** All bytes of a segment. */
export function readSegment(folder: SegmentFolder, id: string): Promise<Buffer> {
  return readFile(segmentPath(folder, id));
}

/** Cuts a segment that nobody has open to `sizeBytes`, durably. */
export async function truncateSegment(folder: SegmentFolder, id: string, sizeBytes: number): Promise<void> {
  const handle = await open(segmentPath(folder, id), 'r+');
  try {
    await handle.truncate(sizeBytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Deletes a segment, durably; no error where it is gone already. */
export async function deleteSegment(folder: SegmentFolder, id: string): Promise<void> {
  try {
    await unlink(segmentPath(folder, id));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await folder.sync();
}
