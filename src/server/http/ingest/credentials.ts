/** Finds the write key of a call, in its headers or its body, and the principal behind it. */
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../../shared/model/errors.ts';
import type { CallSource } from '../../identity/credential.ts';
import type { Principal } from '../../identity/principal.ts';

/** Who a write key belongs to; null when it is unknown or revoked. */
export type AuthenticateKey = (key: string, source: CallSource) => Principal | null | Promise<Principal | null>;

/** The key in `Authorization: Bearer KEY` or `Basic base64(KEY:)`; null without that header. @throws CREDENTIALS_INVALID */
export function maybeHeaderKey(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const value = header.slice(space + 1).trim();
  if (scheme === 'bearer' && value !== '') return value;
  if (scheme === 'basic') {
    const [key = ''] = Buffer.from(value, 'base64').toString('utf8').split(':');
    if (key !== '') return key;
  }
  throw new Problem('CREDENTIALS_INVALID', 'The Authorization header must be "Bearer KEY" or Basic with the write key as user name.');
}

/** The principal of `key`. @throws CREDENTIALS_MISSING, CREDENTIALS_INVALID, FORBIDDEN */
export async function principalOf(key: unknown, authenticate: (key: string) => Promise<Principal | null>): Promise<Principal> {
  if (key === undefined || key === null || key === '') {
    throw new Problem(
      'CREDENTIALS_MISSING',
      'Send the write key as "Authorization: Bearer KEY", as Basic user name, or as "writeKey" or "api_key" in the body.',
    );
  }
  const principal = typeof key === 'string' ? await authenticate(key) : null;
  if (principal === null) throw new Problem('CREDENTIALS_INVALID', 'The write key is not known or was revoked.');
  if (!principal.permissions.has('events:write')) {
    throw new Problem('FORBIDDEN', 'This key may not send events. Use a write key.');
  }
  return principal;
}
