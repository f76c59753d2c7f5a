#!/usr/bin/env node
/** `bellwether <command>`: finds the right Node and hands over to the command line in src/cli. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, root, unsupportedReason } from '../scripts/node-path.mjs';

function stop(message) {
  process.stderr.write(`bellwether: ${message}\n`);
  process.exit(1);
}

const reason = unsupportedReason();
if (reason !== null) stop(reason);
if (!existsSync(join(root, 'node_modules', '.bellwether-install')) && !existsSync(join(root, 'node_modules', 'fastify'))) {
  const done = spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs'), 'check'], { stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(1);
}
const node = nodePath();
if (node === null) stop('The Node that comes with the install is missing. Run "npm start" once, or delete node_modules and try again.');

const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
child.on('error', (error) => stop(`Node could not be started: ${error.message}`));
