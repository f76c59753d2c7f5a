/** Finds the server that a command talks to: the one at --url, the living one of the data folder, or one that is started for the command. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BackupManifest } from '../shared/contract/backup.ts';
import type { Config } from '../server/config.ts';
import { textOption } from './arguments.ts';
import { CommandFailed, UsageError } from './command.ts';
import type { Call } from './command.ts';
import { createServerClient } from './server-client.ts';
import type { ServerClient } from './server-client.ts';

/** A server, and what to do when the command is done with it. */
export interface Connection {
  client: ServerClient;
  /** `given`: --url; `living`: it was running; `own`: started for this command */
  kind: 'given' | 'living' | 'own';
  close(): Promise<void>;
}

/** What a running server leaves in its data folder, readable by its owner only. */
interface ServerNote {
  url: string;
  pid: number;
  token: string;
}

/** The data folder that a call is about. */
export function dataFolderOf(call: Pick<Call, 'options' | 'env'>): string {
  return resolve(textOption(call.options, 'data') ?? nonEmpty(call.env.BELLWETHER_DATA) ?? './data');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}

/** Connects `call` to its server. @throws UsageError, CommandFailed */
export async function connect(call: Call): Promise<Connection> {
  const url = textOption(call.options, 'url');
  const key = textOption(call.options, 'key') ?? nonEmpty(call.env.BELLWETHER_KEY);
  if (url !== undefined) return connectToGiven(call, url, key);
  if (textOption(call.options, 'key') !== undefined) throw new UsageError('--key is for another server and needs --url URL');
  const living = await maybeLivingServer(dataFolderOf(call));
  return living === null ? startOwn(call) : connectTo(call, living.url, living.token, 'living');
}

async function connectToGiven(call: Call, url: string, key: string | undefined): Promise<Connection> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new UsageError(`--url "${url}" is not allowed. Allowed: an address such as http://host:3000`);
  if (key === undefined) throw new UsageError('--url needs --key KEY, or the variable BELLWETHER_KEY');
  return connectTo(call, parsed.href, key, 'given');
}

function connectTo(call: Call, url: string, token: string, kind: Connection['kind']): Connection {
  const workspaceId = textOption(call.options, 'workspace') ?? null;
  return {
    client: createServerClient({ url, token, workspaceId, signal: call.signal, now: call.now }),
    kind,
    close: () => Promise.resolve(),
  };
}

/** The server that lives in `dataFolder`, or null: its process is there and it answers. */
export async function maybeLivingServer(dataFolder: string): Promise<ServerNote | null> {
  const note = await maybeNote(dataFolder);
  if (note === null || !isProcess(note.pid)) return null;
  const isAnswering = await fetch(`${note.url}/healthz`, { signal: AbortSignal.timeout(5000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (isAnswering) return note;
  throw new CommandFailed(`the server of ${dataFolder} (process ${note.pid}) does not answer at ${note.url}; wait for it, or stop it`);
}

async function maybeNote(dataFolder: string): Promise<ServerNote | null> {
  const text = await readFile(join(dataFolder, 'server.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new CommandFailed(
        `${join(dataFolder, 'server.json')} may be read by its owner only; run the command as that user, or use --url and --key`,
      );
    return null;
  });
  if (text === null) return null;
  try {
    const { url, pid, token } = JSON.parse(text) as Partial<ServerNote>;
    return url === undefined || pid === undefined || token === undefined ? null : { url, pid, token };
  } catch {
    return null;
  }
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** How long a server that has just been started may take to answer. */
const startPatienceMs = 30_000;

/** Starts a server on the data folder, for this command only, on a free port of the loopback address. */
async function startOwn(call: Call): Promise<Connection> {
  const { startServer } = await import('../server/app.ts');
  const { ConfigError } = await import('../server/config.ts');
  const config = await configOf(call);
  call.terminal.tell(`no server is running on ${config.dataFolder}: starting one for this command`);
  try {
    const server = await startServer({ config: { ...config, host: '127.0.0.1', port: 0, publicUrl: null }, listen: true });
    const { client } = connectTo(call, server.url, server.token, 'own');
    return { client, kind: 'own', close: () => server.close() };
  } catch (error) {
    const other = error instanceof ConfigError ? await maybeStartingServer(call) : null;
    if (other === null) throw error;
    return connectTo(call, other.url, other.token, 'living');
  }
}

/** The server that holds the folder and was not answering yet; null when it never does. */
async function maybeStartingServer(call: Call): Promise<ServerNote | null> {
  const giveUpAt = call.now() + startPatienceMs;
  while (call.now() < giveUpAt && !call.signal.aborted) {
    const found = await maybeLivingServer(dataFolderOf(call));
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return null;
}

/** Restores the backup in `directory` into the data folder of `call`. */
export async function restoreInto(call: Call, directory: string, onStep: (step: string) => void): Promise<BackupManifest> {
  const { restoreStores } = await import('../server/app.ts');
  return restoreStores(await configOf(call), directory, onStep);
}

async function configOf(call: Call): Promise<Config> {
  const { readConfig } = await import('../server/config.ts');
  return readConfig({ ...call.env, BELLWETHER_DATA: dataFolderOf(call), LOG_LEVEL: call.env.LOG_LEVEL ?? 'warn' });
}

/** Runs `work` with a connection, and closes it whatever happens. */
export async function withServer<T>(call: Call, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(call);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
