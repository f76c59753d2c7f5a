/** The server as a process: reads the environment, starts, prints the address, stops cleanly on a signal. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { RunningServer } from './app.ts';
import { Problem } from '../shared/model/errors.ts';
import { ConfigError, readConfig, type Config } from './config.ts';

const usage = `Usage: npm start [-- --demo]

Starts Bellwether with what the environment says (docs/guides/configuration.md).
  --demo   beside your data, in DATA/demo, with simulated traffic
`;

/** A stop that takes longer than this is ended. */
const stopLimitMs = 25_000;

/** Signals within this time mean one stop. */
const sameWishMs = 1_000;

function configure(): Config {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word !== '--demo');
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  if (unknown !== undefined) throw new ConfigError(`The argument "${unknown}" is not known: allowed is --demo.`);
  const config = readConfig(process.env);
  if (!words.includes('--demo')) return config;
  return {
    ...config,
    dataFolder: join(config.dataFolder, 'demo'),
    isDemo: true,
    // What is simulated is kept apart from what is real.
    auditHeadsFile: null,
    auditStream: null,
    initial: { ...config.initial, workspaceName: 'Demo (simulated data)' },
  };
}

function announce(server: RunningServer): void {
  const lines = ['', `  Bellwether is ready at ${server.url}`];
  if (server.signUpUrl !== null) lines.push('', '  Sign up as the first owner (this link works once):', `  ${server.signUpUrl}`);
  if (server.isDemo) lines.push('', '  This is a demo: all its data is simulated.');
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Starts the simulator as a process beside the server; it ends with the server. The first start brings two weeks of history. */
function simulate(dataFolder: string, isFirst: boolean): void {
  const program = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
  const words = ['simulate', '--live', '--data', dataFolder, ...(isFirst ? ['--days', '14'] : [])];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.on('exit', () => child.kill());
}

/** Stops `starting`, once it has started, on the first signal; at once on another one after it. */
function stopOnSignal(starting: Promise<RunningServer>): void {
  let stoppingSinceMs: number | null = null;
  const stop = () => {
    if (stoppingSinceMs !== null) {
      // TRICKY: at Ctrl-C the terminal signals the whole group and npm 10 signals us once more: that is one wish, not two.
      if (performance.now() - stoppingSinceMs > sameWishMs) process.exit(1);
      return;
    }
    stoppingSinceMs = performance.now();
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`bellwether: the stop failed: ${String(error)}\n`);
          process.exit(1);
        },
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

/** One line for what the operator can mend; everything for what is ours. */
function complain(error: unknown): void {
  const line = error instanceof ConfigError || error instanceof Problem ? error.message : maybeListenTrouble(error);
  const trouble = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`bellwether: ${line ?? `the start failed: ${trouble}`}\n`);
}

/** What to say of an address that cannot be listened on; null for any other error. */
function maybeListenTrouble(error: unknown): string | null {
  const { code, port, address, hostname = address } = error as Partial<Record<'code' | 'port' | 'address' | 'hostname', string>>;
  if (code === 'EADDRINUSE') return `PORT is ${port}: another program listens there on ${address}. Stop it, or set PORT to another port.`;
  if (code === 'EACCES' && port !== undefined) return `PORT is ${port}: this user may not listen there. Allowed is a port from 1024 on.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `HOST is "${hostname}": this machine does not have that address. Allowed is an IP address or host name of this machine.`;
  return null;
}

try {
  const config = configure();
  enableCompileCache();
  // A young generation that stays small: 30 MB less when idle, and no slower at 100,000 events/s (bench/start.ts, bench/ingest-http.ts).
  setFlagsFromString('--semi-space-growth-factor=1');
  const { startServer } = await import('./app.ts');
  const isFirst = !existsSync(config.dataFolder);
  const starting = startServer({ config, listen: true });
  stopOnSignal(starting);
  const server = await starting;
  announce(server);
  if (config.isDemo) simulate(config.dataFolder, isFirst);
} catch (error) {
  complain(error);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
