/** What the reading routes answer to somebody who sees only a part of the workspace, on a real warehouse. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventAt, insertEvents } from '../../../test/fixtures/event-rows.ts';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { maskSalt, policyFor } from '../../../test/fixtures/views.ts';
import type { Policy } from '../identity/policy.ts';
import { createQueryEngine } from '../query/engine.ts';
import { Discovery } from '../semantic/discovery.ts';
import type { RouteBinding } from './binding.ts';
import { catalogRoutes } from './catalog.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './export.ts';
import { ledgerRoutes } from './ledger.ts';
import { peopleRoutes } from './people.ts';
import { queryRoutes } from './query.ts';

let opened: TestWarehouse;
let bindings: RouteBinding[];
const clock = { now: () => Date.parse('2024-05-02T12:00Z') };
const german = policyFor('w', [{ field: 'properties.country', is: ['DE'] }], [{ field: 'properties.email', as: 'hide' }], 'role:germany');
const whole = policyFor('w');
const page = { limit: 50 };

beforeAll(async () => {
  opened = await openTestWarehouse();
  const { warehouse } = opened;
  await insertEvents(warehouse, 'w', [
    eventAt('2024-05-02T10:00Z', 'buy', { user: 'ann', properties: { country: 'DE', email: 'ann@example.com' } }),
    eventAt('2024-05-02T11:00Z', 'sell', { user: 'bob', properties: { country: 'US', email: 'bob@example.com' } }),
  ]);
  const engine = createQueryEngine({ warehouse, clock, newId: () => 'q', maskSalt });
  bindings = [
    ...catalogRoutes({ catalog: (view) => new Discovery(warehouse, clock, silentLog).catalog(view), maskSalt }),
    ...eventRoutes({ warehouse, clock, maskSalt }),
    ...exportRoutes({ warehouse, clock, maskSalt, engine }),
    ...ledgerRoutes({ read: async () => ({ received: 2, accepted: 2, stored: 2, rejected: 0, duplicates: 0, pending: 0, bySource: [] }) }),
    ...peopleRoutes({ warehouse, maskSalt }),
    ...queryRoutes({ engine, assertMayAsk: async () => undefined }),
  ];
});
afterAll(() => opened.close());

/** The answer of one operation as text, or the code of its refusal. */
async function call(operation: string, policy: Policy, input: { query?: object; params?: object; body?: object } = {}): Promise<string> {
  const { handle } = bindings.find(({ route }) => route.operation === operation)!;
  const reply = { header: () => reply };
  const principal = principalFor('api-key', 'w', 'k', ['events:read'], { policy });
  try {
    const answer = await handle({ principal, reply, note: () => undefined, signal: new AbortController().signal, ...input } as never);
    if (operation !== 'export') return JSON.stringify(answer);
    const parts: Uint8Array[] = [];
    for await (const part of answer as AsyncIterable<Uint8Array>) parts.push(part);
    return Buffer.concat(parts).toString();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('every one of them shows the part, and nothing else or masked', async () => {
  const answers = {
    events: await call('events', german, { query: page }),
    people: await call('person', german, { params: { id: 'ann' } }),
    catalog: await call('readCatalog', german),
    ndjson: await call('export', german, { query: { format: 'ndjson', timezone: 'UTC' } }),
    csv: await call('export', german, { query: { format: 'csv', timezone: 'UTC' } }),
    query: await call('query', german, { body: { kind: 'table', range: { last: '7d' } } }),
  };
  for (const [name, text] of Object.entries(answers)) {
    expect(`${name}: ${text}`).toMatch(/ann|buy/);
    expect(`${name}: ${text}`).not.toMatch(/bob|sell|US|@example/);
  }
  expect(await call('events', whole, { query: page })).toMatch(/bob.*@example/);
});

test('what lies outside is not there: an event by its key, a person by their id', async () => {
  const { events } = JSON.parse(await call('events', whole, { query: page })) as { events: { key: string; user: string }[] };
  const keyOf = (user: string) => ({ params: { key: events.find((event) => event.user === user)!.key } });
  expect(await call('event', whole, keyOf('bob'))).toContain('bob@example.com');
  expect(await call('event', german, keyOf('bob'))).toBe('NOT_FOUND');
  expect(await call('event', german, keyOf('ann'))).not.toContain('@');
  expect(await call('person', german, { params: { id: 'bob' } })).toBe('NOT_FOUND');
  expect(await call('person', whole, { params: { id: 'bob' } })).toContain('"events":1');
});

test('rejected events, kept as they came, are for those who see everything', async () => {
  const key = { params: { key: '1-0000000000000000' } };
  expect([await call('deadLetters', german, { query: page }), await call('deadLetter', german, key)]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect([await call('deadLetters', whole, { query: page }), await call('deadLetter', whole, key)]).toEqual([
    '{"deadLetters":[],"next":null}',
    'NOT_FOUND',
  ]);
});

test('the ledger, which counts every event, is for those who see every event', async () => {
  expect(await call('readLedger', german)).toBe('FORBIDDEN');
  const masked = policyFor('w', [], [{ field: 'properties.email', as: 'hide' }]);
  for (const policy of [whole, masked]) expect(await call('readLedger', policy)).toContain('"received":2');
});

test('limits that cannot be applied show nothing anywhere', async () => {
  const broken = policyFor('w', [{ field: 'country', is: ['DE'] }]);
  const inputs = { query: page, params: { id: 'ann', key: '1-0000000000000000' }, body: { kind: 'total' } };
  for (const operation of ['events', 'event', 'people', 'person', 'readCatalog', 'query', 'deadLetters']) {
    expect([operation, await call(operation, broken, inputs)]).toEqual([operation, 'FORBIDDEN']);
  }
  expect(await call('export', broken, { query: { format: 'csv', timezone: 'UTC' } })).toBe('FORBIDDEN');
});
