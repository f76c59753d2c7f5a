/** The way out in the shape of `fetch`, for libraries that let us give them one. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Outbound, OutboundRequest } from '../../ports/outbound.ts';

/** What bounds each call. */
export interface FetchLimits {
  timeoutMs: number;
  maxBytes: number;
}

const mostRedirects = 5;
const withoutBody = new Set([204, 205, 304]);

/**
 * A `fetch` that goes through `outbound`. Its promise rejects with a Problem where the real one does with a TypeError, and for a body
 * of more than `maxBytes` too: half a document is none.
 */
export function guardedFetch(outbound: Outbound, { timeoutMs, maxBytes }: FetchLimits): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const answer = await outbound.send({
      url: request.url,
      method: request.method as OutboundRequest['method'],
      headers: Object.fromEntries(request.headers),
      ...(request.body === null ? {} : { body: await request.bytes() }),
      timeoutMs,
      maxBytes,
      maxRedirects: request.redirect === 'follow' ? mostRedirects : 0,
      signal: request.signal,
    });
    const { status, url } = answer;
    const unfit = (why: string) => new Problem('OUTBOUND_FAILED', `${new URL(url).origin} ${why}.`);
    if (answer.isCut) throw unfit(`answered more than ${maxBytes} bytes`);
    if (status > 599) throw unfit(`answered the status ${status}, which HTTP does not have`);
    if (request.redirect === 'error' && status >= 300 && status < 400) throw unfit('redirects, which is not expected here');
    return responseOf(status, answer.headers, answer.body, url);
  };
}

function responseOf(status: number, headersByName: Readonly<Record<string, string>>, body: Uint8Array, url: string): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(headersByName)) {
    for (const line of value.split('\n')) headers.append(name, line);
  }
  const response = new Response(withoutBody.has(status) ? null : new Uint8Array(body), { status, headers });
  return Object.defineProperty(response, 'url', { value: url });
}
