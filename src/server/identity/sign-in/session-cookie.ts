/** The session cookie of a request. */

const cookiePattern = /(?:^|;\s*)((?:__Host-)?bellwether\.session_token)=([^;]+)/;

/** The session cookie alone, as `name=value`, or null. */
export function maybeSessionCookie(headers: Headers): string | null {
  const match = cookiePattern.exec(headers.get('cookie') ?? '');
  return match === null ? null : `${match[1]}=${match[2]}`;
}

/** The token in the session cookie, whether it is still good or not, or null. Its signature is not looked at. */
export function maybeSessionToken(headers: Headers): string | null {
  const value = cookiePattern.exec(headers.get('cookie') ?? '')?.[2];
  return value === undefined ? null : (value.split(/\.|%2[eE]/)[0] ?? null);
}
