/** What npm runs before a script: installs what is missing, builds the web app if stale; quick and quiet when there is nothing to do. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, root, unsupportedReason } from './node-path.mjs';

const purpose = process.argv[2] ?? 'start';
const isBuildNeeded = purpose === 'start' || purpose === 'test';

function stop(message) {
  process.stderr.write(`bellwether: ${message}\n`);
  process.exit(1);
}

function hashOf(texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function installIfNeeded() {
  const stampFile = join(root, 'node_modules', '.bellwether-install');
  const wanted = hashOf([readFileSync(join(root, 'package-lock.json')), process.platform, process.arch]);
  if (readStamp(stampFile) === wanted) return;
  process.stdout.write('Installing packages (once, about a minute) ...\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const [command, before] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...before, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0)
    stop('The packages could not be installed (npm ci failed; its message is above). Mend that, then run the same command again.');
  writeFileSync(stampFile, wanted);
}

/** Paths, sizes and times of all that goes into the web app: a change of any of them makes the build stale. */
function* webSources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* webSources(path);
    else if (!/\.test\.tsx?$/.test(entry.name)) yield `${path.slice(root.length)} ${statSync(path).size} ${hashOf([readFileSync(path)])}`;
  }
}

function buildIfStale() {
  const sources = ['src/web', 'src/tracker', 'src/shared'].map((name) => join(root, name)).filter(existsSync);
  const configs = ['vite.config.ts', 'package-lock.json'].map((name) => readFileSync(join(root, name)));
  const stampFile = join(root, 'dist', '.bellwether-build');
  const wanted = hashOf([...sources.flatMap((folder) => [...webSources(folder)]), ...configs]);
  if (readStamp(stampFile) === wanted) return;
  process.stdout.write('Building the web app ...\n');
  const node = nodePath();
  if (node === null) stop('The Node that comes with the install is missing. Delete node_modules and run the same command again.');
  run(node, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], 'The web app could not be built.');
  run(node, [join(root, 'src', 'tracker', 'build.mjs')], 'The browser tracker could not be built.');
  run(node, [join(root, 'scripts', 'compress.mjs')], 'The web app could not be compressed.');
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampFile, wanted);
}

function run(command, args, complaint) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) stop(`${complaint} Its message is above.`);
}

const reason = unsupportedReason();
if (reason !== null) stop(reason);
installIfNeeded();
if (isBuildNeeded) buildIfStale();
