/** Calls to addresses that a user may set (webhooks, sign-in providers, sources): whoever implements it keeps our own network out of reach. */

/** One call. */
export interface OutboundRequest {
  /** http or https, without credentials in it */
  url: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
  /** for everything together: name, connection, redirects, body; default 10,000 */
  timeoutMs?: number;
  /** of the answer's body; what is beyond is not read; default 1 MB */
  maxBytes?: number;
  /** default 0: a redirect is an answer like any other */
  maxRedirects?: number;
  signal?: AbortSignal;
}

/** What came back. */
export interface OutboundAnswer {
  status: number;
  /** names in lower case; values of a repeated header are joined, those of `set-cookie` by line feeds */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** the body was longer than `maxBytes`: its beginning is here */
  isCut: boolean;
  /** where the answer came from, after redirects */
  url: string;
}

/** The way out. */
export interface Outbound {
  /** @throws OUTBOUND_FORBIDDEN, OUTBOUND_FAILED, OUTBOUND_TIMEOUT; the signal's reason when it aborts */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Refuses what can be refused before a name is looked up, for the moment at which somebody types an address. @throws OUTBOUND_FORBIDDEN */
  assertAllowed(url: string): void;
}
