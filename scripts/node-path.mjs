/** Finds the Node that runs the server: the one that came with the install on Linux, else the running one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The oldest Node major version that runs TypeScript as it is and has the SQLite that we use. */
export const nodeMajor = 24;

/** Path of a Node >= 24, or null where there is none. */
export function nodePath() {
  const installed = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (process.platform === 'linux' && existsSync(installed)) return installed;
  return Number(process.versions.node.split('.')[0]) >= nodeMajor ? process.execPath : null;
}

/** One line that says why this machine cannot run Bellwether and what to do, or null where it can. */
export function unsupportedReason() {
  const elsewhere = 'Use Docker (see deploy/docker) or, on Windows, WSL.';
  if (process.platform === 'linux') {
    if (process.arch !== 'x64' && process.arch !== 'arm64') return `Bellwether does not run on Linux ${process.arch}. ${elsewhere}`;
    const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
    return isGlibc ? null : `Bellwether needs Linux with glibc; this one has another C library. ${elsewhere}`;
  }
  if (process.platform === 'darwin') {
    const isNew = Number(process.versions.node.split('.')[0]) >= nodeMajor;
    return isNew
      ? null
      : `Bellwether needs Node ${nodeMajor} or newer on macOS; this is ${process.versions.node}. Install it, or use Docker (see deploy/docker).`;
  }
  return `Bellwether does not run on ${process.platform}. ${elsewhere}`;
}
