/** Verifies one chain: its entries follow from each other, its heads too, and the last head fits the entries. */
import type { AuditChainAnswer, AuditFinding, HeadDocument } from '../../../shared/contract/audit.ts';
import type { Catalog } from '../../catalog/schema.ts';
import type { HeadRow } from '../heads/head.ts';
import type { HeadKeys } from '../heads/keys.ts';
import { entryColumns } from '../line.ts';
import { headRow, mostNumber, selectHeads } from '../stored.ts';
import { compareHeads } from './given-heads.ts';
import type { Break } from './line-checker.ts';
import { nameMoves } from './moves.ts';
import { instant, verifyHeads } from './verify-heads.ts';
import { walk } from './walk.ts';

/** A finding of one chain, before it is known what is sealed. */
type Finding = Omit<AuditFinding, 'workspaceId' | 'isSealed'>;

/** One chain after verification. */
export interface VerifiedChain {
  answer: AuditChainAnswer;
  findings: AuditFinding[];
  moreFindings: number;
  soundGivenHeads: number;
}

/** What verification works with. */
export interface ChainCheck {
  catalog: Catalog;
  keys: HeadKeys;
  /** heads that were kept outside of the catalog */
  given: readonly HeadDocument[];
  /** null: any */
  genesis: string | null;
  signal?: AbortSignal;
  onProgress?: (entries: number) => void;
}

/** Verifies the chain of `workspaceId`. */
export async function verifyChain(workspaceId: string, check: ChainCheck): Promise<VerifiedChain> {
  const { catalog, keys, given } = check;
  const heads = await verifyHeads(catalog, keys, workspaceId, check);
  const compared = await compareHeads(catalog.db, keys, workspaceId, given);
  const entries = await verifyEntries(workspaceId, check, heads.last);
  const sealedTo = heads.last?.seq ?? 0;
  const sealedWith = Math.max(sealedTo, ...given.map(({ seq }) => seq));
  const findings = [...entries.findings, ...heads.findings, ...compared.findings].map((finding) => ({
    workspaceId,
    ...finding,
    isSealed: finding.of === 'head' || finding.from <= sealedWith,
  }));
  return {
    answer: {
      workspaceId,
      entries: entries.count,
      sealedTo,
      unsealed: Math.max(0, entries.lastSeq - sealedTo),
      heads: heads.count,
      lastHeadAt: heads.last === null ? null : instant(heads.last.at),
    },
    findings,
    moreFindings: entries.moreFindings + heads.moreFindings + compared.moreFindings,
    soundGivenHeads: compared.sound,
  };
}

interface VerifiedEntries {
  count: number;
  lastSeq: number;
  findings: Finding[];
  moreFindings: number;
}

async function verifyEntries(workspaceId: string, check: ChainCheck, lastHead: HeadRow | null): Promise<VerifiedEntries> {
  const { catalog } = check;
  const bounds = await boundsOf(catalog, workspaceId);
  const { lastSeq } = bounds;
  const report = await walk(
    catalog,
    {
      table: 'audit_entries',
      columns: [...entryColumns, 'hash'],
      by: 'seq',
      workspaceId,
      from: 1,
      to: lastSeq,
      previous: bounds.chain?.genesis ?? '',
    },
    check,
  );
  const findings: Finding[] = (await nameMoves(catalog, workspaceId, report.breaks)).map((each) => ({
    of: 'entry',
    ...each,
    message: breakMessage(each),
  }));
  findings.push(...chainFindings(bounds, check.genesis, report.last));
  if (lastHead !== null) findings.push(...(await headFindings(catalog, workspaceId, lastHead)));
  return { count: report.count, lastSeq, findings, moreFindings: report.moreBreaks };
}

interface Bounds {
  chain: { genesis: string; seq: number; hash: string } | null;
  lastSeq: number;
  /** entries with numbers that no entry can have */
  impossible: number;
}

/** Of one moment: entries are added meanwhile. */
async function boundsOf({ db }: Catalog, workspaceId: string): Promise<Bounds> {
  const row = await db
    .selectNoFrom((eb) => {
      const chain = eb.selectFrom('audit_chains').where('audit_chains.workspace_id', '=', workspaceId);
      const entries = eb.selectFrom('audit_entries').where('audit_entries.workspace_id', '=', workspaceId);
      return [
        chain.select('genesis').as('genesis'),
        chain.select((inner) => inner.cast<string>('audit_chains.seq', 'text').as('seq')).as('seq'),
        chain.select('hash').as('hash'),
        entries
          .select('audit_entries.seq')
          .where('audit_entries.seq', '<=', mostNumber)
          .orderBy('audit_entries.seq', 'desc')
          .limit(1)
          .as('lastSeq'),
        entries
          .select((inner) => inner.fn.countAll<number>().as('count'))
          .where((inner) => inner.or([inner('audit_entries.seq', '<', 1), inner('audit_entries.seq', '>', mostNumber)]))
          .as('impossible'),
      ];
    })
    .executeTakeFirstOrThrow();
  const { genesis, seq, hash } = row;
  return {
    chain: genesis === null || seq === null || hash === null ? null : { genesis, seq: Number(seq), hash },
    lastSeq: Math.max(0, row.lastSeq ?? 0),
    impossible: row.impossible ?? 0,
  };
}

/** What is wrong with the record of the chain, which says where it begins and ends. */
function chainFindings({ chain, lastSeq, impossible }: Bounds, genesis: string | null, last: { number: number; hash: string }): Finding[] {
  const of = 'chain';
  if (chain === null) return [{ of, what: 'removed', from: 1, to: lastSeq, message: 'The record of this chain was removed.' }];
  const { seq } = chain;
  const findings: Finding[] = [];
  if (genesis !== null && genesis !== chain.genesis)
    findings.push({
      of,
      what: 'changed',
      from: 1,
      to: 1,
      message: 'This chain is not the one that the chain of the installation saw begin.',
    });
  if (impossible > 0)
    findings.push({
      of: 'entry',
      what: 'inserted',
      from: 0,
      to: 0,
      message: `Entries with numbers that no entry can have: ${impossible}.`,
    });
  if (lastSeq < seq) {
    const message = `${lastSeq + 1 === seq ? 'Entry' : `Entries ${lastSeq + 1} to`} ${seq}: removed.`;
    findings.push({ of: 'entry', what: 'removed', from: lastSeq + 1, to: seq, message });
  } else if (lastSeq > seq) {
    const message = `The record of this chain ends at entry ${seq}, and there are entries up to ${lastSeq}.`;
    findings.push({ of, what: 'changed', from: seq + 1, to: lastSeq, message });
  } else if (last.number === seq && last.hash !== chain.hash) {
    findings.push({
      of,
      what: 'changed',
      from: seq,
      to: seq,
      message: `The record of this chain has another hash than its last entry, ${seq}.`,
    });
  }
  return findings;
}

/** Whether the last head still stands for the entries; if not, since when. */
async function headFindings({ db }: Catalog, workspaceId: string, lastHead: HeadRow): Promise<Finding[]> {
  const fits = async ({ seq, hash }: Pick<HeadRow, 'seq' | 'hash'>): Promise<boolean> => {
    const row = await db
      .selectFrom('audit_entries')
      .select('hash')
      .where('workspace_id', '=', workspaceId)
      .where('seq', '=', seq)
      .executeTakeFirst();
    return row?.hash === hash;
  };
  if (await fits(lastHead)) return [];
  let [sound, rewritten] = [{ number: 0, seq: 0 }, lastHead];
  while (rewritten.number - sound.number > 1) {
    const number = Math.floor((sound.number + rewritten.number) / 2);
    const found = await selectHeads(db, workspaceId)
      .where('number', '<=', number)
      .where('number', '>', sound.number)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (found === undefined) break;
    const head = headRow(found);
    if (await fits(head)) sound = head;
    else rewritten = head;
  }
  const [from, to] = [sound.seq + 1, rewritten.seq];
  const message = `Entries ${from} to ${to} are not those that head ${rewritten.number} (${instant(rewritten.at)}) was signed for.`;
  return [{ of: 'entry', what: 'rewritten', from, to, message }];
}

function breakMessage({ what, from, to }: Break): string {
  const entries = from === to ? `Entry ${from}` : `Entries ${from} to ${to}`;
  if (what === 'removed') return `${entries}: removed.`;
  if (what === 'inserted') return `${entries}: never written here, put in afterwards.`;
  if (what === 'reordered') return `${entries}: stood elsewhere in the log.`;
  return `${entries}: changed; the content does not give its hash after the entry before.`;
}
