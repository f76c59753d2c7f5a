/** Builds the tracker into dist/tracker: two small scripts without dependencies, with a gzip twin each. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = { 'tracker.js': 'tracker.ts', 'tracker-vitals.js': 'vitals.ts' };

/** Builds both scripts into `outFolder`; answers their sizes after gzip, bytes by file name. */
export async function buildTracker(outFolder) {
  const sizes = {};
  for (const [name, entry] of Object.entries(files)) {
    await build({
      configFile: false,
      logLevel: 'warn',
      root: folder,
      build: {
        outDir: outFolder,
        emptyOutDir: false,
        target: 'es2022',
        lib: { entry: join(folder, entry), formats: ['iife'], name: 'bellwetherTracker', fileName: () => name },
      },
    });
    const packed = gzipSync(readFileSync(join(outFolder, name)), { level: 9 });
    writeFileSync(join(outFolder, `${name}.gz`), packed);
    sizes[name] = packed.length;
  }
  return sizes;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildTracker(fileURLToPath(new URL('../../dist/tracker', import.meta.url)));
}
