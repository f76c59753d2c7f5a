/** Appends drafts to their chains: one transaction for any number of entries of any workspaces. */
import type { Catalog, CatalogDatabase } from '../catalog/schema.ts';
import type { RandomBytes } from '../ports/clock.ts';
import type { Draft } from './entry.ts';
import { entryLine, linkOf, type EntryRow } from './line.ts';
import type { PersonKeyring, PersonKeys } from './personal.ts';

/** Where a chain ends. */
export interface ChainEnd {
  workspaceId: string;
  seq: number;
  hash: string;
}

/** A draft that has its place in a chain. */
export interface Placed {
  draft: Draft;
  seq: number;
  hash: string;
}

/** What was written, or would have been had the transaction not failed. */
export interface Appended {
  placed: Placed[];
  ends: ChainEnd[];
}

/** The workspace id of the chain that is about the installation, and that notes where every other chain begins. */
export const installation = '';
/** The action of the note in the installation's chain that a chain has begun. */
export const chainBegan = 'auditChainBegan';

const genesisBytes = 32;
const rowsPerInsert = 200;

/** What appending works with. */
export interface AppendParts {
  catalog: Catalog;
  keyring: PersonKeyring;
  randomBytes: RandomBytes;
}

/**
 * Appends `drafts` in their order, all or none. `onAttempt` hears what is about to be committed: when the answer to a commit is
 * lost, {@link isWritten} can tell afterwards whether it took place.
 */
export async function append(parts: AppendParts, drafts: readonly Draft[], onAttempt: (attempt: Appended) => void): Promise<Appended> {
  const { catalog } = parts;
  return catalog.db.transaction().execute(async (transaction) => {
    const { ends, begun } = await takeChains(parts, transaction, drafts);
    const keys = await keysFor(parts, transaction, drafts);
    const rows: (EntryRow & { hash: string })[] = [];
    const place = (draft: Draft): Placed => {
      const end = ends.get(draft.workspaceId)!;
      const row = rowOf(draft, end.seq + 1, keys, parts.keyring);
      end.hash = linkOf(end.hash, entryLine(row));
      end.seq = row.seq;
      rows.push({ ...row, hash: end.hash });
      return { draft, seq: row.seq, hash: end.hash };
    };
    for (const draft of begun) place(draft);
    const placed = drafts.map(place);
    for (let from = 0; from < rows.length; from += rowsPerInsert)
      await transaction
        .insertInto('audit_entries')
        .values(rows.slice(from, from + rowsPerInsert))
        .execute();
    for (const { workspaceId, seq, hash } of ends.values())
      await transaction.updateTable('audit_chains').set({ seq, hash }).where('workspace_id', '=', workspaceId).execute();
    const attempt = { placed, ends: [...ends.values()] };
    onAttempt(attempt);
    return attempt;
  });
}

/** Whether the commit that would have ended its chains at `ends` took place. */
export async function isWritten(db: CatalogDatabase, ends: readonly ChainEnd[]): Promise<boolean> {
  const [end] = ends;
  if (end === undefined) return false;
  const row = await db
    .selectFrom('audit_entries')
    .select('hash')
    .where('workspace_id', '=', end.workspaceId)
    .where('seq', '=', end.seq)
    .executeTakeFirst();
  return row?.hash === end.hash;
}

/** The ends of all chains of `drafts`, held until the transaction ends; chains that do not exist yet begin. */
async function takeChains(
  parts: AppendParts,
  transaction: CatalogDatabase,
  drafts: readonly Draft[],
): Promise<{ ends: Map<string, ChainEnd>; begun: Draft[] }> {
  const workspaceIds = [...new Set(drafts.map((draft) => draft.workspaceId))].toSorted();
  const ends = await lockChains(parts.catalog, transaction, workspaceIds);
  const missing = workspaceIds.filter((id) => !ends.has(id));
  if (missing.length === 0) return { ends, begun: [] };
  const wanted = [...new Set([installation, ...missing])].toSorted();
  const genesisById = new Map(wanted.map((id) => [id, Buffer.from(parts.randomBytes(genesisBytes)).toString('hex')]));
  const made = await transaction
    .insertInto('audit_chains')
    .values(wanted.map((id) => ({ workspace_id: id, genesis: genesisById.get(id)!, seq: 0, hash: genesisById.get(id)! })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('workspace_id')
    .execute();
  const begun = made
    .map((row) => row.workspace_id)
    .filter((id) => id !== installation)
    .toSorted()
    .map((id) => beginning(id, genesisById.get(id)!, drafts[0]!.atMs));
  const all = [...new Set([...workspaceIds, ...(begun.length > 0 ? [installation] : [])])].toSorted();
  return { ends: await lockChains(parts.catalog, transaction, all), begun };
}

async function lockChains(
  { dialect }: Catalog,
  transaction: CatalogDatabase,
  workspaceIds: readonly string[],
): Promise<Map<string, ChainEnd>> {
  let query = transaction
    .selectFrom('audit_chains')
    .select(['workspace_id', 'seq', 'hash'])
    .where('workspace_id', 'in', workspaceIds)
    .orderBy('workspace_id');
  // SQLite's transactions hold the whole database from their beginning.
  if (dialect === 'postgres') query = query.forUpdate();
  const rows = await query.execute();
  return new Map(rows.map(({ workspace_id: workspaceId, seq, hash }) => [workspaceId, { workspaceId, seq, hash }]));
}

/** What the installation's chain says of a chain that begins, so that one that is removed as a whole is missed. */
function beginning(workspaceId: string, genesis: string, atMs: number): Draft {
  return {
    workspaceId: installation,
    atMs,
    action: chainBegan,
    outcome: 'done',
    actor: { kind: 'system', id: '' },
    target: { kind: 'workspace', id: workspaceId },
    detail: JSON.stringify({ genesis }),
    cutBytes: 0,
    personal: [],
  };
}

async function keysFor(parts: AppendParts, transaction: CatalogDatabase, drafts: readonly Draft[]): Promise<PersonKeys> {
  const personIds = drafts.flatMap((draft) => draft.personal.map(({ personId }) => personId));
  return personIds.length === 0 ? new Map() : parts.keyring.obtain(transaction, personIds, drafts[0]!.atMs);
}

function rowOf(draft: Draft, seq: number, keys: PersonKeys, keyring: PersonKeyring): EntryRow {
  return {
    workspace_id: draft.workspaceId,
    seq,
    at: draft.atMs,
    action: draft.action,
    outcome: draft.outcome,
    actor_kind: draft.actor.kind,
    actor_id: draft.actor.id,
    target_kind: draft.target?.kind ?? '',
    target_id: draft.target?.id ?? '',
    rest: restOf(draft, keys, keyring),
  };
}

/** `{"detail":...,"cut":bytes,"personal":[...]}`, each only where there is something; '' for nothing. */
function restOf({ workspaceId, detail, cutBytes, personal }: Draft, keys: PersonKeys, keyring: PersonKeyring): string {
  const members: string[] = [];
  if (detail !== '') members.push(`"detail":${detail}`);
  if (cutBytes > 0) members.push(`"cut":${cutBytes}`);
  const sealed = personal.map((each) => keyring.seal(each, workspaceId, keys));
  if (sealed.length > 0) members.push(`"personal":${JSON.stringify(sealed)}`);
  return members.length === 0 ? '' : `{${members.join(',')}}`;
}
