/** The text of an entry that is hashed, and how hashes chain. Normative: docs/formats/audit.md. */
import { hash } from 'node:crypto';
import type { AuditTables } from '../catalog/audit-tables.ts';

/** A row of the entries, without its hash. */
export type EntryRow = Omit<AuditTables['audit_entries'], 'hash'>;

/** The columns of an entry's line, in their order. */
export const entryColumns = [
  'workspace_id',
  'seq',
  'at',
  'action',
  'outcome',
  'actor_kind',
  'actor_id',
  'target_kind',
  'target_id',
  'rest',
] as const satisfies readonly (keyof EntryRow)[];

/**
 * The line of an entry: its columns, separated by tabs. No honest column holds a tab (texts are cleaned, JSON escapes it), so a line
 * has exactly nine; columns that were bent so as to join to the same line would have to have moved a tab, and cannot.
 */
export function entryLine(row: EntryRow): string {
  return entryColumns.map((column) => row[column]).join('\t');
}

/** SHA-256, in hex, of what a line follows and the line: each hash stands for everything before it. */
export function linkOf(previous: string, line: string): string {
  return hash('sha256', `${previous}\n${line}`, 'hex');
}

/** Characters of a hash in hex. */
export const hashCharacters = 64;
