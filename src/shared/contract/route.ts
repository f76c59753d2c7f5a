/** The shape of every HTTP route: one value gives the type, the validation, the documentation and the client. */
import type { z } from 'zod';

/**
 * Who may call a route. `public`: anybody; `ingest`: a write key; `ask`: API key or session; `admin`: owner session,
 * full-scope API key or the local owner token.
 */
export type Access = 'public' | 'ingest' | 'ask' | 'admin';

/** A route of the contract. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Fastify syntax: `/api/analytics/imports/:id` */
  path: string;
  operation: string;
  summary: string;
  tag: string;
  access: Access;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** other content types of a body than JSON, with what is in them; only for the document */
  bodyTypes?: Readonly<Record<string, string>>;
  answer?: z.ZodType;
}
