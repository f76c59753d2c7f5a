/** The audit log over HTTP: who may read which, and what a search, an export and a verification answer. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestAudit, sampleEntry, type TestAudit } from '../../../test/fixtures/open-audit.ts';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { serveBindings, type Ask } from '../../../test/fixtures/serve-bindings.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import type { AuditEntryAnswer, AuditVerification } from '../../shared/contract/audit.ts';
import { auditRoutes } from './audit.ts';

const path = '/api/admin/audit';
const principals = {
  ada: principalFor('person', 'w1', 'ada', ['audit:read', 'audit:export']),
  ben: principalFor('person', 'w1', 'ben', ['audit:read']),
  cy: principalFor('person', 'w1', 'cy', ['events:read']),
  eve: principalFor('person', 'w2', 'eve', ['audit:read', 'audit:export']),
  op: principalFor('person', 'w1', 'op', ['audit:read', 'audit:export'], { isOperator: true }),
};

let opened: TestAudit;
let ask: Ask;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const { catalog, close } = await openTestCatalog();
  opened = openTestAudit(catalog);
  const served = await serveBindings(auditRoutes({ audit: opened.audit, log: silentLog }), principals);
  ask = served.ask;
  closing.push(served.close, () => opened.audit.close(), close);
  for (let i = 1; i <= 12; i++) await opened.audit.record(sampleEntry(i, i % 4 === 0 ? 'w2' : 'w1'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Page {
  entries: AuditEntryAnswer[];
  next: string | null;
  actions: { action: string; sentence: string }[];
}

test('a reader finds the entries of their own workspace, and no others', async () => {
  const all = await ask<Page>('ada', 'GET', `${path}?limit=5`);
  expect(all.status).toBe(200);
  expect(all.body.entries.map(({ detail }) => detail!.rows)).toEqual([11, 10, 9, 7, 6]);
  expect(all.body.entries[0]).toMatchObject({
    seq: 9,
    action: 'exportEvents',
    actor: { kind: 'person', id: 'p2', name: 'person2@example.com' },
  });
  expect(all.body.actions).toContainEqual({ action: 'signIn', sentence: 'signed in' });
  const rest = await ask<Page>('ada', 'GET', `${path}?limit=5&after=${all.body.next}`);
  expect(rest.body).toMatchObject({ next: null, actions: [] });
  expect(rest.body.entries.map(({ detail }) => detail!.rows)).toEqual([5, 3, 2, 1]);
  const eve = await ask<Page>('eve', 'GET', path);
  expect(eve.body.entries.map(({ detail }) => detail!.rows)).toEqual([12, 8, 4]);
  const filtered = await ask<Page>('ada', 'GET', `${path}?action=create&from=2026-10-31T00:00:00Z&outcome=done`);
  expect(filtered.body.entries.map(({ detail }) => detail!.rows)).toEqual([10, 6, 2]);
});

test('without the permission, or for what is of others, nothing is answered', async () => {
  expect((await ask('cy', 'GET', path)).status).toBe(403);
  expect((await ask(null, 'GET', path)).status).toBe(401);
  expect((await ask('ben', 'GET', `${path}/export`)).status).toBe(403);
  expect((await ask('ada', 'GET', `${path}?log=installation`)).status).toBe(403);
  expect((await ask('ada', 'GET', `${path}/export?log=installation`)).status).toBe(403);
  expect((await ask('ada', 'POST', `${path}/verify`, { log: 'all' })).status).toBe(403);
  expect((await ask('ada', 'POST', `${path}/verify`, { log: { workspaceId: 'w2' } })).status).toBe(403);
  expect((await ask('ada', 'POST', `${path}/verify`, { log: { workspaceId: '' } })).status).toBe(403);
  expect((await ask('ada', 'GET', `${path}?after=1`)).status).toBe(400);
  const installation = await ask<Page>('op', 'GET', `${path}?log=installation`);
  expect(installation.body.entries.map(({ action }) => action)).toEqual(['auditChainBegan', 'auditChainBegan']);
});

test('a verification tells what is sealed, and is not run twice for those who ask twice', async () => {
  await opened.audit.signHeads();
  await opened.audit.record(sampleEntry(13));
  const own = await ask<AuditVerification>('ben', 'POST', `${path}/verify`, {});
  expect(own.body).toMatchObject({ ok: true, entries: 10, unsealed: 1, findings: [], chains: [{ workspaceId: 'w1', sealedTo: 9 }] });
  await opened.audit.record(sampleEntry(14));
  expect((await ask<AuditVerification>('ada', 'POST', `${path}/verify`, {})).body.entries).toBe(10);
  opened.clock.ms += 10_000;
  const again = await Promise.all([1, 2].map(() => ask<AuditVerification>('ada', 'POST', `${path}/verify`, {})));
  expect(again.map(({ body }) => body.entries)).toEqual([11, 11]);
  expect(
    (await ask<AuditVerification>('op', 'POST', `${path}/verify`, { log: 'all' })).body.chains.map((chain) => chain.workspaceId),
  ).toEqual(['', 'w1', 'w2']);
});

test('many verifications at once wait for each other, and too many are refused', async () => {
  const [head] = await opened.audit.signHeads();
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('op', 'POST', `${path}/verify`, { log: 'all', heads: [head] })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
});
