/** Starts the server, restarted on change, and the web app with hot reload in front of it; `--gallery` opens the panel gallery alone. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './node-path.mjs';

const isGallery = process.argv.includes('--gallery');
const vite = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), ...(isGallery ? ['--open', '/gallery'] : [])];
const server = ['--disable-warning=ExperimentalWarning', '--watch-path=src/server', '--watch-path=src/shared', 'src/server/main.ts'];
const children = (isGallery ? [vite] : [server, vite]).map((args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }));

function stopAll() {
  for (const child of children) child.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stopAll);
for (const child of children) {
  child.on('exit', (code) => {
    stopAll();
    process.exitCode = code ?? 0;
  });
}
