/** Signs a head for each chain that has moved, after checking what has come since the one before. */
import { documentOf, firstPrevious, makeHead, maybeVerifyHead, type HeadRow } from './head.ts';
import type { HeadDocument } from '../../../shared/contract/audit.ts';
import type { Catalog, CatalogDatabase } from '../../catalog/schema.ts';
import { isUniqueViolation } from '../../catalog/violations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ChainEnd } from '../append.ts';
import { walk } from '../check/walk.ts';
import { entryColumns } from '../line.ts';
import { headRow, selectHeads } from '../stored.ts';
import { appendHeads } from './head-file.ts';
import type { HeadKeys } from './keys.ts';

/** What signing works with. */
export interface SigningParts {
  catalog: Catalog;
  keys: HeadKeys;
  clock: Clock;
  log: Log;
  /** null: heads are kept in the catalog only */
  headsFile: string | null;
  /** where this node itself last ended a chain */
  lastWritten(workspaceId: string): ChainEnd | null;
}

/** Signs heads, and remembers which it signed. */
export class HeadSigner {
  readonly #parts: SigningParts;
  readonly #signed = new Map<string, HeadDocument>();
  #working: Promise<unknown> = Promise.resolve();

  constructor(parts: SigningParts) {
    this.#parts = parts;
  }

  /** The newest head of each chain that this node signed: the catalog must have it. */
  signed(): readonly HeadDocument[] {
    return [...this.#signed.values()];
  }

  /** The heads that were signed: one for each chain with entries that no head covers yet. */
  signHeads(): Promise<HeadDocument[]> {
    const work = this.#working.then(() => this.#signAll());
    this.#working = work.catch(() => undefined);
    return work;
  }

  async #signAll(): Promise<HeadDocument[]> {
    const signed: HeadDocument[] = [];
    for (const chain of await movedChains(this.#parts.catalog.db)) {
      const head = await this.#maybeSign(chain.workspaceId).catch((error: unknown) => {
        this.#parts.log.error({ err: error, workspaceId: chain.workspaceId }, 'a head of the audit log could not be signed');
        return null;
      });
      if (head !== null) signed.push(head);
    }
    for (const head of signed) this.#signed.set(head.workspace, head);
    if (signed.length > 0 && this.#parts.headsFile !== null) await this.#writeOut(this.#parts.headsFile, signed);
    return signed;
  }

  async #writeOut(file: string, heads: readonly HeadDocument[]): Promise<void> {
    await appendHeads(file, heads).catch((error: unknown) => {
      this.#parts.log.error(
        { err: error, file, heads: heads.length },
        'heads of the audit log could not be written outside of the catalog',
      );
    });
  }

  /** Null when another node has just signed. */
  async #maybeSign(workspaceId: string): Promise<HeadDocument | null> {
    const { catalog, keys, clock, log } = this.#parts;
    const { db } = catalog;
    const [last, beforeLast] = await newestHeads(db, workspaceId);
    const chain = await db
      .selectFrom('audit_chains')
      .select(['genesis', 'seq', 'hash'])
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirstOrThrow();
    const { seq, hash } = chain;
    const isIntact =
      this.#isLastSound(last, beforeLast) &&
      (await this.#isWhatWasWritten(workspaceId)) &&
      (await this.#isLinked(workspaceId, last?.seq ?? 0, last?.hash ?? chain.genesis, { seq, hash }));
    if (!isIntact) log.error({ workspaceId, seq }, 'the audit log was bent: run "bellwether verify audit"');
    const previous = last?.digest ?? firstPrevious;
    const number = (last?.number ?? 0) + 1;
    const head = makeHead(keys, { workspace_id: workspaceId, number, seq, hash, at: clock.now(), intact: isIntact ? 1 : 0 }, previous);
    try {
      await db.insertInto('audit_heads').values(head).execute();
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
    return documentOf(head, previous);
  }

  #isLastSound(last: HeadRow | undefined, beforeLast: HeadRow | undefined): boolean {
    if (last === undefined) return true;
    const signed = this.#signed.get(last.workspace_id);
    if (signed !== undefined && signed.head === last.number && signed.digest !== last.digest) return false;
    if (signed !== undefined && signed.head > last.number) return false;
    return maybeVerifyHead(this.#parts.keys, last, beforeLast?.digest ?? firstPrevious) === true;
  }

  /** Whether the newest entry that this node wrote itself is still what it wrote. */
  async #isWhatWasWritten(workspaceId: string): Promise<boolean> {
    const written = this.#parts.lastWritten(workspaceId);
    if (written === null) return true;
    const row = await this.#parts.catalog.db
      .selectFrom('audit_entries')
      .select('hash')
      .where('workspace_id', '=', workspaceId)
      .where('seq', '=', written.seq)
      .executeTakeFirst();
    return row?.hash === written.hash;
  }

  async #isLinked(workspaceId: string, afterSeq: number, afterHash: string, end: { seq: number; hash: string }): Promise<boolean> {
    const report = await walk(this.#parts.catalog, {
      table: 'audit_entries',
      columns: [...entryColumns, 'hash'],
      by: 'seq',
      workspaceId,
      from: afterSeq + 1,
      to: end.seq,
      previous: afterHash,
    });
    return report.breaks.length === 0 && report.last.hash === end.hash;
  }
}

async function movedChains(db: CatalogDatabase): Promise<{ workspaceId: string }[]> {
  return db
    .selectFrom('audit_chains')
    .select('workspace_id as workspaceId')
    .where((eb) =>
      eb(
        'audit_chains.seq',
        '>',
        eb.fn.coalesce(
          eb
            .selectFrom('audit_heads')
            .select('audit_heads.seq')
            .whereRef('audit_heads.workspace_id', '=', 'audit_chains.workspace_id')
            .orderBy('audit_heads.number', 'desc')
            .limit(1),
          eb.lit(0),
        ),
      ),
    )
    .orderBy('workspace_id')
    .execute();
}

async function newestHeads(db: CatalogDatabase, workspaceId: string): Promise<HeadRow[]> {
  return (await selectHeads(db, workspaceId).orderBy('number', 'desc').limit(2).execute()).map(headRow);
}
