/** What the watch remembers: settings by workspace, habits and places, and who is slowed down. */
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** Creates the tables of the watch. */
export async function up({ table, bigint }: MigrationKit): Promise<void> {
  await table('watch_settings')
    .addColumn('workspace_id', 'text', (c) => c.primaryKey().references('workspaces.id').onDelete('cascade'))
    .addColumn('settings', 'text', (c) => c.notNull())
    .execute();
  await table('watch_memory')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('noted_at', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('watch_memory_key', ['kind', 'key'])
    .execute();
  await table('watch_throttles')
    .addColumn('subject', 'text', (c) => c.primaryKey())
    .addColumn('until_ms', bigint, (c) => c.notNull())
    .execute();
}
