/** The port of the server: free, where no server of this data folder has it. */
import { createServer } from 'node:net';
import { fail, ok } from './check.ts';
import type { MachineCheck } from './check.ts';

/** Whether the port can be listened on. Only asked when no server is running. */
export const portCheck: MachineCheck = async ({ env }) => {
  const port = Number(env.PORT ?? 3000);
  const host = env.HOST ?? '127.0.0.1';
  const problem = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
  if (problem === null) return [ok('port', `${host}:${port} is free`)];
  if (problem === 'EADDRINUSE')
    return [fail('port', `${host}:${port} is taken by another program`, 'stop it, or set PORT to another port')];
  if (problem === 'EACCES') return [fail('port', `${host}:${port} needs more rights`, 'set PORT to 1024 or more')];
  return [fail('port', `${host}:${port}: ${problem}`, 'set HOST to an address of this machine')];
};
