/** The secrets of an installation: given by configuration, or made once and kept in the data folder, one a line, newest first. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../ports/clock.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { makeToken } from './random-text.ts';

const fewestCharacters = 32;

/** What configuration says of secrets. */
export interface ConfiguredSecrets {
  /** null: the one of the data folder */
  secret: string | null;
  /** older ones, only to open with */
  previousSecrets: readonly string[];
}

/** The secrets to work with; without a configured one those of the folder, where one is made (readable by its owner alone) when there is none. */
export async function keepSecrets(configured: ConfiguredSecrets, dataFolder: string, randomBytes: RandomBytes): Promise<Secrets> {
  const { secret, previousSecrets } = configured;
  if (secret !== null) return { secret, previousSecrets };
  const [newest, ...older] = await readKept(dataFolder);
  if (newest !== undefined) return { secret: newest, previousSecrets: [...older, ...previousSecrets] };
  const made = makeSecret(randomBytes);
  await writeKept(dataFolder, [made]);
  return { secret: made, previousSecrets };
}

/** How many secrets the data folder holds. */
export async function countKeptSecrets(dataFolder: string): Promise<number> {
  return (await readKept(dataFolder)).length;
}

/** Puts a new secret before those of the data folder; they stay, to open what they sealed. Resolves to how many there are now. */
export async function addSecret(dataFolder: string, randomBytes: RandomBytes): Promise<number> {
  const kept = [makeSecret(randomBytes), ...(await readKept(dataFolder))];
  await writeKept(dataFolder, kept);
  return kept.length;
}

/** Leaves only the newest secret in the data folder. Resolves to how many were dropped. */
export async function dropOlderSecrets(dataFolder: string): Promise<number> {
  const [newest, ...older] = await readKept(dataFolder);
  if (newest !== undefined && older.length > 0) await writeKept(dataFolder, [newest]);
  return older.length;
}

function makeSecret(randomBytes: RandomBytes): string {
  return makeToken(randomBytes) + makeToken(randomBytes);
}

async function readKept(dataFolder: string): Promise<string[]> {
  const text = await readFile(join(dataFolder, 'secret'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= fewestCharacters);
}

/** Writes all or nothing: a secret that is lost takes everything with it that it sealed. */
async function writeKept(dataFolder: string, secrets: readonly string[]): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, 'secret');
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(`${secrets.join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dataFolder);
  await folder.sync().finally(() => folder.close());
}
