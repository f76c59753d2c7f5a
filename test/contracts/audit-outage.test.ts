/** The audit log while its catalog is away: entries wait, none is lost or written twice, and what cannot wait is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresCatalog } from '../../src/server/adapters/postgres/catalog.ts';
import { Problem } from '../../src/shared/model/errors.ts';
import { openTestAudit, sampleEntry } from '../fixtures/open-audit.ts';
import { openTestCatalog } from '../fixtures/open-catalog.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

describe.skipIf(postgresMissing() !== null)('a catalog that goes away', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.close());

  test('entries wait for it, and each is written once', async () => {
    const catalog = await openPostgresCatalog({ url: await postgres.createDatabase(), clock: Date, log: silentLog });
    const { audit } = openTestAudit(catalog, { patienceMs: 60_000 });
    await audit.record(sampleEntry(0));
    const recorded: Promise<void>[] = [];
    let i = 1;
    const more = (count: number) => {
      for (const end = i + count; i < end; i++) recorded.push(audit.record(sampleEntry(i)));
    };
    more(20);
    await postgres.stop();
    more(20);
    await until(() => audit.state().lastError !== null, 'the outage to be noticed');
    more(20);
    expect(audit.state().waiting).toBeGreaterThanOrEqual(20);
    await postgres.start();
    await Promise.all(recorded);
    expect(audit.state()).toEqual({ waiting: 0, lastError: null });
    expect(await audit.verify({ workspaceIds: ['w1'], heads: null })).toMatchObject({ ok: true, entries: 61 });
    await audit.close();
    await catalog.close();
  });

  test('nobody waits for ever, and a server that stops does not wait at all', async () => {
    const catalog = await openPostgresCatalog({ url: await postgres.createDatabase(), clock: Date, log: silentLog });
    const { audit } = openTestAudit(catalog, { patienceMs: 100 });
    await audit.record(sampleEntry(0));
    await postgres.stop();
    expect(await codeOf(audit.record(sampleEntry(1)))).toBe('CATALOG_UNAVAILABLE');
    await postgres.start();
    await until(() => audit.state().waiting === 0, 'the entry that nobody waited for to be written');
    expect(await audit.verify({ workspaceIds: ['w1'], heads: null })).toMatchObject({ entries: 2 });
    await postgres.stop();
    const lost = codeOf(audit.record(sampleEntry(2)));
    await until(() => audit.state().lastError !== null, 'the outage to be noticed');
    await audit.close();
    expect(await lost).toBe('CATALOG_UNAVAILABLE');
    expect(await codeOf(audit.record(sampleEntry(3)))).toBe('CATALOG_UNAVAILABLE');
    await catalog.close();
    await postgres.start();
  });
});

test('when too many entries wait, further ones are refused', async () => {
  const { catalog, close } = await openTestCatalog();
  const { audit } = openTestAudit(catalog);
  const entry = { workspaceId: 'w1', action: 'query', outcome: 'done', actor: { kind: 'person', id: 'p' } } as const;
  const codes = new Map<string, number>();
  await Promise.all(
    Array.from({ length: 20_100 }, async () => {
      const code = await codeOf(audit.record(entry));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }),
  );
  expect([...codes]).toEqual([
    ['CATALOG_UNAVAILABLE', 100],
    ['done', 20_000],
  ]);
  await audit.close();
  await close();
});

test('one entry that cannot be written does not keep the others out', async () => {
  const { catalog, close } = await openTestCatalog();
  const { audit } = openTestAudit(catalog);
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  await expect(audit.record({ ...sampleEntry(1), detail: circular })).rejects.toThrow(/circular/i);
  const bad = { ...sampleEntry(2), outcome: null } as unknown as ReturnType<typeof sampleEntry>;
  const codes = await Promise.all([audit.record(sampleEntry(3)), audit.record(bad), audit.record(sampleEntry(4))].map(codeOf));
  expect([codes[0], codes[2]]).toEqual(['done', 'done']);
  expect(codes[1]).toMatch(/NOT NULL/);
  expect(await audit.verify({ workspaceIds: ['w1'], heads: null })).toMatchObject({ ok: true, entries: 2 });
  await audit.close();
  await close();
});
