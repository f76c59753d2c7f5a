/** The audit log as a stream of NDJSON or CSV, oldest first, a few hundred entries in memory at a time. */
import type { AuditEntryAnswer } from '../../../shared/contract/audit.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { entryLine } from '../line.ts';
import type { PersonKeyring } from '../personal.ts';
import { entryRow } from '../stored.ts';
import { actionsOf, holdsText, matchingEntries, type EntryFilter } from './conditions.ts';
import { openEntries, type StoredEntry } from './open-entry.ts';

const rowsAtOnce = 500;

/** What is exported. */
export interface ExportRequest {
  workspaceId: string;
  filter: EntryFilter;
  format: 'ndjson' | 'csv';
}

/** The columns of a CSV export. */
export const csvColumns = [
  'seq',
  'at',
  'action',
  'outcome',
  'actor_kind',
  'actor_id',
  'target_kind',
  'target_id',
  'detail',
  'personal',
  'hash',
] as const;

/** Blocks of the export. */
export async function* exportEntries(
  db: CatalogDatabase,
  keyring: PersonKeyring,
  { workspaceId, filter, format }: ExportRequest,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${csvColumns.join(',')}\r\n`;
  const actions = await actionsOf(db, workspaceId, filter);
  if (actions?.length === 0) return;
  for (let afterSeq = 0; ;) {
    let query = matchingEntries(db, workspaceId, filter)
      .where('audit_entries.seq', '>', afterSeq)
      .orderBy('audit_entries.seq')
      .limit(rowsAtOnce);
    if (actions !== null) query = query.where('action', 'in', actions);
    const rows = (await query.execute()).map(entryRow);
    const wanted = filter.text === null ? rows : rows.filter((row) => holdsText(row, filter.text!));
    const entries = await openEntries(db, keyring, wanted);
    if (wanted.length > 0) yield entries.map((entry, i) => (format === 'csv' ? csvLine(entry) : jsonLine(entry, wanted[i]!))).join('');
    if (rows.length < rowsAtOnce) return;
    afterSeq = rows.at(-1)!.seq;
  }
}

/** The entry, and the line that its hash was made of. */
function jsonLine(entry: AuditEntryAnswer, row: StoredEntry): string {
  return `${JSON.stringify({ ...entry, line: entryLine(row) })}\n`;
}

function csvLine({ seq, at, action, outcome, actor, target, detail, personal, hash }: AuditEntryAnswer): string {
  const cells = [
    seq,
    at,
    action,
    outcome,
    actor.kind,
    actor.id,
    target?.kind ?? '',
    target?.id ?? '',
    detail === null ? '' : JSON.stringify(detail),
    personal.length === 0 ? '' : JSON.stringify(personal),
    hash,
  ];
  return `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`;
}

/** RFC 4180; what a spreadsheet would take for a formula is kept from being one. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
