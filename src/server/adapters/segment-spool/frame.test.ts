/** Frames keep what was put in, and nothing that is not a whole frame is taken for one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpoolEntry } from '../../ports/spool.ts';
import { encodeFrame, frameKeys, prepareFrame, scanFrames } from './frame.ts';

function entry(text: string, keys: bigint[] = []): SpoolEntry {
  return {
    workspaceId: 'w',
    source: 'http',
    tally: { received: 1, duplicates: 0, rejected: {} },
    rows: [{ table: 'events', month: 202611, count: 1, bytes: Buffer.from(text + '\n') }],
    keys: BigUint64Array.from(keys),
    hours: [1],
    receivedMs: 5,
  };
}

function encodeAll(entries: SpoolEntry[]): Buffer {
  return Buffer.concat(
    entries.map((one) => {
      const prepared = prepareFrame(one);
      const bytes = Buffer.alloc(prepared.sizeBytes);
      encodeFrame(bytes, 0, prepared);
      return bytes;
    }),
  );
}

const texts = (frames: ReturnType<typeof scanFrames>['frames']): string[] =>
  frames.map(({ meta, payload }) => payload.toString('utf8', meta.keys * 8).trimEnd());

describe('frames', () => {
  it('give back meta data, keys and rows', () => {
    const { frames, damage, soundBytes } = scanFrames(encodeAll([entry('{"a":1}', [7n, 2n ** 64n - 1n]), entry('{"b":2}')]), 0);
    expect(texts(frames)).toEqual(['{"a":1}', '{"b":2}']);
    expect(frameKeys(frames[0]!)).toEqual(BigUint64Array.from([7n, 2n ** 64n - 1n]));
    expect(frames[1]!.meta).toEqual({
      workspaceId: 'w',
      source: 'http',
      tally: { received: 1, duplicates: 0, rejected: {} },
      rows: [{ table: 'events', month: 202611, count: 1, sizeBytes: 8 }],
      keys: 0,
      hours: [1],
      receivedMs: 5,
    });
    expect(damage).toEqual([]);
    expect(soundBytes).toBe(encodeAll([entry('{"a":1}', [7n, 8n]), entry('{"b":2}')]).length);
  });

  it('lose only what a flipped bit touches, and say which bytes', () => {
    const all = ['{"n":1}', '{"n":2}', '{"n":3}'].map((text) => entry(text));
    const size = encodeAll(all).length / 3;
    fc.assert(
      fc.property(fc.nat(size * 3 - 1), fc.nat(7), (at, bit) => {
        const bytes = encodeAll(all);
        bytes[at]! ^= 1 << bit;
        const hit = Math.floor(at / size);
        const { frames, damage } = scanFrames(bytes, 0);
        expect(texts(frames)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'].filter((_, i) => i !== hit));
        expect(damage).toEqual([{ from: hit * size, to: (hit + 1) * size }]);
      }),
    );
  });

  it('end where the bytes were torn off', () => {
    const bytes = encodeAll([entry('{"n":1}'), entry('{"n":2}')]);
    const size = bytes.length / 2;
    for (let length = size; length < bytes.length; length++) {
      const { frames, soundBytes } = scanFrames(bytes.subarray(0, length), 0);
      expect(texts(frames)).toEqual(['{"n":1}']);
      expect(soundBytes).toBe(size);
    }
  });
});
