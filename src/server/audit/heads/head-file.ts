/** The file outside of the catalog that heads are appended to, so that who bends the catalog has to bend that too. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HeadDocument } from '../../../shared/contract/audit.ts';

/** Appends `heads` to `file`, a line each, and resolves when they are on disk. The file is opened anew each time: it may be moved away. */
export async function appendHeads(file: string, heads: readonly HeadDocument[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(heads.map((head) => `${JSON.stringify(head)}\n`).join(''));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
