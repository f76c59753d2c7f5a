/** One HTTP exchange over a connection to an address that was checked. */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { OutboundAnswer } from '../../ports/outbound.ts';
import type { ResolvedAddress } from './target.ts';

/** What one exchange sends. */
export interface Exchange {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | null;
  maxBytes: number;
  signal: AbortSignal;
  /** asked once, when the connection is made; not asked for an IP address in the URL */
  addresses(): Promise<readonly ResolvedAddress[]>;
}

/** What came back; a redirect is not followed. @throws whatever the connection, `addresses` or the signal says */
export function exchange({ url, method, headers, body, maxBytes, signal, addresses }: Exchange): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
    // No agent: no connection is shared, so none outlives the check of its address, and no proxy is taken from the environment.
    const request = begin(url, { method, headers, agent: false, signal, lookup: lookupAmong(addresses), maxHeaderSize: 32_768 });
    request.once('error', reject);
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('The server changed the protocol.'));
    });
    request.once('response', (response) => {
      readBody(response, maxBytes).then(
        ({ bytes, isCut }) =>
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: bytes, isCut, url: url.href }),
        reject,
      );
    });
    request.end(body ?? undefined);
  });
}

function lookupAmong(addresses: Exchange['addresses']): LookupFunction {
  return (_hostname, options, callback) => {
    const find = async (): Promise<() => void> => {
      try {
        const found = await addresses();
        const fitting = options.family === 4 || options.family === 6 ? found.filter(({ family }) => family === options.family) : found;
        const first = fitting[0];
        if (first === undefined) throw new Error('The name has no address of this family.');
        return () => (options.all === true ? callback(null, [...fitting]) : callback(null, first.address, first.family));
      } catch (error) {
        return () => callback(error as NodeJS.ErrnoException, '', 0);
      }
    };
    // Called outside of the promise: what the callback throws is not ours to catch.
    void find().then((answer) => process.nextTick(answer));
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<{ bytes: Uint8Array; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (sizeBytes > maxBytes) return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: true };
  }
  return { bytes: Buffer.concat(chunks), isCut: false };
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join('\n') : String(value)]));
}
