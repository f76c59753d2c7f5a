/** The table of every error that may leave the server: code, HTTP status, title, whether trying again can help. */

interface ProblemEntry {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

/** Each code is stable: clients match on it. The message of an instance names the offending value and what to do. */
export const problemTable = {
  // asking in the wrong way
  REQUEST_INVALID: { status: 400, title: 'The request is not valid', retryable: false },
  BODY_EMPTY: { status: 400, title: 'Nothing was sent', retryable: false },
  BODY_UNDECODABLE: { status: 400, title: 'The body cannot be decoded', retryable: false },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', retryable: false },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large', retryable: false },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive', retryable: true },
  BODY_TYPE_UNKNOWN: { status: 415, title: 'The content type is not accepted', retryable: false },
  NOTHING_USABLE: { status: 400, title: 'No event in the body can be used', retryable: false },
  NOT_FOUND: { status: 404, title: 'Not found', retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here', retryable: false },
  CONFLICT: { status: 409, title: 'The resource has changed', retryable: false },
  // who is asking
  CREDENTIALS_MISSING: { status: 401, title: 'Credentials are missing', retryable: false },
  CREDENTIALS_INVALID: { status: 401, title: 'Credentials are not valid', retryable: false },
  FORBIDDEN: { status: 403, title: 'Not permitted', retryable: false },
  ORIGIN_FORBIDDEN: { status: 403, title: 'The origin is not allowed', retryable: false },
  CSRF_INVALID: { status: 403, title: 'The call is not proven to come from our own page', retryable: true },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retryable: true },
  // questions
  QUERY_INVALID: { status: 400, title: 'The query is not valid', retryable: false },
  FIELD_UNKNOWN: { status: 400, title: 'The field is not known', retryable: false },
  METRIC_UNKNOWN: { status: 400, title: 'The metric is not known', retryable: false },
  DATASET_UNKNOWN: { status: 400, title: 'The dataset is not known', retryable: false },
  QUERY_TIMEOUT: { status: 408, title: 'The question took too long', retryable: true },
  QUERY_OVER_BUDGET: { status: 422, title: 'The question costs too much', retryable: false },
  QUERY_CANCELLED: { status: 408, title: 'The question was cancelled', retryable: true },
  // what we ask of others
  OUTBOUND_FORBIDDEN: { status: 422, title: 'The address may not be called', retryable: false },
  OUTBOUND_FAILED: { status: 502, title: 'The other server did not answer as it should', retryable: true },
  OUTBOUND_TIMEOUT: { status: 504, title: 'The other server took too long', retryable: true },
  MAIL_NOT_CONFIGURED: { status: 409, title: 'No mail server is configured', retryable: false },
  MAIL_FAILED: { status: 502, title: 'The mail could not be sent', retryable: true },
  // our own state
  SPOOL_FULL: { status: 503, title: 'The spool is full', retryable: true },
  DISK_FULL: { status: 503, title: 'The disk is full', retryable: true },
  WAREHOUSE_UNAVAILABLE: { status: 503, title: 'The warehouse is not available', retryable: true },
  CATALOG_UNAVAILABLE: { status: 503, title: 'The catalog is not available', retryable: true },
  STARTING: { status: 503, title: 'The server is starting', retryable: true },
  STOPPING: { status: 503, title: 'The server is stopping', retryable: true },
  BACKUP_DAMAGED: { status: 422, title: 'The backup is damaged', retryable: false },
  NOT_IN_THIS_VERSION: { status: 501, title: 'Not in this version', retryable: false },
  INTERNAL: { status: 500, title: 'Something went wrong on our side', retryable: true },
} as const satisfies Record<string, ProblemEntry>;

/** A code of {@link problemTable}. */
export type ProblemCode = keyof typeof problemTable;

/** An error whose message may be shown to the person or program that caused it. Thrown where known, caught at the edge. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** Further members of the RFC 9457 document, such as `counts` or `retryAfterSeconds`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, message: string, extra: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.code = code;
    this.extra = extra;
  }

  get status(): number {
    return problemTable[this.code].status;
  }

  get isRetryable(): boolean {
    return problemTable[this.code].retryable;
  }
}

/** The RFC 9457 document of an error, as sent over HTTP and inside socket acknowledgements. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  retryable: boolean;
  [extra: string]: unknown;
}

/** The document that describes `error`; anything that is not a {@link Problem} becomes INTERNAL and says nothing more. */
export function problemDocument(error: unknown): ProblemDocument {
  const problem = error instanceof Problem ? error : new Problem('INTERNAL', 'An unexpected error. It was logged; try again.');
  const { status, title, retryable } = problemTable[problem.code];
  return {
    ...problem.extra,
    type: `urn:bellwether:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.message,
    retryable,
  };
}
