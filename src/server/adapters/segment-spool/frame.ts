/** The bytes of one spool entry inside a segment: a checked header, then its meta data, id keys and rows. */
import { crc32 } from 'node:zlib';
import type { SpoolEntry, SpoolTable, Tally } from '../../ports/spool.ts';

/** Size of the header: magic, body length, meta length, checksum of the body, checksum of the header itself. */
export const frameHeaderBytes = 20;

/** Opens every frame; holds bytes that no JSON text can hold, so that rows cannot pretend to be a frame. */
export const frameMagic = Buffer.from([0xb5, 0x46, 0x52, 0x01]);

/** All of an entry but its keys and its rows' bytes. */
export interface FrameMeta {
  workspaceId: string;
  source: string;
  tally: Tally;
  rows: { table: SpoolTable; month: number; count: number; sizeBytes: number }[];
  keys: number;
  hours: number[];
  receivedMs: number;
}

/** A frame as it lies in memory: `payload` holds the keys (8 bytes each), then the rows of `meta.rows` in order. */
export interface Frame {
  meta: FrameMeta;
  payload: Buffer;
}

/** An entry with its meta data already encoded, so that its size is known. */
export interface PreparedFrame {
  entry: SpoolEntry;
  meta: FrameMeta;
  metaBytes: Buffer;
  sizeBytes: number;
}

/** `entry`, ready to be encoded. */
export function prepareFrame(entry: SpoolEntry): PreparedFrame {
  const meta: FrameMeta = {
    workspaceId: entry.workspaceId,
    source: entry.source,
    tally: entry.tally,
    rows: entry.rows.map(({ table, month, count, bytes }) => ({ table, month, count, sizeBytes: bytes.byteLength })),
    keys: entry.keys.length,
    hours: entry.hours,
    receivedMs: entry.receivedMs,
  };
  const metaBytes = Buffer.from(JSON.stringify(meta));
  const rowBytes = entry.rows.reduce((sum, rows) => sum + rows.bytes.byteLength, 0);
  return { entry, meta, metaBytes, sizeBytes: frameHeaderBytes + metaBytes.length + entry.keys.byteLength + rowBytes };
}

/** The frame, once its bytes stand in `target` from `offset` on. */
export function encodeFrame(target: Buffer, offset: number, { entry, meta, metaBytes, sizeBytes }: PreparedFrame): Frame {
  const bodyStart = offset + frameHeaderBytes;
  const payloadStart = bodyStart + metaBytes.length;
  const end = offset + sizeBytes;
  target.set(metaBytes, bodyStart);
  target.set(new Uint8Array(entry.keys.buffer, entry.keys.byteOffset, entry.keys.byteLength), payloadStart);
  let position = payloadStart + entry.keys.byteLength;
  for (const rows of entry.rows) {
    target.set(rows.bytes, position);
    position += rows.bytes.byteLength;
  }
  target.set(frameMagic, offset);
  target.writeUInt32LE(sizeBytes - frameHeaderBytes, offset + 4);
  target.writeUInt32LE(metaBytes.length, offset + 8);
  target.writeUInt32LE(crc32(target.subarray(bodyStart, end)), offset + 12);
  target.writeUInt32LE(crc32(target.subarray(offset, offset + 16)), offset + 16);
  return { meta, payload: target.subarray(payloadStart, end) };
}

/** The frame that starts at `offset` and the offset behind it, or null where no whole and sound frame starts. */
export function maybeFrame(bytes: Buffer, offset: number): { frame: Frame; end: number } | null {
  const bodyStart = offset + frameHeaderBytes;
  if (bodyStart > bytes.length || bytes.compare(frameMagic, 0, 4, offset, offset + 4) !== 0) return null;
  if (crc32(bytes.subarray(offset, offset + 16)) !== bytes.readUInt32LE(offset + 16)) return null;
  const end = bodyStart + bytes.readUInt32LE(offset + 4);
  const payloadStart = bodyStart + bytes.readUInt32LE(offset + 8);
  if (end > bytes.length || payloadStart > end) return null;
  if (crc32(bytes.subarray(bodyStart, end)) !== bytes.readUInt32LE(offset + 12)) return null;
  const meta = JSON.parse(bytes.toString('utf8', bodyStart, payloadStart)) as FrameMeta;
  return { frame: { meta, payload: bytes.subarray(payloadStart, end) }, end };
}

/** The sound frames of a segment and the stretches `[from, to)` between them that hold none. */
export function scanFrames(bytes: Buffer, start: number): { frames: Frame[]; damage: { from: number; to: number }[]; soundBytes: number } {
  const frames: Frame[] = [];
  const damage: { from: number; to: number }[] = [];
  let offset = start;
  let soundBytes = start;
  while (offset < bytes.length) {
    const found = maybeFrame(bytes, offset);
    if (found) {
      frames.push(found.frame);
      soundBytes = offset = found.end;
    } else {
      const from = offset;
      offset = nextFrameOffset(bytes, offset + 1);
      damage.push({ from, to: offset });
    }
  }
  return { frames, damage, soundBytes };
}

function nextFrameOffset(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(frameMagic, from); at >= 0; at = bytes.indexOf(frameMagic, at + 1)) {
    if (maybeFrame(bytes, at)) return at;
  }
  return bytes.length;
}

/** The id keys of a frame. */
export function frameKeys({ meta, payload }: Frame): BigUint64Array {
  const keys = new BigUint64Array(meta.keys);
  new Uint8Array(keys.buffer).set(payload.subarray(0, keys.byteLength));
  return keys;
}
