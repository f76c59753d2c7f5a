/** A head: what a chain was at one instant, signed, and chained to the head before. Normative: docs/formats/audit.md. */
import type { HeadDocument } from '../../../shared/contract/audit.ts';
import type { AuditTables } from '../../catalog/audit-tables.ts';
import { linkOf } from '../line.ts';
import type { HeadKeys } from './keys.ts';

/** A head as the catalog keeps it. */
export type HeadRow = AuditTables['audit_heads'];

/** What the first head of a chain follows. */
export const firstPrevious = '0'.repeat(64);

/** The columns of a head's line, in their order. */
export const headColumns = ['workspace_id', 'number', 'seq', 'hash', 'at', 'intact', 'key_id', 'signature'] as const;

type Unsigned = Omit<HeadRow, 'signature' | 'digest'>;

/** A head over `chain`, following a head of the digest `previous`. */
export function makeHead(keys: HeadKeys, chain: Omit<Unsigned, 'key_id'>, previous: string): HeadRow {
  const unsigned = { ...chain, key_id: keys.newestId };
  const signature = keys.sign(signedText(unsigned, previous));
  return { ...unsigned, signature, digest: digestOf({ ...unsigned, signature }, previous) };
}

/** What stands for a head, and everything before it, in the head that follows. */
export function digestOf(head: Unsigned & { signature: string }, previous: string): string {
  return linkOf(previous, headColumns.map((column) => head[column]).join('\t'));
}

/** Whether a key of this installation signed the head after `previous`; null when its key is not known. */
export function maybeVerifyHead(keys: HeadKeys, head: HeadRow, previous: string): boolean | null {
  if (digestOf(head, previous) !== head.digest) return false;
  return keys.maybeVerify(head.key_id, signedText(head, previous), head.signature);
}

function signedText(head: Unsigned, previous: string): string {
  const columns = headColumns.filter((column) => column !== 'signature').map((column) => head[column]);
  return `bellwether audit head\n${previous}\n${columns.join('\t')}`;
}

/** The document of a head that follows `previous`. */
export function documentOf(head: HeadRow, previous: string): HeadDocument {
  return {
    workspace: head.workspace_id,
    head: head.number,
    seq: head.seq,
    hash: head.hash,
    at: new Date(head.at).toISOString(),
    intact: head.intact === 1,
    keyId: head.key_id,
    previous,
    digest: head.digest,
    signature: head.signature,
  };
}

/** The head of a document. */
export function headOf(document: HeadDocument): HeadRow {
  return {
    workspace_id: document.workspace,
    number: document.head,
    seq: document.seq,
    hash: document.hash,
    at: Date.parse(document.at),
    intact: document.intact ? 1 : 0,
    key_id: document.keyId,
    signature: document.signature,
    digest: document.digest,
  };
}
