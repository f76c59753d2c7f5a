/** Whoever calls, as sign-in looks at them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Visitor } from '../identity/sign-in/visitor.ts';
import { webHeaders } from './access.ts';
import type { CountryOf } from './trail.ts';

/** The caller of `request`. */
export function visitorOf(request: FastifyRequest, countryOf: CountryOf): Visitor {
  const { ip, headers, socket } = request;
  const country = countryOf({ peerAddress: socket.remoteAddress ?? '', clientAddress: ip, headers });
  return { headers: webHeaders(request), address: ip, country };
}

/** Sends cookies with the answer. */
export function setAll(reply: FastifyReply, setCookies: readonly string[]): void {
  if (setCookies.length > 0) reply.header('set-cookie', [...setCookies]);
}

/** Request headers as the browser sends them once it has these cookies. */
export function cookiesOf(setCookies: readonly string[]): Headers {
  return new Headers({ cookie: setCookies.map((cookie) => cookie.split(';')[0]).join('; ') });
}
