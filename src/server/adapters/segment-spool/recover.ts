/** What is found in the spool folder at start: whole segments, a torn tail to cut, damage to set aside. */
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../ports/log.ts';
import { type Frame, scanFrames } from './frame.ts';
import {
  framesStart,
  listSegments,
  readSegment,
  type SegmentFolder,
  segmentHeaderBytes,
  segmentPath,
  truncateSegment,
} from './segment-file.ts';

/** A segment found at start. */
export interface FoundSegment {
  id: string;
  frames: Frame[];
  sizeBytes: number;
  /** stretches that were set aside */
  quarantined: number;
}

/**
 * Calls `found` for each segment in order and resolves to the highest sequence in use. A damaged end of the newest
 * segment was never acknowledged and is cut; any other damage is copied to `quarantine/` and logged.
 */
export async function recoverSegments(folder: SegmentFolder, log: Log, found: (segment: FoundSegment) => void): Promise<number> {
  const segments = await listSegments(folder);
  const newestId = await newestWritten(folder, segments);
  for (const { id } of segments) found(await recoverSegment(folder, id, id === newestId, log));
  return segments.at(-1)?.sequence ?? 0;
}

/** The last segment that something was written to: the only one that a crash can have torn. */
async function newestWritten(folder: SegmentFolder, segments: readonly { id: string }[]): Promise<string | null> {
  for (const { id } of segments.toReversed()) {
    if ((await stat(segmentPath(folder, id))).size > segmentHeaderBytes) return id;
  }
  return null;
}

async function recoverSegment(folder: SegmentFolder, id: string, isNewest: boolean, log: Log): Promise<FoundSegment> {
  const bytes = await readSegment(folder, id);
  const { frames, damage, soundBytes } = scanFrames(bytes, framesStart(bytes));
  const tail = damage.at(-1);
  const isTorn = tail !== undefined && tail.to === bytes.length && (isNewest || bytes.length <= segmentHeaderBytes);
  if (isTorn) {
    damage.pop();
    await truncateSegment(folder, id, soundBytes);
    log.warn({ segment: id, cutBytes: bytes.length - soundBytes }, 'spool: cut an unfinished write that nobody was told of');
  }
  await quarantine(folder, id, bytes, damage, log);
  return { id, frames, sizeBytes: isTorn ? soundBytes : bytes.length, quarantined: damage.length };
}

/** The sound frames of a segment that is read back; damage is set aside. A file that is gone has none and counts as damage. */
export async function readBack(folder: SegmentFolder, id: string, log: Log): Promise<{ frames: Frame[]; quarantined: number }> {
  let bytes: Buffer;
  try {
    bytes = await readSegment(folder, id);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    log.error({ segment: id }, 'spool: a segment file was removed by somebody else; its acknowledged events are lost');
    return { frames: [], quarantined: 1 };
  }
  const { frames, damage } = scanFrames(bytes, framesStart(bytes));
  await quarantine(folder, id, bytes, damage, log);
  return { frames, quarantined: damage.length };
}

/** Copies damaged stretches to `quarantine/<segment>-<offset>.bytes`; the same stretch gets the same name again. */
async function quarantine(
  folder: SegmentFolder,
  id: string,
  bytes: Buffer,
  damage: readonly { from: number; to: number }[],
  log: Log,
): Promise<void> {
  if (damage.length === 0) return;
  const place = join(folder.path, 'quarantine');
  await mkdir(place, { recursive: true });
  for (const { from, to } of damage) {
    const path = join(place, `${id}-${from}.bytes`);
    const handle = await open(path, 'w');
    try {
      await handle.writeFile(bytes.subarray(from, to));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    log.error(
      { segment: id, from, to, copy: path },
      'spool: acknowledged bytes are damaged on disk; they were set aside and the rest goes on',
    );
  }
}
