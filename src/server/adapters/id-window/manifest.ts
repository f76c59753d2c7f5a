/** The list of the runs that make up the window, replaced as a whole so that a crash leaves the old or the new one. */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** secret of the hash, two 32-bit words; keys of another seed mean nothing */
  seed: z.tuple([z.int(), z.int()]),
  /** the number that the next run file gets */
  nextRun: z.int(),
  /** run files, newest first */
  fresh: z.array(z.string()),
  middle: z.string().nullable(),
  /** a former middle run that is being spread over the parts */
  spreading: z.string().nullable(),
  parts: z.array(z.string().nullable()),
  slots: z.array(z.strictObject({ slot: z.int(), startMs: z.number(), ids: z.int() })),
});

/** What is written down about the window. */
export type Manifest = z.output<typeof manifestSchema>;

const fileName = 'window.json';

/** The manifest in `folder`, or null where there is none yet. @throws where it cannot be understood */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`the id window in ${folder} cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Replaces the manifest in `folder`, durably. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const draft = join(folder, `${fileName}.draft`);
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(manifest));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(folder, fileName));
  await syncFolder(folder);
}

/** Makes new, renamed and removed names in `folder` durable. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
