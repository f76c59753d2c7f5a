/** Tells how every call of the contract ended, so that nothing is done or refused without a trace. */
import type { FastifyRequest } from 'fastify';
import type { Route } from '../../shared/contract/route.ts';
import type { Problem } from '../../shared/model/errors.ts';
import type { Principal } from '../identity/principal.ts';

/** What a handler may add to the trace of its call; no personal data. */
export interface CallNotes {
  /** what was acted upon, where the address does not say */
  target?: { kind: string; id: string };
  detail?: Readonly<Record<string, unknown>>;
  /** rows that go out with the answer */
  rows?: number;
}

/** A call that has ended. */
export interface EndedCall {
  route: Route;
  /** null: without credentials, or with such as are not valid */
  principal: Principal | null;
  address: string;
  /** ISO 3166 code; null where it is not known */
  country: string | null;
  userAgent: string;
  params: Readonly<Record<string, string>>;
  /** null: it went well */
  problem: Problem | null;
  notes: CallNotes;
}

/** Tells the country of a sender. */
export type CountryOf = (sender: { peerAddress: string; clientAddress: string; headers: FastifyRequest['headers'] }) => string | null;

/** Hears of each call before its answer goes out. @throws what is to be answered instead */
export type CallTrail = (ended: EndedCall) => Promise<void>;

/** What is known of a call while it runs. */
export class CallTrace {
  principal: Principal | null = null;
  readonly #route: Route;
  readonly #request: FastifyRequest;
  readonly #countryOf: CountryOf;
  #notes: CallNotes = {};

  constructor(route: Route, request: FastifyRequest, countryOf: CountryOf) {
    this.#route = route;
    this.#request = request;
    this.#countryOf = countryOf;
  }

  /** Adds notes; later ones replace earlier ones of the same name. */
  note(notes: CallNotes): void {
    this.#notes = { ...this.#notes, ...notes };
  }

  /** The call, ended with `problem` or well. */
  ended(problem: Problem | null): EndedCall {
    const { ip, headers, params, socket } = this.#request;
    return {
      route: this.#route,
      principal: this.principal,
      address: ip,
      country: this.#countryOf({ peerAddress: socket.remoteAddress ?? '', clientAddress: ip, headers }),
      userAgent: headers['user-agent'] ?? '',
      params: (params ?? {}) as Record<string, string>,
      problem,
      notes: this.#notes,
    };
  }
}
