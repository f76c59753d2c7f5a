/** `bellwether restore`: a backup into an empty data folder. */
import { resolve } from 'node:path';
import { UsageError } from '../command.ts';
import type { Command } from '../command.ts';
import { dataFolderOf, maybeLivingServer, restoreInto } from '../connect.ts';

/** The command. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Bring a backup into an empty data folder.',
  positionals: ['DIR'],
  options: {},
  notes: [
    'The data folder (--data, BELLWETHER_DATA or ./data) must be new or empty, and so must be the stores that CLICKHOUSE_URL and',
    'DATABASE_URL name. Checksums and counts are checked before and after; nothing is started.',
  ],
  examples: ['bellwether restore /backups/2025-06-01 --data ./restored', 'BELLWETHER_DATA=./restored npm start'],
  async run(call) {
    const [given = ''] = call.args;
    const { terminal } = call;
    if (call.options.url !== undefined) throw new UsageError('--url is not for "restore": it works on a data folder, so run it there');
    const dataFolder = dataFolderOf(call);
    if ((await maybeLivingServer(dataFolder)) !== null)
      throw new UsageError(`--data "${dataFolder}" belongs to a running server. Allowed: a new or empty folder`);
    const manifest = await restoreInto(call, resolve(given), (step) => terminal.tell(`restore: ${step}`));
    const n = (value: number) => value.toLocaleString('en-US');
    terminal.print(
      `${dataFolder}: ${n(manifest.warehouse.events ?? 0)} events in the warehouse + ${n(manifest.spoolEvents)} in the spool, as of ${manifest.createdAt}; all checksums and counts are right`,
    );
    if (!manifest.hasSecret)
      terminal.tell(
        'note: the backup holds no secret: set the BELLWETHER_SECRET it was taken with, or everybody signs in again and write keys are not shown any more',
      );
    return 0;
  },
};
