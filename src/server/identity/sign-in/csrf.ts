/** The token by which a page proves that it may use the session cookie which the browser sends along. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../../sealing/secrets.ts';
import { maybeSessionToken } from './session-cookie.ts';

/** Tokens by request headers. */
export interface CsrfTokens {
  /** The token that belongs to the session cookie, good or not; null when there is no such cookie. */
  tokenOf(headers: Headers): string | null;
  /** Whether `token` belongs to the session cookie; compared in constant time. */
  isValid(headers: Headers, token: string): boolean;
}

/**
 * Tokens that follow from the session: an HMAC of it, under a key that is derived from the secret. A page of another site
 * can make the browser send the cookie, but cannot read an answer that tells the token.
 */
export function createCsrfTokens(secret: string): CsrfTokens {
  const key = deriveKey(secret, 'csrf');
  const macOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    tokenOf: (headers) => {
      const session = maybeSessionToken(headers);
      return session === null ? null : macOf(session).toString('base64url');
    },
    isValid: (headers, token) => {
      const session = maybeSessionToken(headers);
      if (session === null) return false;
      const given = Buffer.from(token, 'base64url');
      const wanted = macOf(session);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
