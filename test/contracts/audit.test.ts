/** The audit log on both databases: durable, chained, sealed, found out when bent, and forgetful of people. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HeadDocument } from '../../src/shared/contract/audit.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { auditSecrets, openTestAudit, sampleEntry } from '../fixtures/open-audit.ts';

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
});
