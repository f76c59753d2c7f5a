/** Live: windows and feed straight from the ingest stream, questions answered again as commits move, told to whoever follows. */
import type { Server as HttpServer } from 'node:http';
import type { LiveStatus } from '../../shared/contract/live.ts';
import type { ProblemDocument } from '../../shared/model/errors.ts';
import type { AcceptedListener, CommitListener } from '../ports/accepted.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { findLiveWorkspaces, readLatestEvents, readWorkspaceHistory, type HistoryScope } from '../warehouse/live-windows.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import type { View } from '../warehouse/view/view.ts';
import type { AskQuery, QuestionRoom } from './rooms/question-room.ts';
import { Rooms } from './rooms/rooms.ts';
import type { Authenticate } from './socket/admission.ts';
import { Broadcaster } from './socket/broadcaster.ts';
import type { Subscription } from './socket/connection.ts';
import { Gate, type GateParts } from './socket/gate.ts';
import type { LiveTrail } from './socket/trail.ts';
import { encodePacket } from './socket/packet.ts';
import { liveStatus, StatusTeller } from './status.ts';
import { seriesLimits } from './windows/named-series.ts';
import { feedLimits } from './windows/feed.ts';
import { IngestStream } from './windows/stream.ts';
import { lateMs } from './windows/workspace-windows.ts';

/** What live needs of the world. */
export interface LiveParts {
  /** the server whose `/socket.io` becomes ours */
  httpServer: HttpServer;
  authenticate: Authenticate;
  /** rises when people, roles, sessions, keys or tokens have changed, here or on another node */
  identityGeneration: GateParts['identityGeneration'];
  /** hears of every connection refused and every subscription */
  trail: LiveTrail;
  whereOf: GateParts['whereOf'];
  tries: GateParts['tries'];
  /** holders of embed tokens may ask what their panels ask, and nothing else. @throws FORBIDDEN */
  assertMayAsk: GateParts['assertMayAsk'];
  ask: AskQuery;
  warehouse: Pick<Warehouse, 'ask' | 'health' | 'onHealth'>;
  /** what masked values are hashed with */
  maskSalt: MaskSalt;
  /** origins of other pages that may connect with a cookie: WEB_ORIGINS and PUBLIC_URL */
  allowedOrigins: readonly string[];
  clock: Clock;
  /** monotonic milliseconds, for what things cost */
  stopwatch: () => number;
  log: Log;
}

/** What live does for the rest of the server. */
export interface Live {
  /** hears of durable events */
  onAccepted: AcceptedListener;
  /** hears of commits, deletes and mutations; after the query engine did */
  onCommit: CommitListener;
  /** Fills the windows with what came before this process. May be called again: nothing counts twice. */
  rebuild(): Promise<void>;
  /** Ends all connections of a principal: it was revoked. */
  disconnectPrincipal(principalId: string): void;
  /** Looks again at the credentials of a principal or person, since something of theirs has ended. */
  recheckPrincipal(principalId: string): Promise<void>;
  /** Looks again at all of a workspace: how its tokens are signed has changed, or what its dashboards show. */
  recheckWorkspace(workspaceId: string): Promise<void>;
  stats(): LiveStatistics;
  /** Ends all connections; the HTTP server stays open. */
  close(): void;
}

/** How live is. */
export interface LiveStatistics {
  sockets: number;
  /** rooms that somebody is in */
  rooms: { questions: number; channels: number };
  /** subscriptions that are left out of broadcasts because their client is slow */
  behind: number;
}

/** How often slow clients are looked at, states told and feeds settled; how often rooms and streams are tidied, ms. */
const beatMs = 250;
const tidyMs = 5_000;
/** quiet time after a commit from before this process, before the windows are read again */
const settleMs = 1_000;

/** Attaches live to an HTTP server. Events are counted from now on; `rebuild` brings what was before. */
export function createLive(parts: LiveParts): Live {
  const { clock, log, stopwatch, warehouse } = parts;
  const startMs = clock.now();
  const stream = new IngestStream(startMs);
  const behind = new Set<Subscription>();
  const broadcaster = new Broadcaster(stopwatch, (subscription) => behind.add(subscription));
  const { ask, maskSalt } = parts;
  const readLatest = (view: View) => readLatestEvents(warehouse, view, historyScope(clock.now(), clock.now()));
  const rooms = new Rooms({ stream, broadcaster, ask, maskSalt, readLatest, clock, stopwatch, log, onProblem: tellProblem });
  const statusOf = (workspaceId: string): LiveStatus => liveStatus(warehouse.health().state, stream.lagMs(workspaceId, clock.now()));
  const teller = new StatusTeller();
  const gate = new Gate({ ...parts, rooms, broadcaster, nowMs: () => clock.now(), statusOf: (id) => teller.begin(id, statusOf(id)) });
  const rebuilder = createRebuilder(parts, stream, startMs);

  const tellStatuses = (): void => {
    const workspaces = gate.workspaces();
    teller.keepOnly(workspaces);
    for (const workspaceId of workspaces) {
      const status = statusOf(workspaceId);
      if (teller.isNews(workspaceId, status)) gate.tellStatus(workspaceId, status);
    }
  };
  const beat = setInterval(() => {
    restoreSlow(behind);
    stream.settleFeeds();
    tellStatuses();
  }, beatMs);
  const tidy = setInterval(() => {
    rooms.sweep(clock.now());
    stream.tidy(clock.now(), (workspaceId) => rooms.isWatched(workspaceId));
  }, tidyMs);
  beat.unref();
  tidy.unref();
  const stopListening = warehouse.onHealth(({ state }) => {
    tellStatuses();
    if (state === 'ready') rooms.retryQuestions();
  });

  return {
    onAccepted(batch) {
      stream.accept(batch, clock.now());
      rooms.touchChannels(batch.workspaceId);
    },
    onCommit(notice) {
      stream.commit(notice, clock.now());
      rooms.noticeCommit(notice);
      if (notice.watermarkMs < startMs && notice.dataset === 'events') rebuilder.soon(notice.workspaceId);
    },
    rebuild: () => rebuilder.all(),
    disconnectPrincipal: (principalId) => gate.disconnect(principalId),
    recheckPrincipal: (principalId) => gate.recheck(({ principal }) => principal.id === principalId || principal.personId === principalId),
    recheckWorkspace: (workspaceId) => gate.recheck(({ principal }) => principal.workspaceId === workspaceId),
    stats: () => ({ sockets: gate.count, rooms: rooms.count(), behind: behind.size }),
    close() {
      clearInterval(beat);
      clearInterval(tidy);
      stopListening();
      rebuilder.close();
      gate.close();
      rooms.close();
    },
  };
}

/** Tells the members of a room that its question cannot be answered. */
function tellProblem(room: QuestionRoom, problem: ProblemDocument): void {
  for (const { connection, id } of room.members) connection.write(encodePacket('error', JSON.stringify({ ...problem, id })));
}

/** Slow clients that have caught up with what was sent to them get a snapshot. */
function restoreSlow(behind: Set<Subscription>): void {
  for (const subscription of behind) {
    if (subscription.isOpen && !subscription.connection.isIdle()) continue;
    behind.delete(subscription);
    if (subscription.isOpen) subscription.restore();
  }
}

function historyScope(nowMs: number, receivedBeforeMs: number): HistoryScope {
  const { names, sums } = seriesLimits;
  return { nowMs, receivedBeforeMs, lateMs, names, sums, latest: feedLimits.snapshot };
}

/** Reads the time before this process from the warehouse, also again when more of that time has been committed. */
function createRebuilder({ warehouse, clock, log }: LiveParts, stream: IngestStream, startMs: number) {
  const timers = new Map<string, NodeJS.Timeout>();
  const scope = (): HistoryScope => historyScope(clock.now(), startMs);
  const one = async (workspaceId: string): Promise<void> => {
    const history = await readWorkspaceHistory(warehouse, workspaceId, scope());
    stream.install(history, clock.now());
  };
  return {
    async all(): Promise<void> {
      for (const workspaceId of await findLiveWorkspaces(warehouse, scope())) await one(workspaceId);
    },
    soon(workspaceId: string): void {
      clearTimeout(timers.get(workspaceId));
      const read = (): void => {
        timers.delete(workspaceId);
        one(workspaceId).catch((err: unknown) => log.warn({ err, workspaceId }, 'live windows lack what came before the start'));
      };
      timers.set(workspaceId, setTimeout(read, settleMs));
    },
    close(): void {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
