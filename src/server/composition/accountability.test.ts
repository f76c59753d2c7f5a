/** Accounting: what is written down of calls, messages and sign-ins, what is not, and what the watch sees of them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { auditRoute } from '../../shared/contract/audit.ts';
import { queryRoute } from '../../shared/contract/analytics.ts';
import { personRoute } from '../../shared/contract/people.ts';
import { revokeKeyRoute } from '../../shared/contract/keys.ts';
import type { Route } from '../../shared/contract/route.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { AuditEntry } from '../audit/entry.ts';
import { outlineOf } from '../query/outline.ts';
import type { EndedCall } from '../http/trail.ts';
import type { SignInAttempt } from '../identity/sign-in/attempt-log.ts';
import type { Sighting } from '../watch/sighting.ts';
import { createAccountability, type Accountability } from './accountability.ts';

let entries: AuditEntry[];
let sightings: Sighting[];
let state: { waiting: number; lastError: string | null };
let record: (entry: AuditEntry) => Promise<void>;
let accountability: Accountability;

beforeEach(() => {
  [entries, sightings, state] = [[], [], { waiting: 0, lastError: null }];
  record = async (entry) => void entries.push(entry);
  accountability = createAccountability({
    audit: { record: (entry) => record(entry), state: () => state, strangerId: (text) => `stranger of ${text}` },
    watch: { see: (sighting) => sightings.push(sighting) },
    clock: { now: () => 1_000 },
    log: silentLog,
    describePerson: async (id) => ({ name: `Name of ${id}` }),
    workspacesOf: async () => ['w', 'w2'],
  });
});

const key = principalFor('api-key', 'w', 'k1', ['ask']);
const person = principalFor('person', 'w', 'p1', ['ask'], { personId: 'p1' });
const ended = (route: Route, more: Partial<EndedCall> = {}): EndedCall => ({
  route,
  principal: key,
  address: '192.0.2.1',
  country: 'DE',
  userAgent: 'curl',
  params: {},
  problem: null,
  notes: {},
  ...more,
});

describe('a call', () => {
  test('that changes something is written down with who, what and from where, and personal data apart', async () => {
    await accountability.onCall(ended(revokeKeyRoute, { principal: person, params: { id: 'k9' } }));
    expect(entries).toEqual([
      {
        workspaceId: 'w',
        action: 'revokeKey',
        outcome: 'done',
        actor: { kind: 'person', id: 'p1' },
        target: { kind: revokeKeyRoute.tag, id: 'k9' },
        detail: {},
        personal: [{ personId: 'p1', fields: { name: 'Name of p1', address: '192.0.2.1', userAgent: 'curl' } }],
      },
    ]);
  });

  test('that only reads is seen by the watch; of a person it is not written down, unless it is refused', async () => {
    const read = { ...personRoute, isRecorded: undefined } as unknown as Route;
    const reading = { principal: person, params: { id: 'bob@example.com' } };
    await accountability.onCall(ended(read, reading));
    expect([entries.length, sightings.length]).toEqual([0, 1]);
    await accountability.onCall(ended(read, { ...reading, problem: new Problem('FORBIDDEN', 'no') }));
    await accountability.onCall(ended(read, { ...reading, problem: new Problem('NOT_FOUND', 'no') }));
    expect(entries.map(({ outcome }) => outcome)).toEqual(['denied', 'denied']);
    expect(JSON.stringify(entries)).not.toContain('bob@example.com');
  });

  test('by a key is written down, whatever it does', async () => {
    await accountability.onCall(ended(personRoute, { params: { id: 'bob@example.com' } }));
    await accountability.settle();
    expect(entries).toMatchObject([{ action: 'person', outcome: 'done', actor: { kind: 'api-key', id: 'k1' }, target: null }]);
    expect(JSON.stringify(entries)).not.toContain('bob@example.com');
  });

  test('of a person who looks at the audit log is written down', async () => {
    await accountability.onCall(ended(auditRoute, { principal: person }));
    await accountability.settle();
    expect(entries).toMatchObject([{ action: 'audit', actor: { kind: 'person' } }]);
  });

  test('without credentials belongs to the installation, under an id for its address', async () => {
    await accountability.onCall(ended(queryRoute, { principal: null, problem: new Problem('CREDENTIALS_MISSING', 'no') }));
    expect(entries[0]).toMatchObject({ workspaceId: '', outcome: 'denied', personal: [{ personId: 'stranger of 192.0.2.1' }] });
    expect(sightings).toEqual([]);
  });

  test('that comes too often is not written down each time', async () => {
    await accountability.onCall(ended(queryRoute, { problem: new Problem('RATE_LIMITED', 'slow') }));
    expect([entries, sightings]).toEqual([[], []]);
  });

  test('that was refused with SQL in it is seen as an escape', async () => {
    await accountability.onCall(ended(queryRoute, { problem: new Problem('FIELD_UNKNOWN', 'by[0]: there is no "x; DROP TABLE events".') }));
    expect(sightings).toMatchObject([{ isEscape: true, outcome: 'failed' }]);
  });
});

describe('while the catalog is away', () => {
  test('an entry that waits holds nobody up', async () => {
    state.lastError = 'away';
    record = () => new Promise(() => undefined);
    await accountability.onCall(ended(revokeKeyRoute));
  });
  test('what outlasts the patience of the log goes on, for the entry still waits', async () => {
    record = () => Promise.reject(new Problem('CATALOG_UNAVAILABLE', 'waits'));
    await accountability.onCall(ended(revokeKeyRoute));
  });
  test('once too much is unwritten, what asks is refused', async () => {
    state = { waiting: 15_000, lastError: 'away' };
    record = () => Promise.reject(new Problem('CATALOG_UNAVAILABLE', 'full'));
    await expect(accountability.onCall(ended(revokeKeyRoute))).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
  });
});

test('questions are written down together, soon after they were answered, and all of them before the end', async () => {
  for (let i = 0; i < 3; i++) await accountability.onCall(ended(queryRoute, { notes: { rows: i } }));
  expect(entries).toEqual([]);
  await accountability.settle();
  expect(entries.map(({ detail }) => detail?.rows)).toEqual([0, 1, 2]);
  await accountability.onCall(ended(queryRoute));
  await expect.poll(() => entries.length).toBe(4);
  record = () => Promise.reject(new Problem('CATALOG_UNAVAILABLE', 'full'));
  state = { waiting: 15_000, lastError: 'away' };
  for (let i = 0; i < 999; i++) await accountability.onCall(ended(queryRoute));
  await expect(accountability.onCall(ended(queryRoute))).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
});

test('a question is written down without its values', () => {
  const query = {
    kind: 'breakdown',
    by: ['properties.city'],
    metrics: [{ aggregate: 'sum', of: 'properties.amount', as: 'secret name' }, { aggregate: 'count' }, { metric: 'revenue' }],
    where: [
      { field: 'user', is: ['bob@example.com'] },
      { any: [{ field: 'name', contains: 'hidden' }, { not: { field: 'time', gt: 1 } }] },
    ],
    range: { last: '7d' },
  };
  expect(outlineOf({ id: 'a', query })).toEqual({
    kind: 'breakdown',
    dataset: 'events',
    by: ['properties.city'],
    metrics: ['sum properties.amount', 'count', 'revenue'],
    fields: ['user', 'name', 'time'],
    range: { last: '7d' },
  });
  expect([outlineOf(null), outlineOf({ channel: 'activity' }), outlineOf({ query: 5 })]).toEqual([{}, { channel: 'activity' }, {}]);
});

describe('a sign-in', () => {
  const attempt: SignInAttempt = {
    at: 5,
    outcome: 'denied',
    reason: 'wrong-password',
    method: 'password',
    personId: 'p1',
    account: 'hash of the address',
    address: '192.0.2.1',
    userAgent: 'Firefox',
    country: 'DE',
    sessionId: null,
    providerId: null,
  };

  test('of a known person is written down in each of their workspaces', async () => {
    await accountability.onSignIn(attempt);
    expect(entries.map(({ workspaceId, outcome, actor }) => [workspaceId, outcome, actor.id])).toEqual([
      ['w', 'denied', 'p1'],
      ['w2', 'denied', 'p1'],
    ]);
    expect(sightings).toMatchObject([{ what: 'sign-in', personId: 'p1', outcome: 'refused' }]);
  });

  test('of an unknown account is written down by the installation, without the address that was typed', async () => {
    await accountability.onSignIn({ ...attempt, personId: null, reason: 'unknown-account' });
    expect(entries).toMatchObject([
      { workspaceId: '', actor: { kind: 'anonymous' }, personal: [{ personId: 'stranger of hash of the address' }] },
    ]);
  });
});

test('a connection that is refused and a subscription are written down', async () => {
  const message = { address: '192.0.2.1', country: null, userAgent: 'x', message: { id: 'a', query: { kind: 'total' } } };
  await accountability.onMessage({
    ...message,
    operation: 'connect',
    principal: null,
    problem: new Problem('CREDENTIALS_INVALID', 'no'),
    message: null,
  });
  await accountability.onMessage({ ...message, operation: 'subscribe', principal: key, problem: null });
  expect(entries).toMatchObject([
    { workspaceId: '', action: 'connectLive', outcome: 'denied', detail: { code: 'CREDENTIALS_INVALID' } },
    { workspaceId: 'w', action: 'subscribeLive', outcome: 'done', detail: { kind: 'total', policy: 'workspace' } },
  ]);
});

test('refused ingest calls are written down by the installation, with how many there were, and are waited for at the end', async () => {
  const refused = {
    operation: 'sendEvents',
    problem: new Problem('CREDENTIALS_INVALID', 'no'),
    principal: null,
    address: '192.0.2.1',
    userAgent: 'sdk',
  };
  accountability.onIngestRefused({ ...refused, times: 1, seconds: 0 });
  accountability.onIngestRefused({ ...refused, times: 40, seconds: 60 });
  accountability.onIngestRefused({ ...refused, principal: key, times: 1, seconds: 0 });
  await accountability.settle();
  const personal = [{ personId: 'stranger of 192.0.2.1', fields: { address: '192.0.2.1', userAgent: 'sdk' } }];
  const entry = { workspaceId: '', action: 'sendEvents', outcome: 'denied', actor: { kind: 'anonymous', id: '-' }, personal };
  expect(entries).toMatchObject([
    { ...entry, detail: { code: 'CREDENTIALS_INVALID' } },
    { ...entry, detail: { code: 'CREDENTIALS_INVALID', times: 40, seconds: 60 } },
    { workspaceId: 'w', actor: { kind: 'api-key', id: 'k1' } },
  ]);
});

test('a refused ingest call that cannot be written down harms nobody', async () => {
  record = () => Promise.reject(new Error('disk full'));
  const problem = new Problem('CREDENTIALS_INVALID', 'no');
  accountability.onIngestRefused({
    operation: 'sendEvents',
    problem,
    principal: null,
    address: '::1',
    userAgent: '',
    times: 1,
    seconds: 0,
  });
  await accountability.settle();
});
