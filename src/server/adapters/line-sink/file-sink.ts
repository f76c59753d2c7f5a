/** Lines at the end of a file, synced. */
import { open } from 'node:fs/promises';
import type { LineSink } from '../../ports/line-sink.ts';

/** A sink that appends to `file`. The file is opened for each write, so that it may be moved away at any time. */
export function fileSink(file: string): LineSink {
  return {
    settleMs: 0,
    connect: async () => ({
      write: (lines) => appendSynced(file, lines),
      broken: () => null,
      close: () => Promise.resolve(),
    }),
  };
}

async function appendSynced(file: string, lines: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(lines);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
