/** The audit log on both databases: durable, chained, sealed, found out when bent, and forgetful of people. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntryAnswer, AuditVerification, HeadDocument } from '../../src/shared/contract/audit.ts';
import type { AuditEntry } from '../../src/server/audit/entry.ts';
import { entryLine, linkOf } from '../../src/server/audit/line.ts';
import { noFilter, type EntryFilter } from '../../src/server/audit/read/conditions.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { auditSecrets, auditStartMs, openTestAudit, sampleEntry } from '../fixtures/open-audit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-audit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const everything = { workspaceIds: null, heads: null };

describeOnEachCatalog('the audit log', (place) => {
  const use = async (work: (catalog: Catalog, at: CatalogPlace) => Promise<void>): Promise<void> => {
    const at = await place();
    const catalog = await at.open();
    try {
      await work(catalog, at);
    } finally {
      await catalog.close();
    }
  };

  test('numbers entries without gaps, in the order in which they came, in few commits', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      const heard: number[] = [];
      audit.listen((entry) => heard.push(entry.seq));
      await Promise.all(Array.from({ length: 200 }, (_, i) => audit.record(sampleEntry(i))));
      const rows = await catalog.db.selectFrom('audit_entries').selectAll().where('workspace_id', '=', 'w1').orderBy('seq').execute();
      expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      expect(rows.map((row) => (JSON.parse(row.rest) as { detail: { rows: number } }).detail.rows)).toEqual(
        Array.from({ length: 200 }, (_, i) => i),
      );
      expect(heard).toEqual(rows.map((row) => row.seq));
      expect(await audit.verify(everything)).toMatchObject({ ok: true, entries: 201, unsealed: 201 });
    }));

  test('keeps the chains of workspaces apart, and notes in that of the installation where each begins', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      await Promise.all([audit.record(sampleEntry(1, 'w1')), audit.record(sampleEntry(2, 'w2')), audit.record(sampleEntry(3, ''))]);
      const { chains, ok } = await audit.verify(everything);
      expect(ok).toBe(true);
      expect(chains.map(({ workspaceId, entries }) => [workspaceId, entries])).toEqual([
        ['', 3],
        ['w1', 1],
        ['w2', 1],
      ]);
    }));

  test('several nodes write to the same chains at once', () =>
    use(async (first, at) => {
      const second = await at.open();
      try {
        const nodes = [openTestAudit(first), openTestAudit(second)];
        await Promise.all(Array.from({ length: 300 }, (_, i) => nodes[i % 2]!.audit.record(sampleEntry(i, i % 5 === 0 ? 'w2' : 'w1'))));
        await Promise.all(nodes.map(({ audit }) => audit.signHeads()));
        expect(await nodes[0]!.audit.verify(everything)).toMatchObject({ ok: true, entries: 302, unsealed: 0 });
      } finally {
        await second.close();
      }
    }));

  test('a head seals what is there, and the next one only what has come since', () =>
    use(async (catalog) => {
      const headsFile = join(folder, `heads-${catalog.dialect}`, 'heads.jsonl');
      const { audit } = openTestAudit(catalog, { headsFile });
      await audit.record(sampleEntry(1));
      expect((await audit.signHeads()).map(({ workspace, head, seq }) => [workspace, head, seq])).toEqual([
        ['', 1, 1],
        ['w1', 1, 1],
      ]);
      expect(await audit.signHeads()).toEqual([]);
      await audit.record(sampleEntry(2));
      const [second] = await audit.signHeads();
      expect(second).toMatchObject({ workspace: 'w1', head: 2, seq: 2, intact: true });
      await audit.record(sampleEntry(3));
      const kept = (await readFile(headsFile, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as HeadDocument);
      expect(kept.at(-1)).toEqual(second);
      expect(second!.previous).toBe(kept[1]!.digest);
      expect(await audit.verify({ workspaceIds: ['w1'], heads: kept })).toMatchObject({
        ok: true,
        unsealed: 1,
        givenHeads: 2,
        chains: [{ sealedTo: 2, heads: 2, unsealed: 1 }],
      });
    }));

  test('heads outlive a rotation of the secret, also when the older one is dropped', () =>
    use(async (catalog) => {
      const newer = 'another secret of the audit tests, long enough';
      const before = openTestAudit(catalog);
      await before.audit.record(sampleEntry(1));
      await before.audit.signHeads();
      const rotated = openTestAudit(catalog, { secrets: { secret: newer, previousSecrets: [auditSecrets.secret] } });
      expect(await rotated.audit.verify(everything)).toMatchObject({ ok: true });
      await Promise.all([rotated.audit.record(sampleEntry(2)), rotated.audit.record(sampleEntry(2, ''))]);
      await rotated.audit.signHeads();
      const dropped = openTestAudit(catalog, { secrets: { secret: newer, previousSecrets: [] } });
      expect(await dropped.audit.verify(everything)).toMatchObject({ ok: true, unsealed: 0 });
      const stranger = openTestAudit(catalog, { secrets: { secret: `${newer} of somebody else`, previousSecrets: [] } });
      const { findings } = await stranger.audit.verify(everything);
      expect(findings.map(({ of, what }) => [of, what])).toEqual([
        ['head', 'forged'],
        ['head', 'forged'],
      ]);
    }));

  test('a search gives what fits, newest first, page by page, each entry once', () =>
    use(async (catalog) => {
      const { audit, clock } = openTestAudit(catalog);
      for (let i = 0; i < 60; i++) {
        if (i % 3 === 0) clock.ms += 1_000;
        await audit.record(sampleEntry(i));
      }
      const pages = async (filter: Partial<EntryFilter>): Promise<number[]> => {
        const seen: number[] = [];
        for (let after: string | null = null; ;) {
          const page = await audit.list({ workspaceId: 'w1', filter: { ...noFilter, ...filter }, after, limit: 7 });
          seen.push(...page.entries.map(({ detail }) => detail!.rows as number));
          if (page.next === null) return seen;
          after = page.next;
        }
      };
      const fitting = (fits: (i: number) => boolean) => Array.from({ length: 60 }, (_, i) => 59 - i).filter(fits);
      expect(await pages({})).toEqual(fitting(() => true));
      expect(await pages({ action: 'SIGN' })).toEqual(fitting((i) => i % 4 === 1));
      expect(await pages({ action: 'nothing' })).toEqual([]);
      expect(await pages({ actorId: 'p2', outcome: 'done' })).toEqual(fitting((i) => i % 3 === 2 && i % 7 !== 0));
      expect(await pages({ targetId: 'events' })).toEqual(fitting((i) => i % 2 === 0));
      expect(await pages({ fromMs: auditStartMs + 3_000, toMs: auditStartMs + 5_000 })).toEqual(fitting((i) => i >= 6 && i < 12));
      expect(await pages({ text: '"ROWS":5' })).toEqual(fitting((i) => i === 5 || i >= 50));
      expect(await pages({ text: 'example.com' })).toEqual([]);
      expect(await audit.list({ workspaceId: 'w2', filter: noFilter, after: null, limit: 7 })).toMatchObject({ entries: [], next: null });
      expect(await audit.actions('w1')).toEqual(['createKey', 'exportEvents', 'query', 'signIn']);
    }));

  test('an export holds the lines that the hashes were made of', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      for (let i = 0; i < 5; i++) await audit.record(sampleEntry(i));
      const text = await joined(audit.export({ workspaceId: 'w1', filter: noFilter, format: 'ndjson' }));
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEntryAnswer & { line: string });
      expect(lines[0]).toMatchObject({ seq: 1, sentence: 'asked a question', actor: { name: 'person0@example.com' }, detail: { rows: 0 } });
      const hashes = lines.slice(1).map(({ line }, i) => createHash('sha256').update(`${lines[i]!.hash}\n${line}`).digest('hex'));
      expect(hashes).toEqual(lines.slice(1).map(({ hash }) => hash));
      const csv = await joined(audit.export({ workspaceId: 'w1', filter: { ...noFilter, action: 'sign' }, format: 'csv' }));
      expect(csv.split('\r\n').map((line) => line.split(',').slice(0, 4).join())).toEqual([
        'seq,at,action,outcome',
        '2,2026-11-01T12:00:00.000Z,signIn,done',
        '',
      ]);
    }));

  test('an erased person can be read nowhere, and the chain still verifies', () =>
    use(async (catalog) => {
      const headsFile = join(folder, `erased-${catalog.dialect}.jsonl`);
      const { audit } = openTestAudit(catalog, { headsFile });
      for (let i = 0; i < 9; i++) await audit.record(sampleEntry(i));
      await audit.signHeads();
      const { sealed } = await catalog.db
        .selectFrom('audit_person_keys')
        .select('sealed')
        .where('person_id', '=', 'p1')
        .executeTakeFirstOrThrow();
      expect(await audit.erasePerson('p1')).toBe(true);
      await audit.record(sampleEntry(10));
      const { entries } = await audit.list({ workspaceId: 'w1', filter: noFilter, after: null, limit: 20 });
      const ofP1 = entries.filter(({ actor }) => actor.id === 'p1');
      expect(ofP1.map(({ actor, personal }) => [actor.name, personal])).toEqual(
        Array.from({ length: 4 }, () => [null, [{ personId: 'p1', fields: null }]]),
      );
      const others = entries.filter(({ actor }) => actor.id !== 'p1');
      expect(others.map(({ personal }) => personal[0]!.fields!.address)).toEqual(Array.from({ length: 6 }, () => '203.0.113.9'));
      expect(await audit.verify(everything)).toMatchObject({ ok: true });
      expect(await audit.erasePerson('p1')).toBe(false);
      expect(await audit.erasePerson('nobody')).toBe(false);
      const everyRow = JSON.stringify(
        await Promise.all(
          (['audit_entries', 'audit_person_keys', 'audit_chains', 'audit_heads'] as const).map((table) =>
            catalog.db
              .selectFrom(table as 'audit_entries')
              .selectAll()
              .execute(),
          ),
        ),
      );
      const raw = [everyRow, await readFile(headsFile, 'latin1'), ...(await rawBytes(catalog))].join('\n');
      expect(raw).toContain('p1');
      for (const gone of ['person1@example.com', '203.0.113.9', sealed!]) expect(raw).not.toContain(gone);
    }));

  test('strangers are told apart by a keyed hash, and can be erased by what they are known by', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      const personId = audit.strangerId('Mallory@Example.com ');
      expect(personId).toBe(audit.strangerId('mallory@example.com'));
      expect(personId).not.toContain('mallory');
      await audit.record({ ...sampleEntry(1), personal: [{ personId, fields: { email: 'mallory@example.com' } }] });
      const rotated = openTestAudit(catalog, {
        secrets: { secret: 'another secret of the audit tests, long enough', previousSecrets: [auditSecrets.secret] },
      });
      expect(await rotated.audit.eraseStranger('mallory@example.com')).toBe(true);
      const { entries } = await audit.list({ workspaceId: 'w1', filter: noFilter, after: null, limit: 20 });
      expect(entries[0]!.personal).toEqual([{ personId, fields: null }]);
    }));

  test('hostile texts are made harmless, what is too large is cut and says so', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      const hostile = 'a\tb\nc\u0000d\u202ee\ud800'.repeat(1_000);
      await audit.record({
        workspaceId: 'w1',
        action: hostile,
        outcome: 'denied',
        actor: { kind: 'nobody', id: hostile },
        target: { kind: '', id: hostile },
        detail: {
          hostile,
          deep: { deep: { deep: { deep: { deep: { deep: hostile } } } } },
          many: Array.from({ length: 5_000 }, () => hostile.slice(0, 20)),
        },
        personal: [{ personId: 'p1', fields: { userAgent: hostile, empty: '' } }],
      });
      const huge = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`key${i}`, { ['k'.repeat(90)]: '\u0001'.repeat(200) }]));
      await audit.record({ ...sampleEntry(1), detail: huge });
      const { entries } = await audit.list({ workspaceId: 'w1', filter: noFilter, after: null, limit: 20 });
      const [second, first] = entries;
      expect(first!.action).toMatch(/^a b c d e\ufffda b c/);
      expect(first!.action).toHaveLength(100);
      expect(first!.actor.id).toHaveLength(300);
      expect(Object.keys(first!.personal[0]!.fields!)).toEqual(['userAgent']);
      expect(first!.personal[0]!.fields!.userAgent).toHaveLength(500);
      expect(first!.detailCutFromBytes).toBeGreaterThan(100_000);
      for (const { detail, detailCutFromBytes } of [first!, second!]) {
        expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThanOrEqual(8_192);
        expect(detailCutFromBytes).not.toBeNull();
      }
      expect(await audit.verify(everything)).toMatchObject({ ok: true });
    }));

  test('heads kept outside show a log that was cut, and one that was written anew with the stolen key', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      const kept: HeadDocument[] = [];
      for (let i = 0; i < 4; i++) {
        await audit.record(sampleEntry(i));
        kept.push(...(await audit.signHeads()));
      }
      const { db } = catalog;
      const cut = await db
        .selectFrom('audit_entries')
        .selectAll()
        .where('workspace_id', '=', 'w1')
        .where('seq', '=', 2)
        .executeTakeFirstOrThrow();
      await db.deleteFrom('audit_entries').where('workspace_id', '=', 'w1').where('seq', '>', 2).execute();
      await db.deleteFrom('audit_heads').where('workspace_id', '=', 'w1').where('number', '>', 2).execute();
      await db.updateTable('audit_chains').set({ seq: 2, hash: cut.hash }).where('workspace_id', '=', 'w1').execute();
      const restarted = openTestAudit(catalog).audit;
      expect(await restarted.verify({ workspaceIds: ['w1'], heads: null })).toMatchObject({ ok: true, entries: 2 });
      const whatIs = ({ findings }: AuditVerification) => findings.map(({ of, what, from, isSealed }) => [of, what, from, isSealed]);
      expect(whatIs(await restarted.verify({ workspaceIds: ['w1'], heads: kept }))).toEqual([
        ['head', 'truncated', 3, true],
        ['head', 'truncated', 4, true],
      ]);
      // the process that signed them needs no file
      expect(whatIs(await audit.verify({ workspaceIds: ['w1'], heads: null }))).toEqual([['head', 'truncated', 4, true]]);
      await restarted.record(sampleEntry(7));
      await restarted.signHeads();
      const forged = { ...kept.at(-1)!, head: 9 };
      expect(whatIs(await restarted.verify({ workspaceIds: ['w1'], heads: [...kept, forged] }))).toEqual([
        ['head', 'rewritten', 3, true],
        ['head', 'truncated', 4, true],
        ['head', 'forged', 9, true],
      ]);
    }));

  test('a head that is signed over something bent says so for ever', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      for (let i = 0; i < 4; i++) await audit.record(sampleEntry(i));
      await catalog.db.updateTable('audit_entries').set({ actor_id: 'p9' }).where('workspace_id', '=', 'w1').where('seq', '=', 3).execute();
      expect((await audit.signHeads()).map(({ workspace, intact }) => [workspace, intact])).toEqual([
        ['', true],
        ['w1', false],
      ]);
      await audit.record(sampleEntry(4));
      expect(await audit.signHeads()).toMatchObject([{ workspace: 'w1', intact: true }]);
      const { findings } = await audit.verify({ workspaceIds: ['w1'], heads: null });
      expect(findings.map(({ of, what, from }) => [of, what, from])).toEqual([
        ['entry', 'changed', 3],
        ['head', 'unsound', 1],
      ]);
    }));

  test('entries that this node wrote and somebody rewrote before they were sealed are noticed', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      await audit.record(sampleEntry(1));
      const { db } = catalog;
      const [row] = await db.selectFrom('audit_entries').selectAll().where('workspace_id', '=', 'w1').execute();
      const { genesis } = await db.selectFrom('audit_chains').select('genesis').where('workspace_id', '=', 'w1').executeTakeFirstOrThrow();
      const bent = { ...row!, actor_id: 'p9' };
      const hash = linkOf(genesis, entryLine(bent));
      await db.updateTable('audit_entries').set({ actor_id: 'p9', hash }).where('workspace_id', '=', 'w1').execute();
      await db.updateTable('audit_chains').set({ hash }).where('workspace_id', '=', 'w1').execute();
      expect((await audit.signHeads()).find(({ workspace }) => workspace === 'w1')).toMatchObject({ intact: false });
    }));

  test('a long chain is checked beside the server, with the same result', () =>
    use(async (catalog) => {
      const { audit } = openTestAudit(catalog);
      for (let block = 0; block < 25; block++) await Promise.all(Array.from({ length: 1_000 }, (_, i) => audit.record(plainEntry(i))));
      await audit.signHeads();
      const told: number[] = [];
      const request = { workspaceIds: ['w1'], heads: [], onProgress: (checked: number) => told.push(checked) };
      expect(await audit.verify(request)).toMatchObject({ ok: true, entries: 25_000, unsealed: 0 });
      expect(told.at(-1)).toBe(25_000);
      await catalog.db
        .updateTable('audit_entries')
        .set({ outcome: 'denied' })
        .where('workspace_id', '=', 'w1')
        .where('seq', '=', 24_001)
        .execute();
      await catalog.db.deleteFrom('audit_entries').where('workspace_id', '=', 'w1').where('seq', '=', 1_000).execute();
      const { findings } = await audit.verify(request);
      expect(findings.map(({ what, from, to }) => [what, from, to])).toEqual([
        ['removed', 1_000, 1_000],
        ['changed', 24_001, 24_001],
      ]);
    }));
});

const plainEntry = (i: number): AuditEntry => ({
  workspaceId: 'w1',
  action: 'query',
  outcome: 'done',
  actor: { kind: 'person', id: `p${i % 9}` },
});

async function joined(blocks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const block of blocks) text += block;
  return text;
}

/** The bytes of the files of a SQLite catalog, as characters. */
async function rawBytes(catalog: Catalog): Promise<string[]> {
  if (catalog.dialect !== 'sqlite') return [];
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(catalog.db);
  const { file } = rows[0]!;
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(basename(file)));
  return Promise.all(names.map((name) => readFile(join(dirname(file), name), 'latin1')));
}
