/** The audit log: entries chained by workspace, signed heads, the keys of people, and how far each stream is. */
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** Creates the tables of the audit log. */
export async function up(kit: MigrationKit): Promise<void> {
  await createChains(kit);
  await createEntries(kit);
  await createHeads(kit);
  await kit
    .table('audit_person_keys')
    .addColumn('person_id', 'text', (c) => c.primaryKey())
    .addColumn('sealed', 'text')
    .addColumn('created_at', kit.bigint, (c) => c.notNull())
    .addColumn('erased_at', kit.bigint)
    .execute();
  await createStreams(kit);
}

async function createChains({ table, bigint }: MigrationKit): Promise<void> {
  await table('audit_chains')
    .addColumn('workspace_id', 'text', (c) => c.primaryKey())
    .addColumn('genesis', 'text', (c) => c.notNull())
    .addColumn('seq', bigint, (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
}

/** No workspace is referenced: what was done in one that is gone stays on record. */
async function createEntries({ db, clusteredTable, bigint }: MigrationKit): Promise<void> {
  await clusteredTable('audit_entries')
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('seq', bigint, (c) => c.notNull())
    .addColumn('at', bigint, (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('actor_kind', 'text', (c) => c.notNull())
    .addColumn('actor_id', 'text', (c) => c.notNull())
    .addColumn('target_kind', 'text', (c) => c.notNull())
    .addColumn('target_id', 'text', (c) => c.notNull())
    .addColumn('rest', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('audit_entries_key', ['workspace_id', 'seq'])
    .execute();
  const index = (name: string, ...columns: string[]) =>
    db.schema
      .createIndex(name)
      .on('audit_entries')
      .columns(['workspace_id', ...columns, 'at', 'seq'])
      .execute();
  await index('audit_entries_by_time');
  await index('audit_entries_by_action', 'action');
  await index('audit_entries_by_outcome', 'outcome');
  await index('audit_entries_by_actor', 'actor_id');
  await index('audit_entries_by_target', 'target_id');
}

async function createHeads({ clusteredTable, bigint }: MigrationKit): Promise<void> {
  await clusteredTable('audit_heads')
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('number', bigint, (c) => c.notNull())
    .addColumn('seq', bigint, (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('at', bigint, (c) => c.notNull())
    .addColumn('intact', 'integer', (c) => c.notNull())
    .addColumn('key_id', 'text', (c) => c.notNull())
    .addColumn('signature', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('audit_heads_key', ['workspace_id', 'number'])
    .execute();
}

async function createStreams({ table, bigint }: MigrationKit): Promise<void> {
  await table('audit_streams')
    .addColumn('target', 'text', (c) => c.primaryKey())
    .addColumn('holder', 'text', (c) => c.notNull())
    .addColumn('lease_until', bigint, (c) => c.notNull())
    .execute();
  await table('audit_stream_cursors')
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('seq', bigint, (c) => c.notNull())
    .addColumn('head', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('audit_stream_cursors_key', ['target', 'workspace_id'])
    .execute();
}
