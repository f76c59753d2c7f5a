/** Verifies the heads of a chain: each follows the one before, and what vouches for the others is signed by this installation. */
import type { AuditFinding } from '../../../shared/contract/audit.ts';
import type { Catalog } from '../../catalog/schema.ts';
import { firstPrevious, headColumns, maybeVerifyHead, type HeadRow } from '../heads/head.ts';
import type { HeadKeys } from '../heads/keys.ts';
import { headRow, mostNumber, selectHeads } from '../stored.ts';
import type { Break } from './line-checker.ts';
import { walk } from './walk.ts';

/** Heads that were signed over something unsound, as far as they are named. */
const mostUnsound = 20;

/** The heads of a chain after verification. */
export interface VerifiedHeads {
  count: number;
  /** null: there is none */
  last: HeadRow | null;
  findings: Omit<AuditFinding, 'workspaceId' | 'isSealed'>[];
  moreFindings: number;
}

/** Verifies the heads of `workspaceId`. The last signature covers all heads before it; one signed in spite of a break covers nothing before. */
export async function verifyHeads(
  catalog: Catalog,
  keys: HeadKeys,
  workspaceId: string,
  options: { signal?: AbortSignal } = {},
): Promise<VerifiedHeads> {
  const newest = (await readHeads(catalog, workspaceId, 'newest', 1))[0] ?? null;
  const impossible = await findImpossible(catalog, workspaceId);
  if (newest === null) return { count: 0, last: null, findings: impossible, moreFindings: 0 };
  const stretch = { table: 'audit_heads', columns: [...headColumns, 'digest'], by: 'number', workspaceId } as const;
  const report = await walk(catalog, { ...stretch, from: 1, to: newest.number, previous: firstPrevious }, options);
  const findings = impossible;
  for (const each of report.breaks) findings.push({ of: 'head', ...each, message: breakMessage(each) });
  const unsound = await readHeads(catalog, workspaceId, 'unsound', mostUnsound);
  for (const head of unsound) {
    findings.push({
      of: 'head',
      what: 'unsound',
      from: head.number,
      to: head.number,
      message: `When head ${head.number} was signed (${instant(head.at)}, entry ${head.seq}), what was before it did not verify.`,
    });
  }
  for (const number of new Set([newest.number, ...unsound.map((head) => head.number - 1)])) {
    const finding = number > 0 ? await checkSignature(catalog, keys, workspaceId, number) : null;
    if (finding !== null) findings.push(finding);
  }
  return { count: report.count, last: newest, findings, moreFindings: report.moreBreaks };
}

async function checkSignature(
  catalog: Catalog,
  keys: HeadKeys,
  workspaceId: string,
  number: number,
): Promise<VerifiedHeads['findings'][number] | null> {
  const rows = await selectHeads(catalog.db, workspaceId)
    .where('number', 'in', [number, number - 1])
    .execute();
  const head = rows.map(headRow).find((row) => row.number === number);
  const previous = number === 1 ? firstPrevious : rows.find((row) => row.number === number - 1)?.digest;
  // Without the head before it, which is missed anyway, nobody can tell what was signed.
  if (head === undefined || previous === undefined) return null;
  const isSigned = maybeVerifyHead(keys, head, previous);
  if (isSigned === true) return null;
  const message =
    isSigned === null
      ? `Head ${number} was signed with the key ${head.key_id}, which is not of this installation. If the secret was rotated, BELLWETHER_SECRET_PREVIOUS must name the older one.`
      : `The signature of head ${number} (${instant(head.at)}, entry ${head.seq}) is wrong.`;
  return { of: 'head', what: 'forged', from: number, to: number, message };
}

/** Heads whose numbers no head can have. */
async function findImpossible({ db }: Catalog, workspaceId: string): Promise<VerifiedHeads['findings']> {
  const { count } = await db
    .selectFrom('audit_heads')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where((eb) => eb.or([eb('number', '<', 1), eb('number', '>', mostNumber)]))
    .executeTakeFirstOrThrow();
  if (count === 0) return [];
  return [{ of: 'head', what: 'inserted', from: 0, to: 0, message: `Heads with numbers that no head can have: ${count}.` }];
}

async function readHeads(catalog: Catalog, workspaceId: string, which: 'newest' | 'unsound', limit: number): Promise<HeadRow[]> {
  let query = selectHeads(catalog.db, workspaceId).limit(limit);
  if (which === 'unsound') query = query.where('audit_heads.intact', '<>', 1);
  return (await query.orderBy('number', 'desc').execute()).map(headRow);
}

function breakMessage({ what, from, to }: Break): string {
  const heads = from === to ? `Head ${from}` : `Heads ${from} to ${to}`;
  if (what === 'removed') return `${heads}: removed.`;
  if (what === 'inserted') return `${heads}: never signed, put in afterwards.`;
  return `${heads}: changed.`;
}

/** An instant as people and programs read it. */
export function instant(ms: number): string {
  return Number.isSafeInteger(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : 'at no possible time';
}
