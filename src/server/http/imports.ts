/** Imports over HTTP: start or resume, progress, list, undo. */
import {
  importRoute,
  importsRoute,
  progressImportRoute,
  startImportRoute,
  undoImportRoute,
  type Import,
  type ImportCounts,
} from '../../shared/contract/imports.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Ledger } from '../../shared/model/ledger.ts';
import { noCounts, type ImportRecord, type ImportStore } from '../ingest/imports.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import { refusedReason } from '../warehouse/commit/ledger.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the import routes need. */
export interface ImportParts {
  imports: ImportStore;
  clock: Clock;
  randomBytes: RandomBytes;
  /** counts of one source in the ingest ledger, what is still in the spool included; null when the source is unknown */
  ledgerOf(workspaceId: string, source: string): Promise<Ledger['bySource'][number] | null>;
  /** deletes the stored events of an import and lets their ids be sent again; answers how many events there were */
  deleteImported(workspaceId: string, importId: string): Promise<number>;
  /** waits until everything acknowledged so far is in the warehouse; answers whether it was within `timeoutMs` */
  settle(timeoutMs: number): Promise<boolean>;
}

/** An import is answered as done when its events can be asked for, or after this time. */
const settleMs = 30_000;

/** The ledger source of the events of an import. */
function sourceOf(importId: string): string {
  return `import:${importId}`;
}

/** Routes of imports. */
export function importRoutes(parts: ImportParts): RouteBinding[] {
  const { imports, clock } = parts;
  return [
    bindRoute(startImportRoute, async ({ principal, body }) => {
      const before = await imports.withContent(principal.workspaceId, body.contentHash);
      const open = before.findLast(({ state }) => state === 'running' || state === 'failed');
      const done = before.findLast(({ state }) => state === 'done');
      const found = open ?? (body.isAgain ? undefined : done);
      if (found !== undefined) {
        const outcome = found.state === 'done' ? ('done-before' as const) : ('resumed' as const);
        return { outcome, import: toAnswer(found), attempt: before.indexOf(found) };
      }
      const record = newImport(body, clock.now(), parts.randomBytes);
      await imports.add(principal.workspaceId, record);
      return { outcome: 'started' as const, import: toAnswer(record), attempt: before.length };
    }),
    bindRoute(importsRoute, async ({ principal, query }) => {
      const records = await imports.list(principal.workspaceId, query.limit);
      return { imports: records.map(toAnswer) };
    }),
    bindRoute(importRoute, async ({ principal, params }) => toAnswer(await get(imports, principal.workspaceId, params.id))),
    bindRoute(progressImportRoute, async ({ principal, params, body }) => {
      const isOver = body.state !== 'running';
      if (body.state === 'done') await parts.settle(settleMs);
      const counts = body.state === 'done' ? await trueCounts(parts, principal.workspaceId, params.id, body.counts) : body.counts;
      const changes = { state: body.state, position: body.position, counts, finishedMs: isOver ? clock.now() : null };
      const isChanged = await imports.change(principal.workspaceId, params.id, ['running', 'failed'], changes);
      const record = await get(imports, principal.workspaceId, params.id);
      if (!isChanged) throw new Problem('CONFLICT', `The import "${params.id}" is ${record.state} and cannot go on.`);
      return toAnswer(record);
    }),
    bindRoute(undoImportRoute, async ({ principal, params }) => undo(parts, principal.workspaceId, params.id)),
  ];
}

/** Undone first, deleted then: progress of whoever still sends is refused, and a second call finishes what the first began. */
async function undo(parts: ImportParts, workspaceId: string, id: string) {
  const { imports, clock } = parts;
  await get(imports, workspaceId, id);
  await imports.change(workspaceId, id, ['running', 'failed', 'done'], { state: 'undone', finishedMs: clock.now() });
  const isSettled = await parts.settle(settleMs);
  if (!isSettled) throw new Problem('WAREHOUSE_UNAVAILABLE', 'Events of the import still wait for the warehouse; undo again in a moment.');
  const deleted = await parts.deleteImported(workspaceId, id);
  return { deleted, import: toAnswer(await get(imports, workspaceId, id)) };
}

async function get(imports: ImportStore, workspaceId: string, id: string): Promise<ImportRecord> {
  const record = await imports.find(workspaceId, id);
  if (record === null) throw new Problem('NOT_FOUND', `There is no import "${id}".`);
  return record;
}

function newImport(
  body: { fileName: string; contentHash: string; mapping?: unknown },
  nowMs: number,
  randomBytes: RandomBytes,
): ImportRecord {
  return {
    id: Buffer.from(randomBytes(8)).toString('hex'),
    fileName: body.fileName,
    contentHash: body.contentHash,
    state: 'running',
    position: 0,
    counts: noCounts,
    mapping: body.mapping ?? null,
    createdMs: nowMs,
    finishedMs: null,
  };
}

/**
 * The counts with what the ingest ledger says of accepted events: a chunk that was sent twice, because the connection broke before
 * its answer, comes back as duplicates the second time though its events were new. What the warehouse itself refused is rejected.
 */
async function trueCounts(parts: ImportParts, workspaceId: string, id: string, counts: ImportCounts): Promise<ImportCounts> {
  const ledger = await parts.ledgerOf(workspaceId, sourceOf(id));
  if (ledger === null) return counts;
  const refused = ledger.rejectedByReason[refusedReason] ?? 0;
  const rejected = Math.min(counts.rejected + refused, counts.read);
  const accepted = Math.min(ledger.accepted, counts.read - rejected);
  return {
    ...counts,
    accepted,
    rejected,
    duplicates: counts.read - rejected - accepted,
    reasons: { ...counts.reasons, ...ledger.rejectedByReason },
  };
}

function toAnswer(record: ImportRecord): Import {
  return {
    id: record.id,
    fileName: record.fileName,
    contentHash: record.contentHash,
    state: record.state,
    position: record.position,
    counts: record.counts,
    mapping: record.mapping,
    createdAt: new Date(record.createdMs).toISOString(),
    finishedAt: record.finishedMs === null ? null : new Date(record.finishedMs).toISOString(),
  };
}
