/** The imports of a workspace, kept in the catalog. */
import type { ImportCounts } from '../../shared/contract/imports.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';

/** An import as it is kept. Instants in epoch ms. */
export interface ImportRecord {
  id: string;
  fileName: string;
  /** SHA-256 of the unpacked content, hex; null while unknown */
  contentHash: string | null;
  state: 'running' | 'done' | 'failed' | 'undone';
  /** records that are durable */
  position: number;
  counts: ImportCounts;
  mapping: unknown;
  createdMs: number;
  finishedMs: number | null;
}

/** Where imports are kept. Every call is about one workspace. */
export interface ImportStore {
  list(workspaceId: string, limit: number): Promise<ImportRecord[]>;
  find(workspaceId: string, id: string): Promise<ImportRecord | null>;
  /** all imports of that content, oldest first */
  withContent(workspaceId: string, contentHash: string): Promise<ImportRecord[]>;
  add(workspaceId: string, record: ImportRecord): Promise<void>;
  /** Changes the import if it is in one of the states `from`. Answers whether it was. */
  change(workspaceId: string, id: string, from: readonly ImportRecord['state'][], changes: ImportChanges): Promise<boolean>;
}

/** What may change of an import. */
export type ImportChanges = Partial<Pick<ImportRecord, 'state' | 'position' | 'counts' | 'finishedMs'>>;

/** Counts of an import that has not begun. */
export const noCounts: ImportCounts = { read: 0, accepted: 0, duplicates: 0, rejected: 0, reasons: {} };

/** The imports in the catalog `db`. */
export function createImportStore(db: CatalogDatabase): ImportStore {
  const ofWorkspace = (workspaceId: string) => db.selectFrom('imports').selectAll().where('workspace_id', '=', workspaceId);
  return {
    async list(workspaceId, limit) {
      const rows = await ofWorkspace(workspaceId).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return rows.map(toRecord);
    },
    async find(workspaceId, id) {
      const row = await ofWorkspace(workspaceId).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },
    async withContent(workspaceId, contentHash) {
      const rows = await ofWorkspace(workspaceId).where('content_hash', '=', contentHash).orderBy('created_at').orderBy('id').execute();
      return rows.map(toRecord);
    },
    async add(workspaceId, record) {
      await db.insertInto('imports').values(toRow(workspaceId, record)).execute();
    },
    async change(workspaceId, id, from, changes) {
      const result = await db
        .updateTable('imports')
        .set(toColumns(changes))
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', id)
        .where('state', 'in', [...from])
        .executeTakeFirst();
      return Number(result.numUpdatedRows) > 0;
    },
  };
}

interface ImportRow {
  id: string;
  workspace_id: string;
  file_name: string;
  content_hash: string | null;
  state: string;
  position: number;
  counts: string;
  mapping: string;
  created_at: number;
  finished_at: number | null;
}

function toRow(workspaceId: string, record: ImportRecord): ImportRow {
  return {
    id: record.id,
    workspace_id: workspaceId,
    file_name: record.fileName,
    content_hash: record.contentHash,
    state: record.state,
    position: record.position,
    counts: JSON.stringify(record.counts),
    mapping: JSON.stringify(record.mapping ?? null),
    created_at: record.createdMs,
    finished_at: record.finishedMs,
  };
}

function toRecord(row: ImportRow): ImportRecord {
  return {
    id: row.id,
    fileName: row.file_name,
    contentHash: row.content_hash,
    state: row.state as ImportRecord['state'],
    position: Number(row.position),
    counts: JSON.parse(row.counts) as ImportCounts,
    mapping: JSON.parse(row.mapping) as unknown,
    createdMs: Number(row.created_at),
    finishedMs: row.finished_at === null ? null : Number(row.finished_at),
  };
}

function toColumns(changes: ImportChanges): Partial<ImportRow> {
  const columns: Partial<ImportRow> = {};
  if (changes.state !== undefined) columns.state = changes.state;
  if (changes.position !== undefined) columns.position = changes.position;
  if (changes.counts !== undefined) columns.counts = JSON.stringify(changes.counts);
  if (changes.finishedMs !== undefined) columns.finished_at = changes.finishedMs;
  return columns;
}
