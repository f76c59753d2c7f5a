/** The secret of an installation: given by configuration, or made once and kept in the data folder. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../ports/clock.ts';
import { makeToken } from './random-text.ts';

/** `configured`, or the secret of the folder, which is made (readable by its owner alone) when there is none. */
export async function keepSecret(configured: string | null, dataFolder: string, randomBytes: RandomBytes): Promise<string> {
  if (configured !== null) return configured;
  const file = join(dataFolder, 'secret');
  await mkdir(dataFolder, { recursive: true });
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim().length >= 32) return kept.trim();
  const secret = makeToken(randomBytes) + makeToken(randomBytes);
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return secret;
}
