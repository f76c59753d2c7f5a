/** The audit log over HTTP: search, export, verification. */
import { Readable } from 'node:stream';
import {
  auditExportRoute,
  auditRoute,
  verifyAuditRoute,
  type AuditFilter,
  type AuditVerification,
  type VerificationLine,
} from '../../shared/contract/audit.ts';
import { actionSentence } from '../../shared/model/audit-actions.ts';
import { Problem, problemDocument } from '../../shared/model/errors.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { VerificationRequest } from '../audit/check/verification.ts';
import type { EntryFilter } from '../audit/read/conditions.ts';
import type { Principal } from '../identity/principal.ts';
import type { Log } from '../ports/log.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The chain of the installation. */
const installation = '';
const mediaTypes = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;
/** Lines of a verification come at least this often, so that nobody in between takes the answer for dead. */
const tellEveryMs = 250;

/** What the routes need. */
export interface AuditRouteParts {
  audit: Pick<AuditLog, 'list' | 'actions' | 'export' | 'verify'>;
  log: Log;
}

/** The routes of src/shared/contract/audit.ts. */
export function auditRoutes({ audit, log }: AuditRouteParts): RouteBinding[] {
  return [
    bindRoute(auditRoute, async ({ principal, query }) => {
      const { after = null, limit } = query;
      const workspaceId = logOf(principal, query);
      const listed = await audit.list({ workspaceId, filter: filterOf(query), after, limit });
      const actions = after === null ? await audit.actions(workspaceId) : [];
      return { ...listed, actions: actions.map((action) => ({ action, sentence: actionSentence(action) })) };
    }),
    bindRoute(auditExportRoute, async ({ principal, query, reply, note }) => {
      const { format, ...conditions } = query;
      const workspaceId = logOf(principal, query);
      note({ detail: { format, conditions } });
      reply.header('content-type', mediaTypes[format]);
      reply.header('content-disposition', `attachment; filename="audit.${format}"`);
      return Readable.from(audit.export({ workspaceId, filter: filterOf(query), format }), { objectMode: false });
    }),
    bindRoute(verifyAuditRoute, async ({ principal, body, reply, note }) => {
      const workspaceIds = chainsOf(principal, body.log);
      note({ detail: { log: body.log, heads: body.heads?.length ?? 0 } });
      const request = { workspaceIds, heads: body.heads ?? null };
      if (!body.stream) return audit.verify(request);
      reply.header('content-type', 'application/x-ndjson');
      return Readable.from(verificationLines(audit, request, log)) as unknown as AuditVerification;
    }),
  ];
}

/** @throws FORBIDDEN */
function logOf(principal: Principal, { log }: Pick<AuditFilter, 'log'>): string {
  if (log === 'workspace') return principal.workspaceId;
  assertOperator(principal);
  return installation;
}

/** @throws FORBIDDEN */
function chainsOf(principal: Principal, log: 'own' | 'all' | { workspaceId: string }): string[] | null {
  if (log === 'own') return [principal.workspaceId];
  if (log === 'all') {
    assertOperator(principal);
    return null;
  }
  if (log.workspaceId !== principal.workspaceId) assertOperator(principal);
  return [log.workspaceId];
}

function assertOperator({ isOperator }: Principal): void {
  if (!isOperator) throw new Problem('FORBIDDEN', 'The logs of other workspaces and of the installation are for those who run it.');
}

function filterOf({ action, actor, target, outcome, from, to, text }: AuditFilter): EntryFilter {
  return {
    action: action ?? null,
    actorId: actor ?? null,
    targetId: target ?? null,
    outcome: outcome ?? null,
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: to === undefined ? null : Date.parse(to),
    text: text ?? null,
  };
}

/** Progress, then the verification or the problem: the status is out by then. */
async function* verificationLines(audit: AuditRouteParts['audit'], request: VerificationRequest, log: Log): AsyncGenerator<string> {
  let progress: VerificationLine = { checked: 0, total: 0 };
  const onProgress = (checked: number, total: number) => void (progress = { checked, total });
  const end: Promise<VerificationLine> = audit.verify({ ...request, onProgress }).then(
    (verification) => ({ verification }),
    (error: unknown) => {
      if (!(error instanceof Problem)) log.error({ err: error }, 'a verification of the audit log failed');
      const { code, detail } = problemDocument(error);
      return { problem: { code, detail } };
    },
  );
  for (;;) {
    const line = await Promise.race([end, new Promise<null>((resolve) => setTimeout(() => resolve(null), tellEveryMs))]);
    yield `${JSON.stringify(line ?? progress)}\n`;
    if (line !== null) return;
  }
}
