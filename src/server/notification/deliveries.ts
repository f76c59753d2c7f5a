/** Deliveries in the catalog. Whoever tries one holds its lease, so that several nodes do not send twice. */
import type { ConditionOn, RowOf } from '../catalog/row.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import { channelOf } from './channels.ts';
import { notificationOf } from './inbox.ts';
import type { Channel, Delivery, DeliveryState, Notification, Outcome, Parcel, Receipt } from './notification.ts';

type DeliveryRow = RowOf<'notification_deliveries'>;

const rowsPerInsert = 200;

/** A delivery that was claimed, with all that it takes to try it. */
export interface ClaimedDelivery extends Parcel {
  /** 1 on the first try */
  attempt: number;
}

/** What a node claims. */
export interface DeliveryClaim {
  owner: string;
  nowMs: number;
  leaseMs: number;
  limit: number;
  /** of all nodes together, so that an endpoint that is slow or away does not keep the others waiting */
  limitPerChannel: number;
}

/** Adds a delivery for each channel and recipient. */
export async function insertDeliveries(
  db: CatalogDatabase,
  notification: Notification,
  routes: readonly { id: string; channelId: string; recipient: string }[],
): Promise<void> {
  for (let from = 0; from < routes.length; from += rowsPerInsert) {
    const rows = routes.slice(from, from + rowsPerInsert).map(({ id, channelId, recipient }) => ({
      id,
      workspace_id: notification.workspaceId,
      notification_id: notification.id,
      channel_id: channelId,
      recipient,
      state: 'waiting',
      attempts: 0,
      due_at: notification.createdMs,
      lease_owner: null,
      lease_until: null,
      created_at: notification.createdMs,
      finished_at: null,
    }));
    await db
      .insertInto('notification_deliveries')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

const isDue = (nowMs: number) => (e: ConditionOn<'notification_deliveries'>) =>
  e.or([e.and([e('state', '=', 'waiting'), e('due_at', '<=', nowMs)]), e.and([e('state', '=', 'sending'), e('lease_until', '<', nowMs)])]);

/**
 * Takes due deliveries, and those whose node is gone in the middle of a try. Those under way count first towards the limit of their
 * channel: `sending` comes before `waiting`.
 *
 * TRICKY: the condition stands twice, as in the claim of jobs: PostgreSQL asks only the outer one again after it waited for another
 * node's update of the same row.
 */
export async function claimDeliveries(db: CatalogDatabase, claim: DeliveryClaim): Promise<ClaimedDelivery[]> {
  const { owner, nowMs, leaseMs, limit, limitPerChannel } = claim;
  const rows = await db
    .updateTable('notification_deliveries')
    .set((e) => ({ state: 'sending', lease_owner: owner, lease_until: nowMs + leaseMs, attempts: e('attempts', '+', 1) }))
    .where((e) =>
      e(
        'id',
        'in',
        e
          .selectFrom(
            e
              .selectFrom('notification_deliveries')
              .select(['id', 'due_at', 'state', 'lease_until'])
              .select((inner) =>
                inner.fn
                  .agg<number>('row_number')
                  .over((window) => window.partitionBy('channel_id').orderBy('state').orderBy('due_at').orderBy('id'))
                  .as('nth'),
              )
              // without this line SQLite reads all deliveries there ever were
              .where((inner) => inner.or([inner('state', '=', 'sending'), isDue(nowMs)(inner)]))
              .as('open'),
          )
          .select('open.id')
          .where('open.nth', '<=', limitPerChannel)
          .where((inner) => inner.or([inner('open.state', '=', 'waiting'), inner('open.lease_until', '<', nowMs)]))
          .orderBy('open.due_at')
          .orderBy('open.id')
          .limit(limit),
      ),
    )
    .where(isDue(nowMs))
    .returning(['id', 'attempts'])
    .execute();
  const attemptById = new Map(rows.map((row) => [row.id, row.attempts]));
  const parcels = await readParcels(db, [...attemptById.keys()]);
  return parcels.map((parcel) => ({ ...parcel, attempt: attemptById.get(parcel.deliveryId)! }));
}

async function readParcels(db: CatalogDatabase, ids: readonly string[]): Promise<Parcel[]> {
  if (ids.length === 0) return [];
  const deliveries = await db
    .selectFrom('notification_deliveries')
    .selectAll()
    .where('id', 'in', ids)
    .orderBy('due_at')
    .orderBy('id')
    .execute();
  const notifications = await db
    .selectFrom('notifications')
    .selectAll()
    .where('id', 'in', [...new Set(deliveries.map((row) => row.notification_id))])
    .execute();
  const channels = await db
    .selectFrom('notification_channels')
    .selectAll()
    .where('id', 'in', [...new Set(deliveries.map((row) => row.channel_id))])
    .execute();
  const notificationById = new Map(notifications.map((row): [string, Notification] => [row.id, notificationOf(row)]));
  const channelById = new Map(channels.map((row): [string, Channel] => [row.id, channelOf(row)]));
  return deliveries.flatMap((row) => {
    const notification = notificationById.get(row.notification_id);
    const channel = channelById.get(row.channel_id);
    // Deleted since, and the delivery with it.
    if (notification === undefined || channel === undefined) return [];
    return [{ deliveryId: row.id, notification, channel, recipient: row.recipient }];
  });
}

/** A try, by whom and which. */
export interface Attempt {
  deliveryId: string;
  attempt: number;
  owner: string;
}

/** Notes how a try ended; `dueMs` is when it is tried again. Answers false when another node has taken the delivery meanwhile. */
export async function endAttempt(
  db: CatalogDatabase,
  { deliveryId, attempt, owner }: Attempt,
  receipt: Receipt,
  next: { state: 'delivered' | 'dead'; finishedMs: number } | { state: 'waiting'; dueMs: number },
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const changes = next.state === 'waiting' ? { due_at: next.dueMs } : { finished_at: next.finishedMs };
    const rows = await transaction
      .updateTable('notification_deliveries')
      .set({ state: next.state, lease_owner: null, lease_until: null, ...changes })
      .where('id', '=', deliveryId)
      .where('state', '=', 'sending')
      .where('lease_owner', '=', owner)
      .where('attempts', '=', attempt)
      .returning('id')
      .execute();
    if (rows.length > 0) await insertReceipt(transaction, deliveryId, receipt);
    return rows.length > 0;
  });
}

/** Gives a delivery back as if it had not been tried. */
export async function releaseDelivery(db: CatalogDatabase, { deliveryId, attempt, owner }: Attempt): Promise<void> {
  await db
    .updateTable('notification_deliveries')
    .set({ state: 'waiting', lease_owner: null, lease_until: null, attempts: attempt - 1 })
    .where('id', '=', deliveryId)
    .where('state', '=', 'sending')
    .where('lease_owner', '=', owner)
    .where('attempts', '=', attempt)
    .execute();
}

async function insertReceipt(db: CatalogDatabase, deliveryId: string, receipt: Receipt): Promise<void> {
  const { attempt, atMs, durationMs, outcome, status, reply } = receipt;
  await db
    .insertInto('delivery_receipts')
    .values({ delivery_id: deliveryId, attempt, at: atMs, duration_ms: durationMs, outcome, status, reply })
    .execute();
}

/** Lets a dead delivery be tried again from the start; false when it is not dead, or not there. */
export async function reviveDelivery(db: CatalogDatabase, workspaceId: string, id: string, nowMs: number): Promise<boolean> {
  const result = await db
    .updateTable('notification_deliveries')
    .set({ state: 'waiting', attempts: 0, due_at: nowMs, finished_at: null })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Which deliveries are listed. */
export interface DeliveryFilter {
  channelId: string | null;
  notificationId: string | null;
  state: DeliveryState | null;
  after: { createdMs: number; id: string } | null;
  limit: number;
}

/** Deliveries with their receipts, newest first. */
export async function listDeliveries(db: CatalogDatabase, workspaceId: string, filter: DeliveryFilter): Promise<Delivery[]> {
  const { channelId, notificationId, state, after, limit } = filter;
  const rows = await db
    .selectFrom('notification_deliveries')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .$if(channelId !== null, (query) => query.where('channel_id', '=', channelId!))
    .$if(notificationId !== null, (query) => query.where('notification_id', '=', notificationId!))
    .$if(state !== null, (query) => query.where('state', '=', state!))
    .$if(after !== null, (query) =>
      query.where((e) =>
        e.or([e('created_at', '<', after!.createdMs), e.and([e('created_at', '=', after!.createdMs), e('id', '<', after!.id)])]),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  const receiptsById = await readReceipts(
    db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => deliveryOf(row, receiptsById.get(row.id) ?? []));
}

async function readReceipts(db: CatalogDatabase, deliveryIds: readonly string[]): Promise<Map<string, Receipt[]>> {
  const receiptsById = new Map<string, Receipt[]>();
  if (deliveryIds.length === 0) return receiptsById;
  const rows = await db
    .selectFrom('delivery_receipts')
    .selectAll()
    .where('delivery_id', 'in', deliveryIds)
    .orderBy('at')
    .orderBy('id')
    .execute();
  for (const row of rows) {
    const { attempt, at: atMs, duration_ms: durationMs, status, reply } = row;
    const receipt: Receipt = { attempt, atMs, durationMs, outcome: row.outcome as Outcome['outcome'], status, reply };
    receiptsById.set(row.delivery_id, [...(receiptsById.get(row.delivery_id) ?? []), receipt]);
  }
  return receiptsById;
}

function deliveryOf(row: DeliveryRow, receipts: readonly Receipt[]): Delivery {
  return {
    id: row.id,
    notificationId: row.notification_id,
    channelId: row.channel_id,
    recipient: row.recipient,
    state: row.state as DeliveryState,
    dueMs: row.due_at,
    createdMs: row.created_at,
    finishedMs: row.finished_at,
    receipts,
  };
}
