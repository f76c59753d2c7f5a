/** Compares heads that were kept outside of the catalog with those in it: finds a chain that was cut or written anew, heads and all. */
import type { AuditFinding, HeadDocument } from '../../../shared/contract/audit.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { headOf, maybeVerifyHead } from '../heads/head.ts';
import type { HeadKeys } from '../heads/keys.ts';

/** Findings that are named for one chain. */
const mostNamed = 10;
const headsPerQuery = 500;

/** How many of the given heads of a chain stand as they should, and what does not. */
export interface GivenHeads {
  sound: number;
  findings: Omit<AuditFinding, 'workspaceId' | 'isSealed'>[];
  moreFindings: number;
}

/** Compares the `given` heads of `workspaceId`. */
export async function compareHeads(
  db: CatalogDatabase,
  keys: HeadKeys,
  workspaceId: string,
  given: readonly HeadDocument[],
): Promise<GivenHeads> {
  const digests = new Map<number, string>();
  for (let from = 0; from < given.length; from += headsPerQuery) {
    const numbers = given.slice(from, from + headsPerQuery).map(({ head }) => head);
    const rows = await db
      .selectFrom('audit_heads')
      .select(['number', 'digest'])
      .where('workspace_id', '=', workspaceId)
      .where('number', 'in', numbers)
      .execute();
    for (const row of rows) digests.set(row.number, row.digest);
  }
  const wrong = given.filter(({ head, digest }) => digests.get(head) !== digest).toSorted((a, b) => a.head - b.head);
  return {
    sound: given.length - wrong.length,
    findings: wrong.slice(0, mostNamed).map((document) => ({
      of: 'head',
      from: document.head,
      to: document.head,
      ...verdictOf(keys, document, digests.has(document.head)),
    })),
    moreFindings: Math.max(0, wrong.length - mostNamed),
  };
}

function verdictOf(keys: HeadKeys, document: HeadDocument, isThere: boolean): Pick<AuditFinding, 'what' | 'message'> {
  const { head, seq, at, previous, keyId } = document;
  const which = `head ${head} (${at}, entry ${seq})`;
  const isSigned = maybeVerifyHead(keys, headOf(document), previous);
  if (isSigned === true && !isThere)
    return { what: 'truncated', message: `The catalog lacks ${which}, which was signed here: entries up to ${seq} were there.` };
  if (isSigned === true) return { what: 'rewritten', message: `The catalog has another ${which} than the one that was signed here.` };
  const key = isSigned === null ? `was signed with the key ${keyId}, which is not of this installation` : 'has a wrong signature';
  return { what: 'forged', message: `Among the heads that were given, ${which} ${key}.` };
}
