/** Backups over HTTP: taken into a folder of this machine, told step by step. */
import { Readable } from 'node:stream';
import { isAbsolute } from 'node:path';
import { backupRoute, type BackupLine } from '../../shared/contract/backup.ts';
import { Problem, problemDocument } from '../../shared/model/errors.ts';
import { takeBackup, type BackupParts } from '../backup/take.ts';
import type { Log } from '../ports/log.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** Lines come at least this often, so that nobody in between takes the answer for dead. */
const aliveEveryMs = 5_000;

/** The backup route. */
export function backupRoutes(parts: BackupParts & { log: Log }): RouteBinding[] {
  let isBusy = false;
  return [
    bindRoute(backupRoute, async ({ principal, body, reply }) => {
      if (principal.kind !== 'local-owner') {
        throw new Problem('FORBIDDEN', 'A backup is written to the server\'s own disk: take it there, with "bellwether backup DIR".');
      }
      if (!isAbsolute(body.directory)) throw new Problem('REQUEST_INVALID', 'The "directory" must be an absolute path.');
      if (isBusy) throw new Problem('CONFLICT', 'A backup is being taken already.');
      isBusy = true;
      const lines = backupLines(parts, body, () => (isBusy = false));
      reply.header('content-type', 'application/x-ndjson');
      return Readable.from(lines);
    }),
  ];
}

/** Steps as they begin, then the manifest or the problem; the status is already out by then. The backup ends even if nobody listens. */
async function* backupLines(
  parts: BackupParts & { log: Log },
  options: { directory: string; isWithoutSecret: boolean },
  onEnd: () => void,
): AsyncGenerator<string> {
  const waiting: BackupLine[] = [];
  let wake: () => void = () => undefined;
  const end = { isReached: false };
  const tell = (line: BackupLine) => {
    waiting.push(line);
    wake();
  };
  const work = takeBackup(parts, options, (step) => tell({ step }))
    .then((manifest) => tell({ manifest }))
    .catch((error: unknown) => {
      if (!(error instanceof Problem)) parts.log.error({ err: error }, 'the backup failed');
      const { code, detail } = problemDocument(error);
      tell({ problem: { code, detail } });
    })
    .finally(() => {
      end.isReached = true;
      onEnd();
      wake();
    });
  const alive = setInterval(() => tell({ alive: true }), aliveEveryMs);
  try {
    while (!end.isReached || waiting.length > 0) {
      for (const line of waiting.splice(0)) yield `${JSON.stringify(line)}\n`;
      if (!end.isReached && waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
    await work;
  } finally {
    clearInterval(alive);
  }
}
