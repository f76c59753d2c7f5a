/** Answers who is signed in, and the one-time sign-up. */
import type { FastifyReply } from 'fastify';
import { sessionRoute, signUpRoute } from '../../shared/contract/identity.ts';
import type { Identity } from '../identity/identity.ts';
import { webHeaders } from './access.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** The routes of src/shared/contract/identity.ts. */
export function identityRoutes(identity: Identity): RouteBinding[] {
  return [
    bindRoute(sessionRoute, async ({ request, reply }) => {
      const headers = webHeaders(request);
      const { session, setCookies } = await identity.readSession(headers);
      setAll(reply, setCookies);
      return { session, hasOwner: session !== null || (await identity.hasOwner()), csrf: identity.csrf.tokenOf(headers) };
    }),
    bindRoute(signUpRoute, async ({ body: { token, ...applicant }, request, reply }) => {
      const { session, setCookies } = await identity.signUp(token, applicant, request.ip);
      setAll(reply, setCookies);
      return { session, hasOwner: true, csrf: identity.csrf.tokenOf(cookiesOf(setCookies)) };
    }),
  ];
}

function setAll(reply: FastifyReply, setCookies: readonly string[]): void {
  if (setCookies.length > 0) reply.header('set-cookie', [...setCookies]);
}

/** Request headers as the browser sends them once it has these cookies. */
function cookiesOf(setCookies: readonly string[]): Headers {
  return new Headers({ cookie: setCookies.map((cookie) => cookie.split(';')[0]).join('; ') });
}
