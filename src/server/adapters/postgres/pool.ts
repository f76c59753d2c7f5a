/** A pool of PostgreSQL connections whose 64-bit integers are numbers and whose outages are Problems. */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Pool, types, type PoolClient } from 'pg';
import { Problem } from '../../../shared/model/errors.ts';
import type { Log } from '../../ports/log.ts';

/** int8 and numeric (what `sum` of int8 gives); everything that we keep is exact below 2^53. */
const numberOids = new Set([20, 1700]);

/** A pool of at most `size` connections to the database of `url`. */
export function openPool(url: string, size: number, log: Log): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    max: size,
    application_name: 'bellwether',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    // A node or a network that hangs must not hold locks, or callers, for ever.
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        numberOids.has(oid) ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
    },
  });
  // Without a listener the loss of an idle connection would end the process; the pool replaces it by itself.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection to the catalog was lost'));
  const clients = new WeakMap<PoolClient, PostgresPoolClient>();
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect().catch(rethrow);
    const known = clients.get(client) ?? translate(client);
    clients.set(client, known);
    return known;
  };
  return { connect, end: () => pool.end(), options: pool.options };
}

function translate(client: PoolClient): PostgresPoolClient {
  // A broken connection is reported twice: by the query, and by this event, which must not end the process.
  client.on('error', () => undefined);
  // Kysely's type also promises cursors, which need a package that we do not use.
  const query = (async (text: string, values: unknown[]) =>
    client.query(text, values).catch(rethrow)) as unknown as PostgresPoolClient['query'];
  return { query, release: (isBroken) => client.release(isBroken) };
}

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** SQLSTATE: connection exception, authorisation, unknown database, too many connections, shutdown, start-up, one of our time limits. */
const outageStates = /^(08|28|3D000|53300|57P0|57014|25P03)/;

function rethrow(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '53100') throw new Problem('DISK_FULL', 'The disk of the catalog database is full. Free some space.', {}, error);
  const isOutage =
    networkCodes.has(code) ||
    outageStates.test(code) ||
    (code === '' && /connection terminated|connection error|timeout exceeded|timeout expired/i.test(error.message));
  if (isOutage)
    throw new Problem('CATALOG_UNAVAILABLE', 'The catalog database of DATABASE_URL does not answer. Try again soon.', {}, error);
  throw error;
}
