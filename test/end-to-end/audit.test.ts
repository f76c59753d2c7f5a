/** The audit log of a real server: what is done is on it, sealed when the server stops, streamed, and "verify audit" tells who bent it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntryAnswer, AuditVerification, HeadDocument } from '../../src/shared/contract/audit.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { until } from '../fixtures/until.ts';

let outside: string;
let server: TestServer;
const headsFile = () => join(outside, 'heads.jsonl');
const streamFile = () => join(outside, 'stream.jsonl');
const cli = (...words: string[]) => runCli(server.folder, words);
const linesOf = async (file: string) => (await readFile(file, 'utf8')).trimEnd().split('\n');

/** Does what a restart does too: seals everything. */
async function restart(): Promise<void> {
  await server.kill('SIGTERM');
  await server.start();
}

/** Bends the catalog behind the server's back. */
function bend(sql: string, ...values: (string | number)[]): void {
  const database = new DatabaseSync(join(server.folder, 'catalog.sqlite'), { timeout: 5_000 });
  expect(database.prepare(sql).run(...values).changes).toBeGreaterThan(0);
  database.close();
}

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'bellwether-outside-'));
  server = await openTestServer({ AUDIT_HEADS_FILE: headsFile(), AUDIT_STREAM: `file://${streamFile()}` });
});
afterAll(async () => {
  await server?.close();
  await rm(outside, { recursive: true, force: true });
});

test('questions, exports, sign-ins and denials are on the log, and in the stream without personal data', async () => {
  const query = { kind: 'total', metrics: [{ aggregate: 'count' }], range: { last: '7d' } };
  for (let i = 0; i < 5; i++) await server.json('/api/analytics/query', { method: 'POST', body: JSON.stringify(query) });
  for (const path of ['/api/analytics/export', '/api/admin/audit/export?format=csv'])
    expect((await fetch(server.url + path, { headers: { authorization: `Bearer ${testOwner.apiKey}` } })).ok).toBe(true);
  const signIn = (password: string) =>
    fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: testOwner.email, password }),
    });
  expect((await signIn('not the password')).ok).toBe(false);
  expect((await signIn(testOwner.password)).ok).toBe(true);
  const { entries } = await server.json<{ entries: AuditEntryAnswer[] }>('/api/admin/audit');
  const ofOwner = entries.filter(({ action }) => action === 'signIn');
  expect(ofOwner.map(({ outcome, sentence, personal }) => [outcome, sentence, personal[0]?.fields?.email])).toEqual([
    ['done', 'signed in', testOwner.email],
    ['denied', 'signed in', testOwner.email],
  ]);
  expect(entries.filter(({ action }) => action === 'query')).toHaveLength(5);
  expect(entries.filter(({ sentence }) => sentence.startsWith('exported')).map(({ action, detail }) => [action, detail?.format])).toEqual([
    ['exportAudit', 'csv'],
    ['export', 'ndjson'],
  ]);
  const denied = await server.json<{ entries: AuditEntryAnswer[] }>('/api/admin/audit?outcome=denied');
  expect(denied.entries.map(({ action }) => action)).toEqual(['signIn']);
  await until(async () => (await linesOf(streamFile()).catch(() => [])).length >= entries.length, 'the stream');
  const stream = await readFile(streamFile(), 'utf8');
  expect(stream).toContain('"action":"signIn"');
  expect(stream).not.toContain(testOwner.email);
});

test('a server that stops seals its log, and "verify audit" agrees with the heads outside', async () => {
  await restart();
  const heads = (await linesOf(headsFile())).map((line) => JSON.parse(line) as HeadDocument);
  expect(heads.map(({ workspace, intact }) => [workspace === '', intact])).toEqual([
    [true, true],
    [false, true],
  ]);
  const plain = await cli('verify', 'audit');
  expect(plain).toMatchObject({ code: 0, err: '' });
  expect(plain.out).toMatch(
    /^installation: \d+ entries, sealed up to \d+ .*\nworkspace \S+: \d+ entries, sealed up to \d+ .*\nok: \d+ entries in 2 logs, /,
  );
  const compared = await cli('verify', 'audit', '--heads', headsFile(), '--workspace', heads[1]!.workspace);
  expect(compared.code).toBe(0);
  expect(compared.out).toContain('heads kept outside: 1 of 1 that were compared are in the catalog');
  const far = await cli('verify', 'audit', '--format', 'json', '--url', server.url, '--key', testOwner.apiKey);
  expect((JSON.parse(far.out) as AuditVerification).chains.map(({ workspaceId }) => workspaceId)).toEqual([heads[1]!.workspace]);
});

test('what is bent is found, and where', async () => {
  const workspaceId = (JSON.parse((await linesOf(headsFile()))[1]!) as HeadDocument).workspace;
  bend('update audit_entries set outcome = ? where workspace_id = ? and seq = 3', 'failed', workspaceId);
  const changed = await cli('verify', 'audit', '--workspace', workspaceId, '--heads', headsFile());
  expect(changed.code).toBe(1);
  expect(changed.out).toContain(`CHANGED    workspace ${workspaceId}: Entry 3: changed`);
  expect(changed.out).toMatch(/\nBENT: 1 found in \d+ entries in 1 log, /);
  bend('update audit_entries set outcome = ? where workspace_id = ? and seq = 3', 'done', workspaceId);
  bend('delete from audit_heads where workspace_id = ?', workspaceId);
  const cut = await cli('verify', 'audit', '--heads', headsFile());
  expect(cut.code).toBe(1);
  expect(cut.out).toContain(`TRUNCATED  workspace ${workspaceId}: The catalog lacks head 1`);
});

test('wrong usage is told in one line', async () => {
  expect(await cli('verify', 'everything')).toMatchObject({
    code: 2,
    err: 'bellwether: WHAT "everything" is not allowed. Allowed: audit\n',
  });
  expect(await cli('verify', 'audit', '--heads', join(outside, 'nothing'))).toMatchObject({
    code: 1,
    err: `bellwether: ${join(outside, 'nothing')} cannot be read: ENOENT\n`,
  });
  expect(await cli('verify', 'audit', '--heads', streamFile())).toMatchObject({
    code: 1,
    err: `bellwether: line 1 of ${streamFile()} is no head of an audit log\n`,
  });
});
