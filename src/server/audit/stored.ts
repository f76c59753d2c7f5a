/** Reads rows of the audit log whose numbers somebody may have bent: beyond 2^53 SQLite's driver would refuse the whole row. */
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { HeadRow } from './heads/head.ts';
import type { EntryRow } from './line.ts';

/** The largest number that an entry or a head can have. */
export const mostNumber = Number.MAX_SAFE_INTEGER;

/** A query for whole heads of `workspaceId`; give its rows to {@link headRow}. */
export function selectHeads(db: CatalogDatabase, workspaceId: string) {
  return db
    .selectFrom('audit_heads')
    .select(['workspace_id', 'number', 'hash', 'key_id', 'signature', 'digest'])
    .select((eb) => [
      eb.cast<string>('seq', 'text').as('seq'),
      eb.cast<string>('at', 'text').as('at'),
      eb.cast<string>('intact', 'text').as('intact'),
    ])
    .where('workspace_id', '=', workspaceId)
    .where('number', '>=', 1)
    .where('number', '<=', mostNumber);
}

/** A head as {@link selectHeads} reads it. */
export function headRow(row: Omit<HeadRow, 'seq' | 'at' | 'intact'> & Record<'seq' | 'at' | 'intact', string>): HeadRow {
  return { ...row, seq: Number(row.seq), at: Number(row.at), intact: Number(row.intact) as HeadRow['intact'] };
}

/** A query for whole entries; give its rows to {@link entryRow}. */
export function selectEntries(db: CatalogDatabase, workspaceId: string) {
  return db
    .selectFrom('audit_entries')
    .select(['workspace_id', 'action', 'outcome', 'actor_kind', 'actor_id', 'target_kind', 'target_id', 'rest', 'hash'])
    .select((eb) => [eb.cast<string>('audit_entries.seq', 'text').as('seq'), eb.cast<string>('audit_entries.at', 'text').as('at')])
    .where('workspace_id', '=', workspaceId);
}

/** An entry as {@link selectEntries} reads it. */
export function entryRow(row: Omit<EntryRow, 'seq' | 'at'> & { seq: string; at: string; hash: string }): EntryRow & { hash: string } {
  return { ...row, seq: Number(row.seq), at: Number(row.at) };
}
