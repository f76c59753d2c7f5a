/** Incidents with their timeline and what was done about them; notifications, channels, deliveries and their receipts. */
import { sql } from 'kysely';
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** Creates the tables of both rooms. */
export async function up(kit: MigrationKit): Promise<void> {
  await createIncidents(kit);
  await createTimeline(kit);
  await createNotifications(kit);
  await createChannels(kit);
  await createDeliveries(kit);
}

async function createIncidents({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('incidents')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('cause', 'text', (c) => c.notNull())
    .addColumn('evidence', 'text', (c) => c.notNull())
    .addColumn('subject_kind', 'text')
    .addColumn('subject_id', 'text')
    .addColumn('dedup_key', 'text', (c) => c.notNull())
    .addColumn('symptoms', 'integer', (c) => c.notNull())
    .addColumn('assignee_id', 'text')
    .addColumn('opened_at', bigint, (c) => c.notNull())
    .addColumn('last_seen_at', bigint, (c) => c.notNull())
    .addColumn('acknowledged_at', bigint)
    .addColumn('resolved_at', bigint)
    .execute();
  // One cause has one incident at a time.
  await sql`create unique index incidents_unresolved on incidents (workspace_id, dedup_key) where state <> 'resolved'`.execute(db);
  await db.schema.createIndex('incidents_by_opening').on('incidents').columns(['workspace_id', 'opened_at', 'id']).execute();
  await db.schema.createIndex('incidents_by_key').on('incidents').columns(['workspace_id', 'dedup_key', 'resolved_at']).execute();
}

async function createTimeline({ db, table, bigint, identity }: MigrationKit): Promise<void> {
  await table('incident_entries')
    .addColumn('id', bigint, identity)
    .addColumn('incident_id', 'text', (c) => c.notNull().references('incidents.id').onDelete('cascade'))
    .addColumn('at', bigint, (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('actor_kind', 'text', (c) => c.notNull())
    .addColumn('actor_id', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('incident_entries_by_incident').on('incident_entries').columns(['incident_id', 'at']).execute();
  await table('incident_acts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('incident_id', 'text', (c) => c.notNull().references('incidents.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('undo', 'text')
    .addColumn('done_at', bigint, (c) => c.notNull())
    .addColumn('undoing_at', bigint)
    .addColumn('undone_at', bigint)
    .execute();
  await db.schema.createIndex('incident_acts_by_incident').on('incident_acts').columns(['incident_id', 'done_at']).execute();
}

async function createNotifications({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('notifications')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('link', 'text')
    .addColumn('about', 'text')
    .addColumn('dedup_key', 'text')
    .addColumn('created_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('notifications_by_key').on('notifications').columns(['workspace_id', 'dedup_key']).unique().execute();
  await db.schema.createIndex('notifications_by_age').on('notifications').column('created_at').execute();
  await table('notification_readers')
    .addColumn('notification_id', 'text', (c) => c.notNull().references('notifications.id').onDelete('cascade'))
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('read_at', bigint)
    .addPrimaryKeyConstraint('notification_readers_key', ['notification_id', 'person_id'])
    .execute();
  await db.schema
    .createIndex('notification_readers_by_person')
    .on('notification_readers')
    .columns(['person_id', 'workspace_id', 'created_at', 'notification_id'])
    .execute();
  await sql`create index notification_readers_unread on notification_readers (person_id, workspace_id) where read_at is null`.execute(db);
}

async function createChannels({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('notification_channels')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('is_enabled', 'integer', (c) => c.notNull())
    .addColumn('least_severity', 'text', (c) => c.notNull())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text')
    .addColumn('sealed_before', 'text')
    .addColumn('before_until', bigint)
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('changed_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('notification_channels_by_workspace').on('notification_channels').column('workspace_id').execute();
}

async function createDeliveries({ db, table, bigint, identity }: MigrationKit): Promise<void> {
  await table('notification_deliveries')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('notification_id', 'text', (c) => c.notNull().references('notifications.id').onDelete('cascade'))
    .addColumn('channel_id', 'text', (c) => c.notNull().references('notification_channels.id').onDelete('cascade'))
    .addColumn('recipient', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('due_at', bigint, (c) => c.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', bigint)
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('finished_at', bigint)
    .addUniqueConstraint('notification_deliveries_once', ['notification_id', 'channel_id', 'recipient'])
    .execute();
  await db.schema.createIndex('notification_deliveries_by_state').on('notification_deliveries').columns(['state', 'due_at']).execute();
  await db.schema
    .createIndex('notification_deliveries_by_channel')
    .on('notification_deliveries')
    .columns(['channel_id', 'created_at', 'id'])
    .execute();
  await table('delivery_receipts')
    .addColumn('id', bigint, identity)
    .addColumn('delivery_id', 'text', (c) => c.notNull().references('notification_deliveries.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('at', bigint, (c) => c.notNull())
    .addColumn('duration_ms', 'integer', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('status', 'integer')
    .addColumn('reply', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('delivery_receipts_by_delivery').on('delivery_receipts').columns(['delivery_id', 'attempt']).execute();
}
