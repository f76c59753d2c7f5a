/** Runs another program of the project with this Node, on the same terminal, and hands signals on. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The path of a file of the project. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Runs `file` with `words` to its end, and resolves to its exit code. When `signal` aborts it is asked to stop. */
export function runNode(
  file: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...words], { stdio: 'inherit', env: { ...env } });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code, name) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? (name === 'SIGINT' || name === 'SIGTERM' ? 0 : 1));
    });
  });
}
