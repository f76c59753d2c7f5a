/** Entry of the command line: gives the commands the real streams, clock and environment. */
import { commands } from './commands.ts';
import { runCommandLine } from './run.ts';
import { createTerminal } from './terminal/terminal.ts';

const stopping = new AbortController();
let firstStopAt = 0;

/** The first signal lets the command end in order; one that comes a second later ends the process. */
function stop(): void {
  if (!stopping.signal.aborted) {
    firstStopAt = Date.now();
    stopping.abort(new Error('interrupted'));
  } else if (Date.now() - firstStopAt > 1000) {
    process.exit(130);
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

const terminal = createTerminal(process, Date.now);
const code = await runCommandLine(commands, process.argv.slice(2), { terminal, env: process.env, now: Date.now, signal: stopping.signal });
// Waits for what is printed, and for nothing else that might keep the process.
process.stdout.write('', () => process.exit(code));
