/** The audit log: what stands in it, taken away as a file, and checked. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  AuditEntryAnswer,
  auditOutcomes,
  auditRoute,
  AuditVerification,
  HeadDocument,
  VerificationLine,
} from '../../../shared/contract/audit.ts';
import { among, oneOf } from '../address.ts';
import { request, requestFile, requestLines, ServerProblem } from '../http.ts';

/** An entry as it is listed. */
export type AuditEntry = AuditEntryAnswer;
/** How something ended. */
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Every way to end, in the order of the menu. */
export const outcomes: readonly AuditOutcome[] = ['done', 'denied', 'failed'];

/** Ranges to choose from, each so many ms back from now. */
export const auditRanges = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000, '90d': 90 * 86_400_000 } as const;
/** A key of {@link auditRanges}. */
export type AuditRange = keyof typeof auditRanges;

/** What stands in the address of the page. */
export interface AuditSearch {
  /** undefined: that of the workspace */
  log?: 'installation' | undefined;
  /** how the action begins */
  action?: string | undefined;
  /** id of who acted */
  actor?: string | undefined;
  /** id of what was acted upon */
  target?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** undefined: as far back as there is anything */
  last?: AuditRange | undefined;
  /** somewhere in it */
  q?: string | undefined;
  /** number of the entry that is open */
  open?: number | undefined;
}

function cut(text: string | undefined, most: number): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.slice(0, most);
}

/** The search of an address; what makes no sense is left out. */
export function auditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const open = Number(oneOf(search, 'open') ?? Number.NaN);
  return {
    log: among(['installation'] as const, oneOf(search, 'log')),
    action: cut(oneOf(search, 'action'), 100),
    actor: cut(oneOf(search, 'actor'), 300),
    target: cut(oneOf(search, 'target'), 300),
    outcome: among(outcomes, oneOf(search, 'outcome')),
    last: among(Object.keys(auditRanges) as AuditRange[], oneOf(search, 'last')),
    q: cut(oneOf(search, 'q'), 200),
    open: Number.isInteger(open) && open > 0 ? open : undefined,
  };
}

/** Whether the search leaves anything out. */
export function isNarrowed({ action, actor, target, outcome, last, q }: AuditSearch): boolean {
  return [action, actor, target, outcome, last, q].some((part) => part !== undefined);
}

/** The conditions of `search` as the server takes them; a range counts back from `nowMs`. */
function conditions({ log, action, actor, target, outcome, last, q }: AuditSearch, nowMs: number) {
  const from = last === undefined ? undefined : new Date(nowMs - auditRanges[last]).toISOString();
  return { log, action, actor, target, outcome, from, text: q };
}

/** A part of the list. */
export type AuditPage = z.infer<(typeof auditRoute)['answer']>;

/** The entries that `search` finds, newest first, page by page. */
export function auditPages(search: AuditSearch) {
  const { open: _, ...asked } = search;
  return infiniteQueryOptions({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam, signal }) =>
      request<AuditPage>('/api/admin/audit', { query: { ...conditions(asked, Date.now()), limit: 100, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
}

/** What `search` finds as a file. */
export function exportAudit(search: AuditSearch, format: 'ndjson' | 'csv'): Promise<Blob> {
  return requestFile('/api/admin/audit/export', { query: { ...conditions(search, Date.now()), format } });
}

/** What a verification came to. */
export type Verification = AuditVerification;

/** What is verified: this workspace, all chains, or the installation's. */
export type VerifiedLog = 'own' | 'all' | { workspaceId: string };

/** Verifies, and tells meanwhile how far it came. @throws ServerProblem */
export async function verifyAudit(
  log: VerifiedLog,
  heads: HeadDocument[] | undefined,
  onProgress: (checked: number, total: number) => void,
): Promise<Verification> {
  const body = { log, stream: true, ...(heads === undefined ? {} : { heads }) };
  for await (const line of requestLines<VerificationLine>('/api/admin/audit/verify', { method: 'POST', body })) {
    if ('verification' in line) return line.verification;
    if ('problem' in line)
      throw new ServerProblem({ ...line.problem, code: line.problem.code as 'INTERNAL', status: 500, title: 'The audit log was not verified', retryable: true });
    onProgress(line.checked, line.total);
  }
  throw new ServerProblem({ code: 'OFFLINE', status: 0, title: 'The verification broke off', detail: 'The server went away meanwhile. Nothing was changed; verify again.', retryable: true });
}

/** The heads in a file of them: one JSON document a line; lines of a stream that are no heads are passed over. @throws Error where there is none */
export function readHeads(text: string): HeadDocument[] {
  const heads = text.split('\n').flatMap((line): HeadDocument[] => {
    try {
      const value = JSON.parse(line) as Record<string, unknown>;
      return typeof value['head'] === 'number' && typeof value['digest'] === 'string' ? [value as unknown as HeadDocument] : [];
    } catch {
      return [];
    }
  });
  if (heads.length === 0) throw new Error('This file holds no signed heads: it should have one JSON document in each line.');
  return heads.slice(-5_000);
}
