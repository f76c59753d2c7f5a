/** The shape of every HTTP route: one value gives the type, the validation, the documentation and the client. */
import type { z } from 'zod';
import type { Permission } from '../model/permission.ts';
import type { RouteLimit } from '../model/rate-limit.ts';

/**
 * Who may call a route. `public`: anybody; `signed-in`: a person, about themselves; `operator`: who runs the installation;
 * else whoever has that permission in the workspace of the call.
 */
export type Access = 'public' | 'signed-in' | 'operator' | Permission;

/** A route of the contract. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Fastify syntax: `/api/analytics/imports/:id` */
  path: string;
  operation: string;
  summary: string;
  tag: string;
  access: Access;
  /** whether holders of embed tokens may call it; what they see of it is then up to their token. Default: they may not */
  isForEmbeds?: boolean;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** other content types of a body than JSON, with what is in them; only for the document */
  bodyTypes?: Readonly<Record<string, string>>;
  answer?: z.ZodType;
  /** what a call is counted as, besides the calls of its caller; without it only those count */
  limit?: RouteLimit;
  /** whether the audit log has an entry of each call; without it: of every one that is no GET. What is refused is always recorded. */
  isRecorded?: boolean;
}
