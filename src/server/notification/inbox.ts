/** Notifications in the catalog, and whom they are shown to within the application. */
import type { Severity } from '../../shared/model/severity.ts';
import type { RowOf } from '../catalog/row.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { InboxItem, Notification } from './notification.ts';

type NotificationRow = RowOf<'notifications'>;

const rowsPerInsert = 500;

/** Which notifications a person asks for. */
export interface InboxFilter {
  isUnreadOnly: boolean;
  /** the notification to go on after */
  after: { createdMs: number; id: string } | null;
  limit: number;
}

/** Adds a notification; null when there is one of its key. */
export async function insertNotification(
  db: CatalogDatabase,
  notification: Notification,
  dedupKey: string | null,
): Promise<Notification | null> {
  const { id, workspaceId, severity, title, body, link, about, createdMs } = notification;
  const row = await db
    .insertInto('notifications')
    .values({ id, workspace_id: workspaceId, severity, title, body, link, about, dedup_key: dedupKey, created_at: createdMs })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : notificationOf(row);
}

/** The notification of that key. */
export async function findByKey(db: CatalogDatabase, workspaceId: string, dedupKey: string): Promise<Notification | null> {
  const row = await db
    .selectFrom('notifications')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('dedup_key', '=', dedupKey)
    .executeTakeFirst();
  return row === undefined ? null : notificationOf(row);
}

/** Those of `personIds` who belong to the workspace, each once. */
export async function membersAmong(db: CatalogDatabase, workspaceId: string, personIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunksOf([...new Set(personIds)])) {
    const rows = await db
      .selectFrom('memberships')
      .select('person_id')
      .where('workspace_id', '=', workspaceId)
      .where('person_id', 'in', some)
      .execute();
    found.push(...rows.map((row) => row.person_id));
  }
  return found;
}

/** Shows a notification to people. */
export async function insertReaders(db: CatalogDatabase, notification: Notification, personIds: readonly string[]): Promise<void> {
  const { id, workspaceId, createdMs } = notification;
  for (const some of chunksOf(personIds)) {
    const rows = some.map((personId) => ({
      notification_id: id,
      person_id: personId,
      workspace_id: workspaceId,
      created_at: createdMs,
      read_at: null,
    }));
    await db.insertInto('notification_readers').values(rows).execute();
  }
}

/** What is shown to a person in a workspace, newest first. */
export async function listInbox(db: CatalogDatabase, workspaceId: string, personId: string, filter: InboxFilter): Promise<InboxItem[]> {
  const { isUnreadOnly, after, limit } = filter;
  const rows = await db
    .selectFrom('notification_readers as reader')
    .innerJoin('notifications', 'notifications.id', 'reader.notification_id')
    .selectAll('notifications')
    .select('reader.read_at')
    .where('reader.person_id', '=', personId)
    .where('reader.workspace_id', '=', workspaceId)
    .$if(isUnreadOnly, (query) => query.where('reader.read_at', 'is', null))
    .$if(after !== null, (query) =>
      query.where((e) =>
        e.or([
          e('reader.created_at', '<', after!.createdMs),
          e.and([e('reader.created_at', '=', after!.createdMs), e('reader.notification_id', '<', after!.id)]),
        ]),
      ),
    )
    .orderBy('reader.created_at', 'desc')
    .orderBy('reader.notification_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...notificationOf(row), readMs: row.read_at }));
}

/** How many a person has not read. */
export async function countUnread(db: CatalogDatabase, workspaceId: string, personId: string): Promise<number> {
  const row = await db
    .selectFrom('notification_readers')
    .select((e) => e.fn.countAll().as('n'))
    .where('person_id', '=', personId)
    .where('workspace_id', '=', workspaceId)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Marks as read; `ids` null: everything up to now. Answers how many were unread until now. */
export async function markRead(
  db: CatalogDatabase,
  { workspaceId, personId, ids, nowMs }: { workspaceId: string; personId: string; ids: readonly string[] | null; nowMs: number },
): Promise<number> {
  const result = await db
    .updateTable('notification_readers')
    .set({ read_at: nowMs })
    .where('person_id', '=', personId)
    .where('workspace_id', '=', workspaceId)
    .where('read_at', 'is', null)
    .$if(ids !== null, (query) => query.where('notification_id', 'in', ids!))
    .$if(ids === null, (query) => query.where('created_at', '<=', nowMs))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Deletes what was written before `beforeMs`, with its deliveries and receipts; answers how many notifications there were. */
export async function pruneNotifications(db: CatalogDatabase, beforeMs: number): Promise<number> {
  const result = await db.deleteFrom('notifications').where('created_at', '<', beforeMs).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** A row as a notification. */
export function notificationOf(row: NotificationRow): Notification {
  const { id, workspace_id: workspaceId, title, body, link, about, created_at: createdMs } = row;
  return { id, workspaceId, severity: row.severity as Severity, title, body, link, about, createdMs };
}

function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / rowsPerInsert) }, (_, i) => items.slice(i * rowsPerInsert, (i + 1) * rowsPerInsert));
}
