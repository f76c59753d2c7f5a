/** Tests of what is done to streams of bytes on their way to and from the engine. */
import { expect, test } from 'vitest';
import { withoutExceptionTail } from './exception-tail.ts';
import { lineBlocks } from './line-blocks.ts';

async function* pieces(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function read(source: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return Buffer.concat(all).toString();
}

const error = '\r\n__exception__\r\nTAG\r\nCode: 395. DB::Exception: no. (X)\n35 TAG\r\n__exception__\r\n';

test('an answer without an error passes unchanged', async () => {
  const text = 'row\n'.repeat(20_000);
  expect(await read(withoutExceptionTail(pieces(text, 1_000), 'TAG'))).toBe(text);
  expect(await read(withoutExceptionTail(pieces(text, 1_000), null))).toBe(text);
  expect(await read(withoutExceptionTail(pieces('', 1), 'TAG'))).toBe('');
});

test('an error at the end is thrown and not read as rows, however it is cut', async () => {
  for (const size of [1, 7, 64, 100_000]) {
    const seen: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of withoutExceptionTail(pieces(`a\nb\n${error}`, size), 'TAG')) seen.push(piece);
    })();
    await expect(reading).rejects.toThrow(/^Code: 395\. DB::Exception: no\. \(X\)$/);
    expect(Buffer.concat(seen).toString()).toBe('a\nb\n');
  }
});

test('blocks end with a row, and at the same places however the bytes arrive', async () => {
  const text = Array.from({ length: 200 }, (_, i) => `{"row":"${'x'.repeat((i * 37) % 50)}"}\n`).join('');
  const cut = async (size: number) => {
    const blocks: string[] = [];
    for await (const block of lineBlocks(pieces(text, size), 'JSONEachRow', 500)) blocks.push(Buffer.concat(block).toString());
    return blocks;
  };
  const blocks = await cut(64);
  expect(blocks.join('')).toBe(text);
  expect(blocks.length).toBeGreaterThan(5);
  for (const block of blocks) expect(block.endsWith('\n')).toBe(true);
  for (const size of [1, 499, 500, 501, 100_000]) expect(await cut(size)).toEqual(blocks);
});

test('rows that cannot be told apart are one block', async () => {
  const blocks: string[] = [];
  for await (const block of lineBlocks(pieces('a\n'.repeat(1000), 10), 'Native', 100)) blocks.push(Buffer.concat(block).toString());
  expect(blocks).toEqual(['a\n'.repeat(1000)]);
});
