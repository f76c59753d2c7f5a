/** `bellwether backup`: everything into a folder, while the server goes on. */
import { resolve } from 'node:path';
import { backupRoute } from '../../shared/contract/backup.ts';
import type { BackupLine, BackupManifest } from '../../shared/contract/backup.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';

/** The command. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy everything into a folder, while the server goes on.',
  positionals: ['DIR'],
  options: {
    'without-secret': { help: 'Leave the secret out: after a restore everybody signs in again, and write keys are not shown any more.' },
  },
  notes: [
    'DIR must be new or empty. The backup holds every event that was acknowledged before it began, the catalog with its people',
    'and keys, and the secret that signs sessions: keep it as safe as the data folder. Its manifest.json has checksums of all files.',
  ],
  examples: ['bellwether backup /backups/2025-06-01'],
  async run(call) {
    const [given = ''] = call.args;
    if (call.options.url !== undefined)
      throw new UsageError('--url is not for "backup": it is written to the disk of the server, so run it there');
    const directory = resolve(given);
    return withServer(call, async ({ client }) => {
      const body = { directory, isWithoutSecret: call.options['without-secret'] === true };
      const manifest = await follow(call, await client.stream(backupRoute, { body }));
      report(call, directory, manifest);
      return 0;
    });
  },
};

async function follow({ terminal, now }: Call, bytes: AsyncIterable<Uint8Array>): Promise<BackupManifest> {
  const startedAt = now();
  let step = '';
  for await (const line of lines(bytes)) {
    if ('manifest' in line) return line.manifest;
    if ('problem' in line) throw new CommandFailed(line.problem.detail);
    if ('step' in line) step = line.step;
    terminal.progress.show({
      label: `backup: ${step}`,
      ratio: null,
      count: Math.round((now() - startedAt) / 1000),
      unit: 'seconds',
      startedAt,
    });
  }
  throw new CommandFailed('the server broke off; the folder holds no whole backup');
}

async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<BackupLine> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as BackupLine;
  }
}

function report({ terminal }: Call, directory: string, manifest: BackupManifest): void {
  const n = (value: number) => value.toLocaleString('en-US');
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  terminal.progress.clear();
  terminal.print(
    `${directory}: ${n(manifest.warehouse.events ?? 0)} events in the warehouse + ${n(manifest.spoolEvents)} in the spool, ${manifest.files.length} files, ${n(Math.ceil(sizeBytes / 1024))} KB`,
  );
  if (manifest.hasSecret) terminal.tell('note: the backup holds the secret that signs sessions; keep it where only you can read it');
}
