/** Odd input at every route: each answer is one that the contract knows, and none tells how the server is built. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setWatchRoute, watchKinds } from '../../src/shared/contract/security.ts';
import { rateLimitDefaults } from '../../src/shared/model/rate-limit.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  format?: string;
  minimum?: number;
  minLength?: number;
}
interface Operation {
  operationId: string;
  parameters: { name: string; in: 'path' | 'query'; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const oddTexts = [
  '',
  ' ',
  '..',
  '../../../../etc/passwd',
  '%',
  "' OR 1=1 --",
  '"; DROP TABLE keys; --',
  '\u0000',
  '\ud800',
  '\u202e\u0301🦣',
  '__proto__',
  'constructor',
  '{person.x}',
  '${7*7}{{7*7}}<script>',
  'null',
  'NaN',
  '-1',
  '1e999',
  '9'.repeat(40),
  'x'.repeat(5_000),
  '275760-09-13T00:00:00.001Z',
  'CON',
];
const oddValues: unknown[] = [null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [null], [[[]]], { toString: 1 }, ...oddTexts];
const oddBodies = [
  '',
  'null',
  '0',
  '"x"',
  '[]',
  '{}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `{"x":"${'y'.repeat(2_000_000)}"}`,
  '{"a":1',
  '\ufeff{}',
  '{"a":"\\u0000"}',
];
const oddHeaders: Record<string, string>[] = [
  { 'content-type': 'text/xml' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-type': 'multipart/form-data' },
  { 'content-encoding': 'br', 'content-type': 'application/json' },
  { 'bellwether-workspace': '../x' },
  { 'bellwether-workspace': "' OR 1=1" },
  { 'bellwether-see-as': 'none' },
  { 'if-match': '"' },
  { accept: 'x' },
  { range: 'bytes=0-1,5-' },
  { 'x-forwarded-for': "'; --" },
  { cookie: 'bellwether.session_token=%E0%A4%A' },
  { cookie: '=;;=' },
  { authorization: 'Basic Og==' },
  { authorization: 'Bearer ' },
];

/** What must stand in no answer: places of this machine, frames of a stack, words of the databases and of their errors. */
const telling =
  /node_modules|\/src\/|\.ts:\d|\n\s+at |file:\/\/|SQLITE_|sqlite3?\b|SELECT .* FROM|syntax error at|pg_|Kysely|DB::Exception|Code: \d+\.|ENOENT|EACCES|TypeError|RangeError|Cannot read propert|is not a function|better-auth/;
/** Answers of 500 and more that the contract knows: something of ours or beyond us is not there. */
const known5xx = new Set(['OUTBOUND_FAILED', 'OUTBOUND_TIMEOUT', 'MAIL_FAILED', 'NOT_IN_THIS_VERSION']);
/** Bodies that are not tried: a backup makes files wherever it is told to, and the watch would slow this test down. */
const skippedBodies: Record<string, RegExp> = { backup: /"directory":"[^"]/, setWatch: /"isOn":true/ };
const quietWatch = Object.fromEntries(watchKinds.map((kind) => [kind, { isOn: false, response: 'note' }]));

let server: TestServer;
let operations: { method: string; path: string; operation: Operation }[];
let components: Record<string, Schema>;

async function openServer(environment: Record<string, string>): Promise<void> {
  const off = Object.keys(rateLimitDefaults).map((name) => `${name}=0`);
  server = await openTestServer({ BELLWETHER_RATE_LIMITS: off.join(','), LOG_LEVEL: 'error', ...environment });
  await server.json(setWatchRoute.path, { method: setWatchRoute.method, body: JSON.stringify(quietWatch) });
  const document = await server.json<Document>('/api/openapi.json');
  components = document.components.schemas;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** A value that fits `schema`, as far as one can tell quickly. */
function sampleOf(schema: Schema, depth = 0): unknown {
  if (schema.$ref !== undefined) return depth > 6 ? null : sampleOf(components[schema.$ref.split('/').at(-1)!] ?? {}, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return sampleOf(choice, depth + 1);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, depth + 1)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, part]) => [name, depth > 6 ? null : sampleOf(part, depth + 1)]),
    );
  if (type === 'array') return schema.prefixItems?.map((part) => sampleOf(part, depth + 1)) ?? [sampleOf(schema.items ?? {}, depth + 1)];
  if (type === 'number' || type === 'integer') return Math.max(schema.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  if (schema.format === 'email') return 'ada@example.com';
  return 'x'.repeat(Math.max(schema.minLength ?? 1, 1));
}

/** `value` with each of its leaves, one after the other, replaced by odd values. */
function* mutations(value: unknown): Generator<unknown> {
  yield* oddValues;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    for (const odd of mutations(inner)) {
      const copy = structuredClone(value) as Record<string, unknown>;
      copy[key] = odd;
      yield copy;
    }
  }
}

/** Every step-th of at most `most` items, spread evenly, beginning at a place that follows from `seed`. */
function some<T>(items: readonly T[], most: number, seed: number): T[] {
  const step = Math.max(1, Math.ceil(items.length / most));
  return items.filter((_, i) => i % step === seed % step);
}

async function call(method: string, path: string, headers: Record<string, string>, body?: string): Promise<string | null> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${testOwner.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return faultOf(response.status, response.headers.get('content-type') ?? '', text);
}

function faultOf(status: number, type: string, text: string): string | null {
  if (telling.test(text) && status >= 400) return `${status} tells ${telling.exec(text)![0]}: ${text.slice(0, 300)}`;
  if (status < 400) return null;
  if (!type.startsWith('application/problem+json')) return `${status} is ${type || 'of no type'}: ${text.slice(0, 100)}`;
  const { code, detail, status: said } = JSON.parse(text) as { code: string; detail: string; status: number };
  if (said !== status || detail === '') return `${status} says ${said} "${detail}"`;
  return status >= 500 && !known5xx.has(code) ? `${status} ${code} ${detail}` : null;
}

const pathOf = (path: string, values: Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent((values[name] ?? 'none').toWellFormed()));

/** Items from `items`, each worked off by `work`, a few at a time. */
async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

/** A call of an operation, and the fault of its answer. */
interface Try {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

async function faultsOf(tries: Iterable<Try>): Promise<string[]> {
  const faults: string[] = [];
  await eachOf(tries, async ({ method, path, headers = {}, body }) => {
    const fault = await call(method, path, headers, body);
    if (fault !== null) faults.push(`${method} ${path.slice(0, 120)} ${JSON.stringify(headers)} ${body?.slice(0, 160) ?? ''}: ${fault}`);
  });
  return faults;
}

const oddTails = ['?', '?a=1&a=2', '?a[b][c]=1', '?%ff=1', '?__proto__[x]=1', `?x=${'y'.repeat(10_000)}`, '/', '//', '%2f', '%ff', ';x'];

function* oddAddresses(): Generator<Try> {
  for (const [seed, { method, path, operation }] of operations.entries()) {
    for (const [i, { name, in: where }] of operation.parameters.entries()) {
      for (const odd of some(oddTexts, 4, seed + i)) {
        const query = `?${new URLSearchParams([[name, odd.toWellFormed()]])}`;
        yield { method, path: where === 'path' ? pathOf(path, { [name]: odd }) : pathOf(path, {}) + query };
      }
    }
    for (const tail of some(oddTails, 3, seed)) yield { method, path: pathOf(path, {}) + tail };
  }
}

function* oddlyHeaded(): Generator<Try> {
  for (const [seed, { method, path }] of operations.entries())
    for (const headers of some(oddHeaders, 4, seed))
      yield { method, path: pathOf(path, {}), headers, ...(method === 'GET' ? {} : { body: '{}' }) };
}

function* oddlyFilled(): Generator<Try> {
  for (const [seed, { method, path, operation }] of operations.entries()) {
    if (method === 'GET') continue;
    const schema = operation.requestBody?.content['application/json']?.schema;
    const bodies = schema === undefined ? [] : [...mutations(sampleOf(schema))].map((body) => JSON.stringify(body));
    const skipped = skippedBodies[operation.operationId];
    for (const body of [...some(oddBodies, 5, seed), ...some(bodies, 20, seed)])
      if (skipped?.test(body) !== true) yield { method, path: pathOf(path, {}), body };
  }
}

function suite(): void {
  test('in the address is answered well at every route', async () => {
    expect(operations.length).toBeGreaterThan(20);
    expect(await faultsOf(oddAddresses())).toEqual([]);
  });

  test('in headers is answered well at every route', async () => {
    expect(await faultsOf(oddlyHeaded())).toEqual([]);
  });

  test('in bodies is answered well at every route', async () => {
    expect(await faultsOf(oddlyFilled())).toEqual([]);
  });

  test('that is no request at all is answered with a problem, and the connection ends', async () => {
    const raw = (bytes: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });
    for (const [bytes, status, code] of [
      ['nonsense\r\n\r\n', 400, 'REQUEST_INVALID'],
      ['GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n', 400, 'REQUEST_INVALID'],
      [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
      [`GET /${'y'.repeat(40_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ] as const) {
      const answer = await raw(bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain('content-type: application/problem+json');
      expect(answer).toContain(`"code":"${code}"`);
    }
  });

  test('leaves the server well', async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    // and the key has seen it all: it was not refused from some call on
    expect((await server.json<{ keys: unknown[] }>('/api/admin/keys')).keys.length).toBeGreaterThan(0);
    expect(server.output()).not.toContain('unexpected error');
  });
}

describe('odd input, with SQLite', () => {
  beforeAll(() => openServer({}));
  afterAll(() => server.close());
  suite();
});

describe.skipIf(postgresMissing() !== null)('odd input, with PostgreSQL', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
    await openServer({ DATABASE_URL: await postgres.createDatabase() });
  });
  afterAll(async () => {
    await server.close();
    await postgres.close();
  });
  suite();
});
