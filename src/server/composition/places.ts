/** Where things lie in a data folder. */
import { join } from 'node:path';
import type { Config } from '../config.ts';

/** Folders and files of the data folder `folder`. */
export function dataPlaces(folder: string) {
  return {
    warehouse: join(folder, 'warehouse'),
    catalog: join(folder, 'catalog.sqlite'),
    ids: join(folder, 'ids'),
    spool: join(folder, 'spool'),
    secret: join(folder, 'secret'),
    note: join(folder, 'server.json'),
    auditHeads: join(folder, 'audit', 'heads.jsonl'),
  };
}

/** What a backup copies as files; `secretFile` is null where the environment gives the secret. */
export function copiedPlaces({ dataFolder, secret }: Pick<Config, 'dataFolder' | 'secret'>) {
  const places = dataPlaces(dataFolder);
  return { idWindowFolder: places.ids, spoolFolder: places.spool, secretFile: secret === null ? places.secret : null };
}
