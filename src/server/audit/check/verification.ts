/** Verifies the audit log, one run at a time: a whole log is a million hashes, and nobody should be able to ask for that all day. */
import type { AuditVerification, HeadDocument } from '../../../shared/contract/audit.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Catalog, CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import { chainBegan, installation } from '../append.ts';
import type { HeadKeys } from '../heads/keys.ts';
import { verifyChain, type VerifiedChain } from './verify-chain.ts';
import { mostBreaks } from './line-checker.ts';

/** What is verified. */
export interface VerificationRequest {
  /** workspace ids, '' for the installation; null: every chain there is or ever was */
  workspaceIds: readonly string[] | null;
  /** heads that were kept outside of the catalog; null: none were given */
  heads: readonly HeadDocument[] | null;
  onProgress?: (checked: number, total: number) => void;
}

/** What verification works with. */
export interface VerificationParts {
  catalog: Catalog;
  keys: HeadKeys;
  clock: Clock;
  /** milliseconds from any start */
  stopwatch(): number;
  /** heads that this process signed and still knows */
  signed(): readonly HeadDocument[];
}

/** A result answers for so long. */
const freshMs = 10_000;
/** Runs that may wait for their turn. */
const mostWaiting = 4;

/** Verifies on demand. */
export class Verification {
  readonly #parts: VerificationParts;
  readonly #kept = new Map<string, AuditVerification>();
  readonly #underWay = new Map<string, Promise<AuditVerification>>();
  readonly #stop = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: VerificationParts) {
    this.#parts = parts;
  }

  /** The result of a run, of one that is under way, or of one that has just ended. @throws RATE_LIMITED */
  run(request: VerificationRequest): Promise<AuditVerification> {
    const key = JSON.stringify(request.workspaceIds);
    const isPlain = request.heads === null;
    const kept = this.#kept.get(key);
    if (isPlain && kept !== undefined && this.#parts.clock.now() - Date.parse(kept.verifiedAt) < freshMs) return Promise.resolve(kept);
    const same = this.#underWay.get(key);
    if (isPlain && same !== undefined) return same;
    if (this.#underWay.size > mostWaiting)
      return Promise.reject(
        new Problem('RATE_LIMITED', 'Other verifications are waiting already. Try again in a minute.', { retryAfterSeconds: 60 }),
      );
    const name = isPlain ? key : `${key} ${Math.max(0, this.#underWay.size)}`;
    const work = this.#turn.then(() => verifyAll(this.#parts, request, this.#stop.signal));
    this.#turn = work.catch(() => undefined);
    this.#underWay.set(name, work);
    return work
      .then((result) => {
        if (isPlain) this.#keep(key, result);
        return result;
      })
      .finally(() => this.#underWay.delete(name));
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    this.#stop.abort(new Problem('STOPPING', 'The server is stopping.'));
    await this.#turn;
  }

  #keep(key: string, result: AuditVerification): void {
    const now = this.#parts.clock.now();
    for (const [each, { verifiedAt }] of this.#kept) if (now - Date.parse(verifiedAt) >= freshMs) this.#kept.delete(each);
    this.#kept.set(key, result);
  }
}

/** Verifies each chain of `request`, one after the other. */
async function verifyAll(
  { catalog, keys, clock, stopwatch, signed }: VerificationParts,
  { workspaceIds, heads, onProgress }: VerificationRequest,
  signal: AbortSignal,
): Promise<AuditVerification> {
  const startedMs = stopwatch();
  const genesisById = await readGenesis(catalog.db);
  const given = [...(heads ?? []), ...signed()];
  const ids = workspaceIds ?? (await allChains(catalog.db, [...genesisById.keys(), ...given.map(({ workspace }) => workspace)]));
  const total = await countEntries(catalog.db, ids);
  const chains: VerifiedChain[] = [];
  let checked = 0;
  for (const workspaceId of ids) {
    const own = given.filter(({ workspace }) => workspace === workspaceId);
    const onEntries = (entries: number) => onProgress?.(Math.min(checked + entries, total), total);
    const genesis = genesisById.get(workspaceId) ?? null;
    const chain = await verifyChain(workspaceId, { catalog, keys, given: own, genesis, signal, onProgress: onEntries });
    chains.push(chain);
    checked += chain.answer.entries;
  }
  const findings = chains.flatMap((chain) => chain.findings);
  const isGiven = ({ workspace }: HeadDocument) => ids.includes(workspace);
  return {
    ok: findings.length === 0,
    verifiedAt: new Date(clock.now()).toISOString(),
    durationMs: Math.round(stopwatch() - startedMs),
    entries: checked,
    unsealed: chains.reduce((sum, { answer }) => sum + answer.unsealed, 0),
    chains: chains.map(({ answer }) => answer),
    findings: findings.slice(0, mostBreaks),
    moreFindings: chains.reduce((sum, { moreFindings }) => sum + moreFindings, Math.max(0, findings.length - mostBreaks)),
    givenHeads:
      heads === null ? null : chains.reduce((sum, { soundGivenHeads }) => sum + soundGivenHeads, 0) - signed().filter(isGiven).length,
    publicKey: keys.publicKey,
  };
}

/** The random first link of each chain, as the chain of the installation noted it when the chain began. */
async function readGenesis(db: CatalogDatabase): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('audit_entries')
    .select(['target_id', 'rest'])
    .where('workspace_id', '=', installation)
    .where('action', '=', chainBegan)
    .execute();
  return new Map(rows.map((row) => [row.target_id, maybeGenesis(row.rest) ?? '']));
}

function maybeGenesis(rest: string): string | null {
  try {
    const { detail } = JSON.parse(rest) as { detail?: { genesis?: unknown } };
    return typeof detail?.genesis === 'string' ? detail.genesis : null;
  } catch {
    return null;
  }
}

/** Every chain that there is, or that something speaks of. */
async function allChains(db: CatalogDatabase, spokenOf: readonly string[]): Promise<string[]> {
  const ids = new Set<string>([installation, ...spokenOf]);
  for (const table of ['audit_chains', 'audit_entries', 'audit_heads'] as const) {
    for (let last: string | null = ''; last !== null;) {
      const row: { id: string | null } | undefined = await db
        .selectFrom(table as 'audit_chains')
        .select((eb) => eb.fn.min<string | null>('workspace_id').as('id'))
        .where('workspace_id', '>', last)
        .executeTakeFirst();
      last = row?.id ?? null;
      if (last !== null) ids.add(last);
    }
  }
  return [...ids].toSorted();
}

/** How many entries the chains say they have; only for the progress. */
async function countEntries(db: CatalogDatabase, ids: readonly string[]): Promise<number> {
  const rows = await db
    .selectFrom('audit_chains')
    .select((eb) => eb.cast<string>('seq', 'text').as('seq'))
    .where('workspace_id', 'in', ids)
    .execute();
  return rows.reduce((sum, { seq }) => sum + Number(seq), 0);
}
