/** Cuts a stream of rows into blocks that are inserted one by one. */

/** Bytes after which a block ends with the row it is in. */
const blockBytes = 16 * 1024 * 1024;
/** Formats with one row a line: a newline inside a value is escaped, so every newline ends a row. */
const lineFormats = new Set(['JSONEachRow', 'JSONCompactEachRow', 'TabSeparated', 'TSV']);

/**
 * Blocks of whole rows in line formats; one block with everything in other formats, whose rows cannot be told apart here.
 * Where a block ends follows from the bytes alone and not from how they arrive, so that a repeated stream repeats its blocks.
 */
export async function* lineBlocks(
  source: AsyncIterable<Uint8Array>,
  format: string,
  limit = blockBytes,
): AsyncGenerator<Uint8Array[], void, undefined> {
  let block: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    let rest = piece;
    while (lineFormats.has(format) && size + rest.byteLength >= limit) {
      const newline = rest.indexOf(0x0a, Math.max(0, limit - size - 1));
      if (newline < 0) break;
      yield [...block, rest.subarray(0, newline + 1)];
      rest = rest.subarray(newline + 1);
      block = [];
      size = 0;
    }
    if (rest.byteLength > 0) block.push(rest);
    size += rest.byteLength;
  }
  if (size > 0) yield block;
}
