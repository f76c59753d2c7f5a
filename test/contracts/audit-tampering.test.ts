/** Whoever can write to the catalog bends the audit log in a thousand ways, and each is found out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditFinding } from '../../src/shared/contract/audit.ts';
import { Verification } from '../../src/server/audit/check/verification.ts';
import { headKeys } from '../../src/server/audit/heads/keys.ts';
import { entryLine, linkOf } from '../../src/server/audit/line.ts';
import type { Catalog, CatalogDatabase, CatalogTables } from '../../src/server/catalog/schema.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { auditSecrets, openTestAudit, sampleEntry } from '../fixtures/open-audit.ts';

const length = 40;
const sealed = 30;
type Entry = CatalogTables['audit_entries'];

/** Reproducible chance: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A log of `length` entries with three heads, the last of which covers `sealed`. */
async function fill(catalog: Catalog): Promise<void> {
  const { audit } = openTestAudit(catalog);
  for (let i = 1; i <= length; i++) {
    await audit.record(sampleEntry(i));
    if (i === 10 || i === 20 || i === sealed) await audit.signHeads();
  }
  await audit.close();
}

/** What a verification finds after `bend`, of which nothing remains. */
async function findingsAfter(catalog: Catalog, bend: (db: CatalogDatabase) => Promise<unknown>): Promise<AuditFinding[]> {
  const undone = new Error('undone');
  let findings: AuditFinding[] = [];
  await catalog.db
    .transaction()
    .execute(async (transaction) => {
      await bend(transaction);
      const verification = new Verification({
        catalog: { ...catalog, db: transaction },
        keys: headKeys(auditSecrets),
        clock: Date,
        stopwatch: () => performance.now(),
        signed: () => [],
      });
      ({ findings } = await verification.run({ workspaceIds: null, heads: null }));
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return findings;
}

const entriesOf = (db: CatalogDatabase) =>
  db.selectFrom('audit_entries').selectAll().where('workspace_id', '=', 'w1').orderBy('seq').execute();

/** Replaces the entries from `from` on. */
async function replaceFrom(db: CatalogDatabase, from: number, entries: readonly Entry[]): Promise<void> {
  await db.deleteFrom('audit_entries').where('workspace_id', '=', 'w1').where('seq', '>=', from).execute();
  if (entries.length > 0)
    await db
      .insertInto('audit_entries')
      .values([...entries])
      .execute();
}

/** `entries` chained anew after `previous`, with numbers from `first` on: what somebody does who knows how the log works. */
function rechained(entries: readonly Entry[], previous: string, first: number): Entry[] {
  let last = previous;
  return entries.map((entry, i) => {
    const row = { ...entry, seq: first + i };
    last = linkOf(last, entryLine(row));
    return { ...row, hash: last };
  });
}

const numberColumns = new Set(['seq', 'at', 'number', 'intact']);

/** Flips one bit in one column of one row that is covered by the last head. */
async function flipBit(db: CatalogDatabase, random: () => number): Promise<string> {
  const pick = (count: number) => Math.floor(random() * count);
  const table = (['audit_entries', 'audit_entries', 'audit_entries', 'audit_heads', 'audit_chains'] as const)[pick(5)]!;
  const rows = (await db.selectFrom(table).selectAll().execute()) as unknown as Record<string, string | number>[];
  const covered = rows.filter((row) => table !== 'audit_entries' || Number(row.seq) <= (row.workspace_id === '' ? 1 : sealed));
  const row = covered[pick(covered.length)]!;
  const columns = Object.keys(row).filter((name) => row[name] !== '');
  const column = columns[pick(columns.length)]!;
  const bent = numberColumns.has(column)
    ? BigInt(row[column]!) ^ (1n << BigInt(pick(column === 'intact' ? 31 : 63)))
    : flipInText(String(row[column]), pick);
  let update = db.updateTable(table as 'audit_entries').set({ [column]: bent } as never);
  for (const key of ['workspace_id', table === 'audit_heads' ? 'number' : 'seq'])
    update = update.where(key as 'seq', '=', row[key] as number);
  await update.execute();
  return `${column} of ${table} ${row.workspace_id} ${row.number ?? row.seq}: ${String(row[column])} -> ${String(bent)}`;
}

function flipInText(text: string, pick: (count: number) => number): string {
  const at = pick(text.length);
  const code = text.charCodeAt(at) ^ (1 << pick(7));
  // PostgreSQL holds no zero character; the neighbouring bit does as well
  return text.slice(0, at) + String.fromCharCode(code === 0 ? 2 : code) + text.slice(at + 1);
}

async function deleteOne(db: CatalogDatabase, random: () => number): Promise<string> {
  const entries = await entriesOf(db);
  const at = Math.floor(random() * sealed);
  const rest = entries.slice(at + 1);
  const how = Math.floor(random() * 3);
  if (how === 0)
    await db
      .deleteFrom('audit_entries')
      .where('workspace_id', '=', 'w1')
      .where('seq', '=', at + 1)
      .execute();
  else if (how === 1)
    await replaceFrom(
      db,
      at + 1,
      rest.map((entry) => ({ ...entry, seq: entry.seq - 1 })),
    );
  else await replaceFrom(db, at + 1, rechained(rest, entries[at - 1]?.hash ?? (await genesis(db)), at + 1));
  return `deleted ${at + 1} in way ${how}`;
}

async function swapTwo(db: CatalogDatabase, random: () => number): Promise<string> {
  const entries = await entriesOf(db);
  const one = Math.floor(random() * sealed);
  const other = (one + 1 + Math.floor(random() * (sealed - 1))) % sealed;
  const how = Math.floor(random() * 3);
  const swapped = entries.map((entry, i) => ({ ...(i === one ? entries[other]! : i === other ? entries[one]! : entry), seq: entry.seq }));
  if (how === 1) for (const i of [one, other]) swapped[i]!.hash = entries[i]!.hash;
  await replaceFrom(db, 1, how === 2 ? rechained(swapped, await genesis(db), 1) : swapped);
  return `swapped ${one + 1} and ${other + 1} in way ${how}`;
}

async function insertOne(db: CatalogDatabase, random: () => number): Promise<string> {
  const entries = await entriesOf(db);
  const at = Math.floor(random() * sealed);
  const how = Math.floor(random() * 3);
  const previous = entries[at - 1]?.hash ?? (await genesis(db));
  const made = rechained([{ ...entries[Math.floor(random() * length)]!, actor_id: 'p9' }], previous, at + 1);
  const rest = entries.slice(at).map((entry) => ({ ...entry, seq: entry.seq + 1 }));
  if (how === 0) await replaceFrom(db, at + 1, [...made, ...rest]);
  else if (how === 1) await replaceFrom(db, at + 1, [{ ...made[0]!, hash: previous }, ...rest]);
  else await replaceFrom(db, at + 1, [...made, ...rechained(rest, made[0]!.hash, at + 2)]);
  return `inserted ${at + 1} in way ${how}`;
}

async function genesis(db: CatalogDatabase): Promise<string> {
  return (await db.selectFrom('audit_chains').select('genesis').where('workspace_id', '=', 'w1').executeTakeFirstOrThrow()).genesis;
}

describeOnEachCatalog('a bent audit log', (place) => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await (await place()).open();
    await fill(catalog);
  });
  afterAll(() => catalog.close());

  test('each of 1,000 random one-bit changes, deletions, swaps and insertions is found', { timeout: 60_000 }, async () => {
    expect(await findingsAfter(catalog, async () => undefined)).toEqual([]);
    const random = seeded(20_261_101);
    const ways = [flipBit, flipBit, deleteOne, swapTwo, insertOne];
    const missed: string[] = [];
    for (let i = 0; i < 1_000; i++) {
      let what = '';
      const findings = await findingsAfter(catalog, async (db) => {
        what = await ways[i % ways.length]!(db, random);
      });
      if (findings.length === 0) missed.push(what);
    }
    expect(missed).toEqual([]);
  });

  const bends: [string, (db: CatalogDatabase) => Promise<unknown>, [string, string, number, number][]][] = [
    [
      'a changed entry',
      (db) => db.updateTable('audit_entries').set({ outcome: 'done' }).where('workspace_id', '=', 'w1').where('seq', '=', 14).execute(),
      [['entry', 'changed', 14, 14]],
    ],
    [
      'a removed entry',
      (db) => db.deleteFrom('audit_entries').where('workspace_id', '=', 'w1').where('seq', '=', 14).execute(),
      [['entry', 'removed', 14, 14]],
    ],
    [
      'a removed entry whose gap was closed',
      async (db) =>
        replaceFrom(
          db,
          14,
          (await entriesOf(db)).slice(14).map((entry) => ({ ...entry, seq: entry.seq - 1 })),
        ),
      [
        ['entry', 'removed', 14, 14],
        ['entry', 'removed', 40, 40],
        ['entry', 'rewritten', 11, 20],
      ],
    ],
    [
      'an inserted entry',
      async (db) => {
        const entries = await entriesOf(db);
        const made = rechained([entries[3]!], entries[12]!.hash, 14);
        await replaceFrom(db, 14, [...made, ...entries.slice(13).map((entry) => ({ ...entry, seq: entry.seq + 1 }))]);
      },
      [
        ['entry', 'inserted', 14, 14],
        ['chain', 'changed', 41, 41],
        ['entry', 'rewritten', 11, 20],
      ],
    ],
    [
      'two entries that changed places',
      async (db) => {
        const entries = await entriesOf(db);
        const swapped = entries.map((entry, i) => ({ ...(i === 13 ? entries[24]! : i === 24 ? entries[13]! : entry), seq: entry.seq }));
        await replaceFrom(db, 1, swapped);
      },
      [
        ['entry', 'reordered', 14, 14],
        ['entry', 'changed', 15, 15],
        ['entry', 'reordered', 25, 25],
        ['entry', 'changed', 26, 26],
      ],
    ],
    [
      'a past that was written anew, with its hashes',
      async (db) => {
        const entries = await entriesOf(db);
        await replaceFrom(db, 25, rechained([{ ...entries[24]!, actor_id: 'p9' }, ...entries.slice(25)], entries[23]!.hash, 25));
        const last = (await entriesOf(db)).at(-1)!;
        await db.updateTable('audit_chains').set({ hash: last.hash }).where('workspace_id', '=', 'w1').execute();
      },
      [['entry', 'rewritten', 21, 30]],
    ],
    [
      'a removed head',
      (db) => db.deleteFrom('audit_heads').where('workspace_id', '=', 'w1').where('number', '=', 2).execute(),
      [['head', 'removed', 2, 2]],
    ],
    [
      'a head of another key',
      (db) => db.updateTable('audit_heads').set({ signature: 'AAAA' }).where('workspace_id', '=', 'w1').where('number', '=', 3).execute(),
      [
        ['head', 'changed', 3, 3],
        ['head', 'forged', 3, 3],
      ],
    ],
    [
      'a chain that was removed as a whole',
      async (db) => {
        for (const table of ['audit_entries', 'audit_heads', 'audit_chains'] as const)
          await db
            .deleteFrom(table as 'audit_chains')
            .where('workspace_id', '=', 'w1')
            .execute();
      },
      [['chain', 'removed', 1, 0]],
    ],
  ];
  test.each(bends)('%s is told from the others', async (_, bend, expected) => {
    const findings = await findingsAfter(catalog, bend);
    expect(findings.map(({ of, what, from, to }) => [of, what, from, to])).toEqual(expected);
  });
});
