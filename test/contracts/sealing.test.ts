/** Rotating the secret of an installation: everything sealed is still opened, on both catalogs, also when the old secret is gone. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { createGuardedHttp } from '../../src/server/adapters/guarded-http/guarded-http.ts';
import { createIdentity, type Identity } from '../../src/server/identity/identity.ts';
import { sealedColumns } from '../../src/server/composition/reseal-stores.ts';
import { resealAll, type SealedColumn } from '../../src/server/sealing/reseal.ts';
import { createSealer } from '../../src/server/sealing/sealer.ts';
import type { Secrets } from '../../src/server/sealing/secrets.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const old: Secrets = { secret: 'the first secret, of thirty-two characters or more', previousSecrets: [] };
const rotated: Secrets = { secret: 'the second secret, of thirty-two characters or more', previousSecrets: [old.secret] };
const dropped: Secrets = { ...rotated, previousSecrets: [] };
const sealerOf = (secrets: Secrets) => createSealer(secrets, randomBytes);

describeOnEachCatalog('sealed texts', (place) => {
  let catalog: Catalog;
  beforeEach(async () => {
    catalog = await (await place()).open();
  });
  afterEach(() => catalog.close());

  const identityWith = (secrets: Secrets): Identity =>
    createIdentity({
      ...secrets,
      catalog,
      localOwnerToken: 'local',
      publicUrl: null,
      clock: Date,
      randomBytes,
      outbound: createGuardedHttp({ allow: [] }),
      log: silentLog,
    });

  test('a write key is shown before, during and after a rotation, and not without the resealing', async () => {
    const before = identityWith(old);
    const { workspaceId } = await before.prepareFirstStart({ owner: null, workspaceName: 'W', writeKey: null, apiKey: null });
    const key = await before.keys.maybeWriteKey(workspaceId);
    expect(key).toMatch(/^bw_w_/);
    expect(await identityWith(dropped).keys.maybeWriteKey(workspaceId)).toBeNull();
    expect(await identityWith(rotated).keys.maybeWriteKey(workspaceId)).toBe(key);
    expect(await resealAll(catalog.db, sealerOf(rotated), sealedColumns)).toMatchObject({ resealed: 1, unopened: {} });
    expect(await identityWith(dropped).keys.maybeWriteKey(workspaceId)).toBe(key);
    expect(await identityWith(old).keys.maybeWriteKey(workspaceId)).toBeNull();
    expect(await resealAll(catalog.db, sealerOf(rotated), sealedColumns)).toEqual({ resealed: 0, unopened: {} });
  });

  test('every column whose name says that it is sealed follows a rotation', async () => {
    // what waits for ten minutes for somebody to come back from their provider
    const shortLived = ['provider_visits.sealed'];
    const tables = await catalog.db.introspection.getTables();
    const sealed = tables.flatMap((table) =>
      table.columns.filter(({ name }) => /(^|_)sealed(_|$)/.test(name)).map(({ name }) => `${table.name}.${name}`),
    );
    const listed = sealedColumns.map(({ table, column: name }) => `${table}.${name}`);
    expect(listed.toSorted()).toEqual(sealed.filter((name) => !shortLived.includes(name)).toSorted());
    for (const { table, idColumns } of sealedColumns) {
      const names = tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
      for (const name of idColumns) expect(names).toContain(name);
    }
  });

  // A table with two columns of ids and a text stands for those with sealed columns of their own.
  const column: SealedColumn = {
    table: 'ledger_reasons',
    idColumns: ['workspace_id', 'source'],
    column: 'reason',
    label: (row) => `${String(row.workspace_id)}/${String(row.source)}`,
  };
  const rows = Array.from({ length: 450 }, (_, i) => ({ workspace_id: `w${i % 7}`, source: `s${i}`, rejected: i }));
  const labelOf = (row: (typeof rows)[number]) => `${row.workspace_id}/${row.source}`;
  const insert = async (textOf: (row: (typeof rows)[number]) => string) => {
    await catalog.db
      .insertInto('ledger_reasons')
      .values(rows.map((row) => ({ ...row, reason: textOf(row) })))
      .execute();
  };
  const read = () => catalog.db.selectFrom('ledger_reasons').selectAll().execute();

  test('many rows under ids of two columns are all sealed anew, each under its own label', async () => {
    await insert((row) => sealerOf(old).seal(`text ${row.rejected}`, labelOf(row)));
    expect(await resealAll(catalog.db, sealerOf(rotated), [column])).toEqual({ resealed: 450, unopened: {} });
    for (const row of await read()) expect(sealerOf(dropped).maybeOpen(row.reason, labelOf(row))).toBe(`text ${row.rejected}`);
  });

  test('rows that no secret opens are left as they are, counted, and keep none of the others back', async () => {
    const foreign = sealerOf({ secret: 'a foreign secret of thirty-two characters or more', previousSecrets: [] });
    await insert((row) => (row.rejected < 300 ? foreign : sealerOf(old)).seal('text', labelOf(row)));
    const before = new Map((await read()).map((row) => [row.source, row.reason]));
    expect(await resealAll(catalog.db, sealerOf(rotated), [column])).toEqual({
      resealed: 150,
      unopened: { 'ledger_reasons.reason': 300 },
    });
    const after = await read();
    for (const row of after.filter(({ rejected }) => rejected < 300)) expect(row.reason).toBe(before.get(row.source));
    for (const row of after.filter(({ rejected }) => rejected >= 300))
      expect(sealerOf(dropped).maybeOpen(row.reason, labelOf(row))).toBe('text');
  });

  test('several nodes that start at once seal each row anew once', async () => {
    await insert((row) => sealerOf(old).seal('text', labelOf(row)));
    const reports = await Promise.all([1, 2, 3].map(() => resealAll(catalog.db, sealerOf(rotated), [column])));
    expect(reports.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(450);
    for (const row of await read()) expect(sealerOf(dropped).maybeOpen(row.reason, labelOf(row))).toBe('text');
  });
});
