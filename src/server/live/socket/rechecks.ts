/** Looks again and again whether connections may stay, and whether they may still follow what they follow. */
import { setImmediate } from 'node:timers/promises';
import { Problem, problemDocument } from '../../../shared/model/errors.ts';
import type { Query } from '../../../shared/model/query.ts';
import { isSamePrincipal, type Principal } from '../../identity/principal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { admit, type Authenticate } from './admission.ts';
import type { Connection } from './connection.ts';
import { end } from './subscribing.ts';

/** Different credentials that are looked at before others get their turn, and in a beat in which nothing has changed. */
const atATime = 250;

/** What rechecks work with. */
export interface RechecksParts {
  connections: () => Iterable<Connection>;
  authenticate: Authenticate;
  allowedOrigins: readonly string[];
  assertMayAsk: (principal: Principal, query: Query) => Promise<void>;
  /** rises when people, roles, sessions, keys or tokens have changed, here or on another node */
  identityGeneration: () => Promise<number>;
  expel: (connection: Connection) => void;
  clock: Clock;
  log: Log;
}

/** The rechecks of all connections of a process. */
export class Rechecks {
  readonly #parts: RechecksParts;
  #isRunning = false;
  #generation: number | null = null;
  /** credentials of the round that have been looked at */
  #done = 0;

  constructor(parts: RechecksParts) {
    this.#parts = parts;
  }

  /** Ends what has expired; looks at all credentials where anything has changed, else at the next few, round and round. */
  async beat(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      this.#endExpired();
      const generation = await this.#parts.identityGeneration();
      const groups = [...this.#byCredentials(() => true).values()];
      const isChanged = generation !== this.#generation;
      const from = isChanged || this.#done >= groups.length ? 0 : this.#done;
      this.#done = isChanged ? groups.length : from + atATime;
      await this.#recheckAll(groups.slice(from, this.#done));
      this.#generation = generation;
      await this.#reexamine();
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'live connections could not be checked again; they stay');
    } finally {
      this.#isRunning = false;
    }
  }

  /** Asks again whether the credentials of connections that `isMeant` picks are valid; ends those whose are not. */
  async recheck(isMeant: (connection: Connection) => boolean): Promise<void> {
    await this.#recheckAll([...this.#byCredentials(isMeant).values()]);
    await this.#reexamine();
  }

  #endExpired(): void {
    const nowMs = this.#parts.clock.now();
    for (const connection of this.#parts.connections())
      if ((connection.principal.expiresMs ?? Infinity) <= nowMs) this.#parts.expel(connection);
  }

  #byCredentials(isMeant: (connection: Connection) => boolean): Map<string, Connection[]> {
    const byCredentials = new Map<string, Connection[]>();
    for (const connection of this.#parts.connections()) {
      if (!isMeant(connection)) continue;
      const same = byCredentials.get(connection.credentialsKey);
      if (same === undefined) byCredentials.set(connection.credentialsKey, [connection]);
      else same.push(connection);
    }
    return byCredentials;
  }

  async #recheckAll(groups: readonly (readonly Connection[])[]): Promise<void> {
    for (const [i, connections] of groups.entries()) {
      await this.#recheckSame(connections);
      if (i % atATime === atATime - 1) await setImmediate();
    }
  }

  async #recheckSame(connections: readonly Connection[]): Promise<void> {
    const { authenticate, allowedOrigins, expel, log } = this.#parts;
    try {
      const principal = await admit(connections[0]!.credentials, authenticate, allowedOrigins);
      for (const connection of connections) {
        if (isSamePrincipal(principal, connection.principal)) connection.principal = principal;
        else expel(connection);
      }
    } catch (error) {
      if (error instanceof Problem && error.status < 500) for (const connection of connections) expel(connection);
      else log.warn({ err: error }, 'credentials of live connections could not be checked again; they stay');
    }
  }

  /** Ends what holders of embed tokens follow and may not any more, because a dashboard has changed. */
  async #reexamine(): Promise<void> {
    for (const connection of this.#parts.connections()) {
      if (connection.principal.embed === undefined) continue;
      for (const subscription of connection.subscriptions.values()) {
        if (subscription.query === null) continue;
        const refusal = await this.#maybeRefusal(connection.principal, subscription.query);
        if (refusal === null || !subscription.isOpen) continue;
        end(connection, subscription);
        connection.socket.emit('error', { ...problemDocument(refusal), id: subscription.id });
      }
    }
  }

  async #maybeRefusal(principal: Principal, query: Query): Promise<Problem | null> {
    try {
      await this.#parts.assertMayAsk(principal, query);
      return null;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return error;
      this.#parts.log.warn({ err: error }, 'whether a panel is still there could not be told; it stays');
      return null;
    }
  }
}
