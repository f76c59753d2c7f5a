/** Which pages may sign people in and out. */

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * The origins whose pages may call sign-in: the public address, the configured other ones, the address of the request itself,
 * and on this machine `localhost` and its numbers alike, as people type either.
 */
export function trustedOrigins(request: Request | undefined, publicUrl: string | null, webOrigins: readonly string[]): string[] {
  const origins = [...webOrigins];
  if (publicUrl !== null) origins.push(new URL(publicUrl).origin);
  if (request === undefined) return origins;
  const own = new URL(request.url);
  origins.push(own.origin);
  for (const host of [own.host, request.headers.get('host') ?? '']) {
    const match = loopbackHost.exec(host);
    if (match !== null) for (const name of ['localhost', '127.0.0.1', '[::1]']) origins.push(`http://${name}${match[2] ?? ''}`);
  }
  return origins;
}

/**
 * The Origin to judge a request by. A browser always sends `Origin` or `Sec-Fetch-Site` with a call that changes something,
 * so a request without either comes from a program that was given the cookie on purpose, and counts as our own.
 */
export function originOf(request: Request): string | null {
  const origin = request.headers.get('origin');
  if (origin !== null) return origin;
  const site = request.headers.get('sec-fetch-site');
  return site === null || site === 'same-origin' ? new URL(request.url).origin : null;
}
