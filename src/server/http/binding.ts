/** Ties a route of the contract to the function that answers it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Route } from '../../shared/contract/route.ts';
import type { Principal } from '../identity/principal.ts';
import type { CallNotes } from './trail.ts';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler is given: parsed input, the principal that was let in, and the raw exchange for what is unusual. */
export interface Call<R extends Route> {
  /** null only on `public` routes */
  principal: R['access'] extends 'public' ? null : Principal;
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  body: Parsed<R['body']>;
  request: FastifyRequest;
  reply: FastifyReply;
  /** aborts when the caller goes away */
  signal: AbortSignal;
  /** adds to what the audit log says of this call */
  note(notes: CallNotes): void;
}

/** A route with its handler, ready to be registered. */
export interface RouteBinding {
  route: Route;
  handle: (call: Call<Route>) => Promise<unknown>;
}

/** `route` answered by `handle`; what `handle` returns is sent as JSON. */
export function bindRoute<R extends Route>(
  route: R,
  handle: (call: Call<R>) => Promise<R['answer'] extends z.ZodType ? z.input<R['answer']> : unknown>,
): RouteBinding {
  return { route, handle: handle as unknown as RouteBinding['handle'] };
}
