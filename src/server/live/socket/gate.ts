/** The Socket.IO server: lets clients in, bounds what they may do, and looks again whether they may stay. */
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { Ack, ClientToServer, LiveStatus, ServerToClient } from '../../../shared/contract/live.ts';
import { Problem, problemDocument } from '../../../shared/model/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { TokenBucket } from '../pace.ts';
import { admit, credentialsOf, refusalOf, type Authenticate } from './admission.ts';
import type { Broadcaster } from './broadcaster.ts';
import { Connection, connectionLimits, type Credentials, type LiveSocket } from './connection.ts';
import { encodePacket } from './packet.ts';
import { Rechecks, type RechecksParts } from './rechecks.ts';
import { endAll, subscribe, unsubscribe, type SubscribingParts } from './subscribing.ts';
import type { EndedMessage, LiveTrail } from './trail.ts';
import type { Principal } from '../../identity/principal.ts';

/** Times and bounds of the socket server. */
export const gateLimits = {
  /** a client that is gone is noticed after both together at the latest, ms */
  pingIntervalMs: 20_000,
  pingTimeoutMs: 15_000,
  /** time to send credentials, ms */
  connectMs: 10_000,
  messageBytes: 256 * 1024,
  sockets: 20_000,
  /** how often it is looked whether open sockets may stay, ms */
  recheckMs: 400,
} as const;

/** Headers of every answer by polling, which is data and nothing else. */
const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

/** What the gate needs. */
export interface GateParts extends SubscribingParts {
  httpServer: HttpServer;
  authenticate: Authenticate;
  identityGeneration: RechecksParts['identityGeneration'];
  /** origins of other pages that may connect with a cookie */
  allowedOrigins: readonly string[];
  clock: Clock;
  log: Log;
  broadcaster: Broadcaster;
  statusOf: (workspaceId: string) => LiveStatus;
  trail: LiveTrail;
  /** of a client, from the socket or a trusted proxy */
  whereOf: (handshake: LiveSocket['handshake']) => { address: string; country: string | null };
  tries: Tries;
}

/** Bounds how often an address may show credentials that are not valid, and how often somebody subscribes whom the watch slowed down. */
export interface Tries {
  /** @throws RATE_LIMITED */
  assertMayTry(address: string, credential: string): void;
  noteTry(address: string, credential: string, isRight: boolean): void;
  /** @throws RATE_LIMITED */
  countSubscription(principal: Principal): void;
}

/** All connections of this process. */
export class Gate {
  readonly #parts: GateParts;
  readonly #io: Server<ClientToServer, ServerToClient>;
  readonly #byWorkspace = new Map<string, Set<Connection>>();
  #count = 0;
  readonly #rechecks: Rechecks;
  readonly #recheckTimer: NodeJS.Timeout;
  #isClosed = false;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#io = new Server(parts.httpServer, {
      path: '/socket.io',
      serveClient: false,
      pingInterval: gateLimits.pingIntervalMs,
      pingTimeout: gateLimits.pingTimeoutMs,
      connectTimeout: gateLimits.connectMs,
      maxHttpBufferSize: gateLimits.messageBytes,
      perMessageDeflate: false,
      cors: { origin: [...parts.allowedOrigins], credentials: true },
      allowRequest: (_, answer) => {
        if (this.#isClosed) answer('The server is stopping', false);
        else if (this.#io.engine.clientsCount >= gateLimits.sockets) answer('Too many connections', false);
        else answer(null, true);
      },
    });
    this.#io.engine.on('headers', (headers: Record<string, string>) => Object.assign(headers, answerHeaders));
    this.#io.use((socket, next) => void this.#admit(socket, next));
    this.#io.on('connection', (socket) => this.#welcome(socket));
    this.#rechecks = new Rechecks({ ...parts, connections: () => this.#all(), expel: (connection) => this.#expel(connection) });
    this.#recheckTimer = setInterval(() => void this.#rechecks.beat(), gateLimits.recheckMs);
    this.#recheckTimer.unref();
  }

  /** Workspaces that somebody is connected to. */
  workspaces(): ReadonlySet<string> {
    return new Set(this.#byWorkspace.keys());
  }

  /** Open connections. */
  get count(): number {
    return this.#count;
  }

  /** Sends the state of the pipeline to everybody of a workspace. */
  tellStatus(workspaceId: string, status: LiveStatus): void {
    this.#parts.broadcaster.sendPacket(
      [...(this.#byWorkspace.get(workspaceId) ?? [])],
      encodePacket('bellwether:status', JSON.stringify(status)),
    );
  }

  /** Ends all connections of a principal. */
  disconnect(principalId: string): void {
    for (const connection of this.#all()) if (connection.principal.id === principalId) this.#expel(connection);
  }

  /** Asks again whether the credentials of connections that `isMeant` picks are valid; ends those whose are not. */
  async recheck(isMeant: (connection: Connection) => boolean): Promise<void> {
    await this.#rechecks.recheck(isMeant);
  }

  /**
   * Ends all connections; the HTTP server is left to whom it belongs. Clients see their transport close, and so come back by
   * themselves to the server that follows, which they would not do after a Socket.IO disconnect.
   */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#recheckTimer);
    for (const connection of this.#all()) endAll(connection);
    this.#io.engine.close();
  }

  async #admit(socket: LiveSocket, next: (refusal?: Error) => void): Promise<void> {
    const { authenticate, allowedOrigins, clock } = this.#parts;
    const credentials = credentialsOf(socket.handshake, this.#parts.whereOf(socket.handshake).address);
    let refusal: Error | undefined;
    try {
      const principal = await this.#tryOnce(socket, credentials, () => admit(credentials, authenticate, allowedOrigins));
      const permissions = new TokenBucket(connectionLimits.messagesPerSecond, connectionLimits.messagesAtOnce, clock.now());
      socket.data = new Connection(socket, principal, credentials, permissions);
    } catch (error) {
      refusal = this.#refuse(error);
      await this.#tell({ operation: 'connect', principal: null, ...this.#whence(socket), problem: asProblem(error), message: null });
    }
    next(refusal);
  }

  /** Bounds how often an address is refused, with a token or without: each refusal is written down. */
  async #tryOnce(socket: LiveSocket, credentials: Credentials, work: () => Promise<Principal>): Promise<Principal> {
    const { tries, whereOf } = this.#parts;
    const { address } = whereOf(socket.handshake);
    const shown = shownBy(credentials);
    tries.assertMayTry(address, shown);
    try {
      const principal = await work();
      tries.noteTry(address, shown, true);
      return principal;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) tries.noteTry(address, shown, false);
      throw error;
    }
  }

  #whence({ handshake }: LiveSocket): Pick<EndedMessage, 'address' | 'country' | 'userAgent'> {
    return { ...this.#parts.whereOf(handshake), userAgent: handshake.headers['user-agent'] ?? '' };
  }

  async #tell(ended: EndedMessage): Promise<void> {
    await this.#parts.trail(ended).catch((error: unknown) => this.#parts.log.error({ err: error }, 'a live message could not be recorded'));
  }

  #refuse(error: unknown): Error {
    if (!(error instanceof Problem)) this.#parts.log.error({ err: error }, 'a live connection could not be authenticated');
    return refusalOf(error);
  }

  #welcome(socket: LiveSocket): void {
    const connection = socket.data as Connection;
    this.#enter(connection);
    const whence = this.#whence(socket);
    releaseRequest(socket, connection.credentials);
    socket.on('disconnect', () => {
      this.#leave(connection);
      endAll(connection);
    });
    socket.use((packet, next) => {
      if (this.#isAllowed(connection, packet)) next();
    });
    socket.on('subscribe', (message: unknown, ack: unknown) => {
      const answer = answerer(connection, ack);
      const { principal } = connection;
      const tell = (problem: Problem | null) => this.#tell({ operation: 'subscribe', principal, ...whence, problem, message });
      const accept = (): void => {
        answer({ ok: true });
        void tell(null);
      };
      void subscribe(this.#parts, connection, message, accept).catch(async (error: unknown) => {
        await tell(asProblem(error));
        answer(this.#problem(error));
      });
    });
    socket.on('unsubscribe', (message: unknown, ack: unknown) => {
      const answer = answerer(connection, ack);
      try {
        unsubscribe(connection, message);
        answer({ ok: true });
      } catch (error) {
        answer(this.#problem(error));
      }
    });
    connection.write(encodePacket('bellwether:status', JSON.stringify(this.#parts.statusOf(connection.principal.workspaceId))));
  }

  *#all(): Generator<Connection> {
    for (const connections of this.#byWorkspace.values()) yield* connections;
  }

  #enter(connection: Connection): void {
    const { workspaceId } = connection.principal;
    const others = this.#byWorkspace.get(workspaceId);
    if (others === undefined) this.#byWorkspace.set(workspaceId, new Set([connection]));
    else others.add(connection);
    this.#count++;
  }

  #leave(connection: Connection): void {
    const { workspaceId } = connection.principal;
    const others = this.#byWorkspace.get(workspaceId);
    if (others?.delete(connection)) this.#count--;
    if (others?.size === 0) this.#byWorkspace.delete(workspaceId);
  }

  #isAllowed(connection: Connection, packet: readonly unknown[]): boolean {
    if (connection.permissions.take(this.#parts.clock.now())) return true;
    connection.refused++;
    if (connection.refused > connectionLimits.patience) connection.socket.disconnect(true);
    else answerer(connection, packet.at(-1))(this.#problem(new Problem('RATE_LIMITED', 'Too many messages. Wait a second.')));
    return false;
  }

  #expel(connection: Connection): void {
    const problem = problemDocument(new Problem('CREDENTIALS_INVALID', 'These credentials are not valid any more.'));
    endAll(connection);
    connection.socket.emit('error', problem);
    connection.socket.disconnect(true);
  }

  #problem(error: unknown): Ack {
    if (!(error instanceof Problem)) this.#parts.log.error({ err: error }, 'a live message could not be answered');
    return { ok: false, error: problemDocument(error) };
  }
}

/** What is told right from wrong: a token, or else a cookie with what it is to open. */
function shownBy({ token, headers: { cookie, authorization, origin, ...wishes } }: Credentials): string {
  return token ?? JSON.stringify([cookie, authorization, origin, wishes]);
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('INTERNAL', 'An unexpected error.');
}

/** What takes the answer to a message: its acknowledgement, or for want of one an `error` message if it was refused. */
function answerer(connection: Connection, ack: unknown): (answer: Ack) => void {
  return (answer) => {
    if (typeof ack === 'function') ack(answer);
    else if (!answer.ok) connection.socket.emit('error', answer.error);
  };
}

/**
 * Lets go of the HTTP request of the handshake, a third of what a connection holds, but for what credentials are read from
 * and what Socket.IO reads again when a client leaves the namespace and comes back.
 */
function releaseRequest({ conn, handshake }: LiveSocket, { headers }: Credentials): void {
  handshake.headers = headers;
  (conn as { request: unknown }).request = { headers, url: '', _query: {}, connection: {} };
}
