/** Where a command reads and writes: results on stdout, everything said to a person on stderr. */
import { createProgress } from './progress.ts';
import type { Progress } from './progress.ts';

/** The standard streams as commands see them. */
export interface Terminal {
  /** true where stdout is a terminal: tables for people; false in a pipe: formats for programs */
  isTerminal: boolean;
  /** columns of the terminal */
  width: number;
  stdin: NodeJS.ReadableStream;
  /** result text to stdout, with backpressure left to the system */
  print(text: string): void;
  /** result bytes to stdout; resolves when the next may come. @throws EPIPE when the reader has gone */
  write(bytes: Uint8Array | string): Promise<void>;
  /** one line to stderr, above the progress bar */
  tell(line: string): void;
  progress: Progress;
}

/** The terminal over real streams. `now` paces the progress bar. */
export function createTerminal(
  streams: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  now: () => number,
): Terminal {
  const { stdin, stdout, stderr } = streams;
  const progress = createProgress({
    isShown: stderr.isTTY === true,
    width: stderr.columns ?? 80,
    write: (text) => void stderr.write(text),
    now,
  });
  let failure: Error | null = null;
  stdout.on('error', (error) => (failure = error));
  // whoever read the notes has gone; the work goes on
  stderr.on('error', () => undefined);
  return {
    isTerminal: stdout.isTTY === true,
    width: stdout.columns ?? 100,
    stdin,
    print: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== null) reject(failure);
        else stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    tell: (line) => {
      progress.clear();
      stderr.write(`${line}\n`);
    },
    progress,
  };
}
