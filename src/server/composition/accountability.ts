/** Writes what happens into the audit log, and lets the watch see it: calls, sockets, sign-ins. */
import type { Problem } from '../../shared/model/errors.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { AuditEntry, AuditOutcome, AuditPersonal, AuditSubject } from '../audit/entry.ts';
import type { IngestRefusalListener } from '../http/ingest/refusals.ts';
import type { CallTrail, EndedCall } from '../http/trail.ts';
import type { Principal } from '../identity/principal.ts';
import type { SignInAttempt } from '../identity/sign-in/attempt-log.ts';
import type { LiveTrail } from '../live/socket/trail.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { outlineOf } from '../query/outline.ts';
import { looksLikeEscape } from '../watch/detectors/sql-escape.ts';
import type { CallSighting, Subject } from '../watch/sighting.ts';
import type { Watch } from '../watch/watch.ts';

/** What accounting works with. */
export interface AccountabilityParts {
  audit: Pick<AuditLog, 'record' | 'state' | 'strangerId'>;
  watch: Pick<Watch, 'see'>;
  clock: Clock;
  log: Log;
  /** name and e-mail address, for as long as there is an account */
  describePerson(personId: string): Promise<Readonly<Record<string, string>>>;
  /** workspaces of a person */
  workspacesOf(personId: string): Promise<readonly string[]>;
}

/** Ears for everything that is accounted for. */
export interface Accountability {
  onCall: CallTrail;
  onMessage: LiveTrail;
  onSignIn(attempt: SignInAttempt): Promise<void>;
  /** the answer to the sender does not wait for the entry */
  onIngestRefused: IngestRefusalListener;
  /** Resolves when what nobody waited for has been written down. */
  settle(): Promise<void>;
}

/** More entries than this may not wait for a catalog that is away: then what asks is refused. */
const mostUnwritten = 15_000;
/** Sign-in records itself, with the reason that the caller is not told. */
const recordedElsewhere: ReadonlySet<string> = new Set(['signIn', 'secondFactor', 'resetPassword', 'providerCallback']);
/** Answered questions are written down together, so long after the first; beyond so many the next one waits for that. */
const gatherMs = 25;
const mostGathered = 1_000;
const nobody: AuditSubject = { kind: 'anonymous', id: '-' };

/** Accounting into an audit log, before the eyes of the watch. */
export function createAccountability(parts: AccountabilityParts): Accountability {
  const { audit, watch, clock } = parts;
  const record = recorder(parts);
  const gathered = gatherEntries(record, parts.log);
  const personalOf = async (principal: Principal | null, address: string, userAgent: string): Promise<AuditPersonal[]> => {
    const where = { address, userAgent };
    if (principal?.personId === undefined) return [{ personId: audit.strangerId(address), fields: where }];
    return [{ personId: principal.personId, fields: { ...(await parts.describePerson(principal.personId)), ...where } }];
  };
  type Seen = Pick<CallSighting, 'address' | 'country' | 'operation' | 'outcome' | 'rows' | 'isEscape'>;
  const see = (principal: Principal, seen: Seen): void => {
    watch.see({ what: 'call', atMs: clock.now(), workspaceId: principal.workspaceId, subject: subjectOf(principal), ...seen });
  };

  const unwaited = new Set<Promise<void>>();
  return {
    onCall: async (ended) => {
      const { route, principal, address, country, userAgent, problem, notes } = ended;
      const outcome = outcomeOf(problem);
      if (principal !== null && principal.kind !== 'local-owner' && problem?.code !== 'RATE_LIMITED') {
        const isEscape = problem?.status === 400 && looksLikeEscape(problem.message);
        see(principal, { address, country, operation: route.operation, outcome, rows: problem === null ? (notes.rows ?? 0) : 0, isEscape });
      }
      if (!isRecorded(ended, outcome)) return;
      const detail = { ...notes.detail, ...(notes.rows === undefined ? {} : { rows: notes.rows }), ...whyOf(problem) };
      const { target = targetOf(ended) } = notes;
      const entry: AuditEntry = {
        workspaceId: principal?.workspaceId ?? joined(target),
        action: route.operation,
        outcome,
        actor: actorOf(principal),
        target,
        detail,
        personal: await personalOf(principal, address, userAgent),
      };
      if (problem === null && isReading(route)) await gathered.add(entry);
      else await record(entry);
    },
    onMessage: async ({ operation, principal, address, country, userAgent, problem, message }) => {
      const outcome = outcomeOf(problem);
      const isEscape = problem?.status === 400 && looksLikeEscape(problem.message);
      if (principal !== null) see(principal, { address, country, operation, outcome, rows: 0, isEscape });
      if (problem?.code === 'RATE_LIMITED') return;
      await record({
        workspaceId: principal?.workspaceId ?? '',
        action: operation === 'connect' ? 'connectLive' : 'subscribeLive',
        outcome,
        actor: actorOf(principal),
        detail: { ...outlineOf(message), ...(principal === null ? {} : { policy: principal.policy.name }), ...whyOf(problem) },
        personal: await personalOf(principal, address, userAgent),
      });
    },
    onSignIn: (attempt) => recordSignIn(parts, record, attempt),
    onIngestRefused: ({ operation, problem, principal, address, userAgent, times, seconds }) => {
      const writing = personalOf(principal, address, userAgent)
        .then((personal) => {
          const detail = { ...whyOf(problem), ...(seconds === 0 ? {} : { times, seconds }) };
          const workspaceId = principal?.workspaceId ?? '';
          return record({ workspaceId, action: operation, outcome: 'denied', actor: actorOf(principal), detail, personal });
        })
        .catch((error: unknown) => parts.log.warn({ err: error, operation }, 'a refused ingest call could not be recorded'))
        .finally(() => unwaited.delete(writing));
      unwaited.add(writing);
    },
    settle: async () => void (await Promise.all([gathered.flush(), ...unwaited])),
  };
}

/**
 * Entries that need not be durable before the answer goes out: each commit of an embedded catalog stops everything for half a
 * millisecond, and two hundred viewers of one board ask at once.
 */
function gatherEntries(record: (entry: AuditEntry) => Promise<void>, log: Log) {
  let entries: AuditEntry[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = entries;
    entries = [];
    if (batch.length > 0) writing = Promise.all([writing, ...batch.map(record)]).then(() => undefined);
    writing.catch((error: unknown) => log.error({ err: error, entries: batch.length }, 'questions could not be recorded'));
    return writing;
  };
  return {
    flush,
    add: async (entry: AuditEntry): Promise<void> => {
      entries.push(entry);
      if (entries.length >= mostGathered) await flush();
      else timer ??= setTimeout(() => void flush().catch(() => undefined), gatherMs);
    },
  };
}

/** Waits until an entry is durable; while the catalog is away, only until it has been taken. @throws CATALOG_UNAVAILABLE when too many wait */
function recorder({ audit, log }: AccountabilityParts): (entry: AuditEntry) => Promise<void> {
  return async (entry) => {
    const isAway = audit.state().lastError !== null;
    const recorded = audit.record(entry);
    const tolerated = (error: unknown): void => {
      if (audit.state().waiting >= mostUnwritten) throw error;
      log.warn({ action: entry.action }, 'an audit entry waits for the catalog');
    };
    if (!isAway || audit.state().waiting >= mostUnwritten) await recorded.catch(tolerated);
    else recorded.catch(() => undefined);
  };
}

async function recordSignIn(
  parts: AccountabilityParts,
  record: (entry: AuditEntry) => Promise<void>,
  attempt: SignInAttempt,
): Promise<void> {
  const { audit, watch } = parts;
  const { personId, account, address, userAgent, country, outcome, reason, method } = attempt;
  const workspaceIds = personId === null ? [] : await parts.workspacesOf(personId);
  const isGuess = outcome === 'done' || method === 'password' || method === 'second-factor' || method === 'recovery-code';
  if (isGuess && method !== 'reset') {
    const tried = account ?? personId ?? address;
    watch.see({
      what: 'sign-in',
      atMs: attempt.at,
      workspaceIds,
      personId,
      account: tried,
      address,
      country,
      outcome: outcome === 'done' ? 'done' : 'refused',
    });
  }
  const where = { address, userAgent };
  const personal: AuditPersonal =
    personId === null
      ? { personId: audit.strangerId(account ?? address), fields: where }
      : { personId, fields: { ...(await parts.describePerson(personId)), ...where } };
  const entry = {
    action: 'signIn',
    outcome,
    actor: personId === null ? nobody : { kind: 'person', id: personId },
    detail: { method, reason, country, ...(attempt.providerId === null ? {} : { provider: attempt.providerId }) },
    personal: [personal],
  };
  await Promise.all((workspaceIds.length === 0 ? [''] : workspaceIds).map((workspaceId) => record({ ...entry, workspaceId })));
}

function outcomeOf(problem: Problem | null): AuditOutcome {
  if (problem === null) return 'done';
  if (problem.status === 401 || problem.status === 403 || problem.status === 429) return 'denied';
  // What is not there, or not theirs: the caller is not told which, and neither can the log.
  return problem.status === 404 ? 'denied' : 'failed';
}

/** Every use of a key but to send events; of people what changes something, is refused, or looks at the log itself. */
function isRecorded({ route, principal, problem }: EndedCall, outcome: AuditOutcome): boolean {
  if (problem?.code === 'RATE_LIMITED' || recordedElsewhere.has(route.operation)) return false;
  if (outcome === 'denied') return true;
  if (route.isRecorded !== undefined) return route.isRecorded;
  return (
    route.method !== 'GET' ||
    route.tag === 'audit' ||
    (principal !== null && principal.kind !== 'person' && principal.kind !== 'local-owner')
  );
}

/** The workspace that somebody came into without having been in any: it concerns that workspace, not the installation. */
function joined(target: AuditSubject | null): string {
  return target?.kind === 'workspace' ? target.id : '';
}

function isReading({ method, operation }: EndedCall['route']): boolean {
  return operation === 'query' || (method === 'GET' && !operation.startsWith('export'));
}

function actorOf(principal: Principal | null): AuditSubject {
  return principal === null ? nobody : { kind: principal.kind, id: principal.id };
}

/** What the address names. Ids of the people that events are about are personal, and not written down. */
function targetOf({ route, params }: EndedCall): AuditSubject | null {
  const id = Object.values(params)[0];
  return id === undefined || route.access === 'events:read' || route.access === 'public' ? null : { kind: route.tag, id };
}

function whyOf(problem: Problem | null): Record<string, unknown> {
  return problem === null ? {} : { code: problem.code };
}

function subjectOf({ kind, id, personId }: Principal): Subject {
  return personId === undefined ? { kind: kind === 'outside' ? 'person' : 'key', id } : { kind: 'person', id: personId };
}
