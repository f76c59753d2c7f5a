/** Every ingest call of the contract with keys that must not send: nothing is taken, and each kind of refusal is on the audit log of the installation. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestContract } from '../../src/shared/contract/ingest.ts';
import type { Route } from '../../src/shared/contract/route.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';
import { until } from '../fixtures/until.ts';

interface Line {
  action: string;
  actor: { kind: string };
  detail: { code?: string; times?: number; seconds?: number };
}

const unlimited = { BELLWETHER_RATE_LIMITS: 'failure=0' };
const event = { type: 'track', event: 'planted', name: 'planted', userId: 'u', distinct_id: 'u', properties: {} };

describe('with SQLite', () => {
  attack(() => openTestServer(unlimited));
});

describe.skipIf(postgresMissing() !== null)('with PostgreSQL', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.close());
  attack(async () => openTestServer({ ...unlimited, DATABASE_URL: await postgres.createDatabase() }));
});

function attack(open: () => Promise<TestServer>): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await open();
  });
  afterAll(() => server?.close());

  const denials = async (): Promise<Line[]> => {
    const response = await fetch(`${server.url}/api/admin/audit/export?format=ndjson&outcome=denied&log=installation`, {
      headers: { authorization: `Bearer ${await localOwner()}` },
    });
    const lines = (await response.text()).split('\n').filter((text) => text !== '');
    return lines.map((line) => JSON.parse(line) as Line).filter(({ action }) => operations.has(action));
  };
  const operations = new Set(ingestContract.map(({ operation }) => operation));
  const localOwner = async (): Promise<string> => {
    let note = '';
    // The note is written just after the server answers.
    await until(
      async () => (note = await readFile(`${server.folder}/server.json`, 'utf8').catch(() => '')) !== '',
      'the note of the server',
    );
    return (JSON.parse(note) as { token: string }).token;
  };
  /** Calls with `key` in the header, in the body or in the address, where it belongs. */
  const send = async ({ method, path }: Route, key: string | null, where: 'header' | 'body'): Promise<number> => {
    const inBody = where === 'body' && key !== null ? { writeKey: key, api_key: key } : {};
    const response = await fetch(`${server.url}${path.replace(':key', key ?? 'none')}`, {
      method,
      headers: {
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...(where === 'header' && key !== null && method === 'POST' ? { authorization: `Bearer ${key}` } : {}),
      },
      ...(method === 'POST' ? { body: JSON.stringify({ ...event, batch: [event], events: [event], ...inBody }) } : {}),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const makeKey = async (body: object): Promise<{ id: string; secret: string }> => {
    const { key, secret } = await server.json<{ key: { id: string }; secret: string }>('/api/admin/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'tried', ...body }),
    });
    return { id: key.id, secret };
  };

  test('no key, no good key and no key that only asks gets anything in, by whichever call', async () => {
    const revoked = await makeKey({ kind: 'write' });
    await server.json(`/api/admin/keys/${revoked.id}`, { method: 'DELETE' });
    const expired = await makeKey({ kind: 'write', expiresAt: new Date(Date.now() + 1_000).toISOString() });
    const asking = await makeKey({ kind: 'api', scopes: ['ask'] });
    const elsewhere = await makeKey({ kind: 'write', origins: ['https://shop.example'] });
    const [first] = ingestContract;
    await until(async () => (await send(first!, expired.secret, 'header')) === 401, 'the end of the key', 10_000);
    const { received } = await server.json<{ received: number }>('/api/analytics/ledger');
    const wrong = [null, 'nope', 'x'.repeat(200), revoked.secret, expired.secret, asking.secret, elsewhere.secret];
    const taken: string[] = [];
    for (const route of ingestContract) {
      for (const where of ['header', 'body'] as const) {
        for (const [i, key] of wrong.entries()) {
          const status = await send(route, key, where);
          if (status !== 401 && status !== 403) taken.push(`${route.operation} ${where} ${i}: ${status}`);
        }
      }
    }
    expect(taken).toEqual([]);
    expect(await server.json('/api/analytics/ledger')).toMatchObject({ received });
  });

  test('each kind of refusal is on the log at once', async () => {
    const isThere = async () => new Set((await denials()).map(({ action }) => action)).size === operations.size;
    await until(isThere, 'an entry for every operation');
    const lines = await denials();
    expect(lines.filter(({ actor }) => actor.kind !== 'anonymous')).toEqual([]);
    const kinds = lines.filter(({ detail }) => detail.times === undefined).map(({ action, detail }) => `${action} ${detail.code}`);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kinds).toContain('sendEvents CREDENTIALS_MISSING');
  });

  test('and how many there were, when the minute or the server ends', async () => {
    await server.kill('SIGTERM');
    await server.start();
    const ofEvents = (await denials()).filter(({ action, detail }) => action === 'sendEvents' && detail.code === 'CREDENTIALS_INVALID');
    const counted = ofEvents.map(({ detail }) => detail.times ?? 1).reduce((sum, times) => sum + times, 0);
    // six wrong keys in the header and in the body, besides those while we waited for a key to end
    expect(counted).toBeGreaterThanOrEqual(12);
    expect(ofEvents.length).toBeLessThanOrEqual(4);
  });
}
