/** `bellwether secret`: a new secret in the data folder, and later the end of the older ones. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addSecret, countKeptSecrets, dropOlderSecrets } from '../../server/identity/secret.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { dataFolderOf, maybeLivingServer } from '../connect.ts';

const actions = ['rotate', 'drop'] as const;

/** The command. */
export const secretCommand: Command = {
  name: 'secret',
  summary: 'Rotate the secret of the data folder.',
  positionals: ['ACTION'],
  options: {},
  notes: [
    'rotate  puts a new secret before the one that is there. The next start seals everything anew under it; people sign in again.',
    'drop    leaves only the newest secret, once a server that was started after "rotate" has sealed everything anew.',
    'It works on the file "secret" of the data folder. A secret that BELLWETHER_SECRET gives is rotated where it is set.',
  ],
  examples: ['bellwether secret rotate', 'bellwether secret drop --data /var/lib/bellwether'],
  async run(call) {
    const [action = ''] = call.args;
    if (call.options.url !== undefined) throw new UsageError('--url is not for "secret": it works on a data folder, so run it there');
    if (!(actions as readonly string[]).includes(action))
      throw new UsageError(`ACTION "${action}" is not allowed. Allowed: ${actions.join(', ')}`);
    assertKeptInFolder(call);
    const dataFolder = dataFolderOf(call);
    const kept = await countKeptSecrets(dataFolder);
    if (kept === 0) throw new CommandFailed(`${join(dataFolder, 'secret')} holds no secret; the first start makes one`);
    return action === 'rotate' ? rotate(call, dataFolder) : drop(call, dataFolder);
  },
};

function assertKeptInFolder({ env }: Call): void {
  if ((env.BELLWETHER_SECRET ?? '').trim() === '') return;
  throw new CommandFailed(
    'BELLWETHER_SECRET gives the secret, so the data folder is not asked. Set BELLWETHER_SECRET to a new one ("openssl rand -base64 48" makes one) and BELLWETHER_SECRET_PREVIOUS to the one of now, restart every node, then unset BELLWETHER_SECRET_PREVIOUS',
  );
}

async function rotate({ terminal }: Call, dataFolder: string): Promise<number> {
  const count = await addSecret(dataFolder, randomBytes);
  terminal.print(`${join(dataFolder, 'secret')}: a new secret and ${count - 1} older`);
  terminal.tell('next: restart the server. It seals everything anew; people sign in again. Then run "bellwether secret drop".');
  return 0;
}

async function drop({ terminal }: Call, dataFolder: string): Promise<number> {
  await assertStartedSince(dataFolder);
  const dropped = await dropOlderSecrets(dataFolder);
  terminal.print(`${join(dataFolder, 'secret')}: ${dropped === 0 ? 'there was no older secret' : `${dropped} older dropped`}`);
  if (dropped > 0) terminal.tell('note: backups taken before the rotation hold their own secret and can still be restored');
  return 0;
}

/** The server writes its note at the end of a start, when everything is sealed anew. */
async function assertStartedSince(dataFolder: string): Promise<void> {
  const changedMs = async (name: string) => (await stat(join(dataFolder, name))).mtimeMs;
  const isStartedSince = (await maybeLivingServer(dataFolder)) !== null && (await changedMs('server.json')) > (await changedMs('secret'));
  if (isStartedSince) return;
  throw new CommandFailed(
    'no server has been started on this data folder since the secret was rotated. Start it: it seals everything anew; then drop the older secrets',
  );
}
