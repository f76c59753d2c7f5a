/** A page of the audit log, newest first. */
import type { AuditEntryAnswer } from '../../../shared/contract/audit.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { instant } from '../check/verify-heads.ts';
import type { PersonKeyring } from '../personal.ts';
import { entryRow } from '../stored.ts';
import { actionsOf, holdsText, matchingEntries, type EntryFilter } from './conditions.ts';
import { openEntries, type StoredEntry } from './open-entry.ts';

/** Entries that one search for a text looks at. */
const mostSearched = 20_000;
const searchedAtOnce = 2_000;

/** The place of an entry in the order of a list. */
interface Place {
  atMs: number;
  seq: number;
}

/** What is listed. */
export interface ListRequest {
  workspaceId: string;
  filter: EntryFilter;
  /** `next` of the page before; null: the first page */
  after: string | null;
  limit: number;
}

/** A page. */
export interface ListedEntries {
  entries: AuditEntryAnswer[];
  /** null: there is no more */
  next: string | null;
  /** how far back a search came that stopped on the way; else null */
  searchedTo: string | null;
}

/** The page that `request` asks for. */
export async function listEntries(
  db: CatalogDatabase,
  keyring: PersonKeyring,
  { workspaceId, filter, after, limit }: ListRequest,
): Promise<ListedEntries> {
  const actions = await actionsOf(db, workspaceId, filter);
  const read = (place: Place | null, count: number) => readPage(db, workspaceId, filter, actions, place, count);
  const from = after === null ? null : parsePlace(after);
  const { rows, stoppedAt, hasMore } =
    filter.text === null ? await plainPage(read, from, limit) : await searchedPage(read, from, limit, filter.text);
  const last = stoppedAt ?? (hasMore ? placeOf(rows.at(-1)!) : null);
  return {
    entries: await openEntries(db, keyring, rows),
    next: last === null ? null : `${last.atMs}-${last.seq}`,
    searchedTo: stoppedAt === null ? null : instant(stoppedAt.atMs),
  };
}

type ReadPage = (after: Place | null, count: number) => Promise<StoredEntry[]>;

interface Page {
  rows: StoredEntry[];
  /** where a search gave up */
  stoppedAt: Place | null;
  hasMore: boolean;
}

async function plainPage(read: ReadPage, from: Place | null, limit: number): Promise<Page> {
  const rows = await read(from, limit + 1);
  return { rows: rows.slice(0, limit), stoppedAt: null, hasMore: rows.length > limit };
}

async function searchedPage(read: ReadPage, from: Place | null, limit: number, text: string): Promise<Page> {
  const rows: StoredEntry[] = [];
  let place = from;
  for (let searched = 0; searched < mostSearched; searched += searchedAtOnce) {
    const block = await read(place, searchedAtOnce);
    for (const row of block) {
      if (!holdsText(row, text)) continue;
      rows.push(row);
      if (rows.length === limit) return { rows, stoppedAt: null, hasMore: true };
    }
    if (block.length < searchedAtOnce) return { rows, stoppedAt: null, hasMore: false };
    place = placeOf(block.at(-1)!);
  }
  return { rows, stoppedAt: place, hasMore: true };
}

/**
 * The newest `count` entries after `place`. Each action is read by itself and the pages are merged, so that an index gives every one in
 * order: the database would otherwise sort all entries of those actions.
 */
async function readPage(
  db: CatalogDatabase,
  workspaceId: string,
  filter: EntryFilter,
  actions: readonly string[] | null,
  place: Place | null,
  count: number,
): Promise<StoredEntry[]> {
  let base = matchingEntries(db, workspaceId, filter).orderBy('audit_entries.at', 'desc').orderBy('audit_entries.seq', 'desc').limit(count);
  if (place !== null) {
    const { atMs, seq } = place;
    base = base
      .where('audit_entries.at', '<=', atMs)
      .where((eb) => eb.or([eb('audit_entries.at', '<', atMs), eb('audit_entries.seq', '<', seq)]));
  }
  if (actions === null) return (await base.execute()).map(entryRow);
  const pages: StoredEntry[] = [];
  for (const action of actions) pages.push(...(await base.where('action', '=', action).execute()).map(entryRow));
  return pages.toSorted((a, b) => b.at - a.at || b.seq - a.seq).slice(0, count);
}

const placeOf = ({ at, seq }: StoredEntry): Place => ({ atMs: at, seq });

function parsePlace(text: string): Place {
  const [atMs = 0, seq = 0] = text.split('-').map(Number);
  return { atMs, seq };
}
