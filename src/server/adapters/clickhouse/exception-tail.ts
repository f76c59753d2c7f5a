/** Finds the error that a ClickHouse server writes at the end of a streamed answer. */

/** Most bytes that such an error takes, with its tags; servers cut the text at 16 KiB. */
const maxTailBytes = 24 * 1024;

/**
 * The bytes of `source`, without an error block at the end.
 * @throws Error with the engine's text, if there was such a block
 */
export async function* withoutExceptionTail(
  source: AsyncIterable<Uint8Array>,
  tag: string | null,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (tag === null) return yield* source;
  const opening = Buffer.from(`\r\n__exception__\r\n${tag}\r\n`);
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    const all = held.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength) : Buffer.concat([held, piece]);
    const ready = Math.max(0, all.length - maxTailBytes);
    if (ready > 0) yield all.subarray(0, ready);
    held = all.subarray(ready);
  }
  const at = held.indexOf(opening);
  if (at > 0) yield held.subarray(0, at);
  else if (at < 0 && held.length > 0) yield held;
  if (at >= 0) throw new Error(held.toString('utf8', at + opening.length).replace(/\n\d+ \S+\r\n__exception__\r\n$/, ''));
}
