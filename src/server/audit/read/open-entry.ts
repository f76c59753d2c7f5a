/** Entries as their readers see them: personal parts opened, unless the person was erased. */
import { actionSentence } from '../../../shared/model/audit-actions.ts';
import type { AuditEntryAnswer } from '../../../shared/contract/audit.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { instant } from '../check/verify-heads.ts';
import type { AuditOutcome } from '../entry.ts';
import type { EntryRow } from '../line.ts';
import { maybeOpenPersonal, type PersonKeyring, type PersonKeys, type SealedPersonal } from '../personal.ts';

/** An entry as it is stored. */
export type StoredEntry = EntryRow & { hash: string };

interface Rest {
  detail?: Record<string, unknown>;
  cut?: number;
  personal?: SealedPersonal[];
}

/** `rows` with what is personal in them. */
export async function openEntries(db: CatalogDatabase, keyring: PersonKeyring, rows: readonly StoredEntry[]): Promise<AuditEntryAnswer[]> {
  const rests = rows.map((row) => parseRest(row.rest));
  const personIds = rests.flatMap(({ personal = [] }) => personal.map(({ person }) => person));
  const keys = await keyring.read(db, [...new Set(personIds)]);
  return rows.map((row, i) => openEntry(row, rests[i]!, keys));
}

/** `row` without opening anything: what is personal stays sealed. */
export function closedEntry(row: StoredEntry): AuditEntryAnswer {
  return openEntry(row, parseRest(row.rest), new Map());
}

function openEntry(row: StoredEntry, rest: Rest, keys: PersonKeys): AuditEntryAnswer {
  const personal = (rest.personal ?? []).map((each) => ({
    personId: each.person,
    fields: maybeOpenPersonal(each, row.workspace_id, keys),
  }));
  const name = personal.map(({ fields }) => fields?.name ?? fields?.email ?? null).find((each) => each !== null) ?? null;
  return {
    seq: row.seq,
    at: instant(row.at),
    action: row.action,
    sentence: actionSentence(row.action),
    outcome: row.outcome as AuditOutcome,
    actor: { kind: row.actor_kind, id: row.actor_id, name },
    target: row.target_kind === '' && row.target_id === '' ? null : { kind: row.target_kind, id: row.target_id },
    detail: rest.detail ?? null,
    detailCutFromBytes: rest.cut ?? null,
    personal,
    hash: row.hash,
  };
}

/** What somebody bent so that it is no JSON is shown as it is; the verification tells. */
function parseRest(text: string): Rest {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Rest;
  } catch {
    return { detail: { unreadable: text.slice(0, 1_000) } };
  }
}
