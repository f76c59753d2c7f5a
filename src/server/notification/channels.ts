/** Channels in the catalog, and the sealed secrets of webhooks. */
import { Problem } from '../../shared/model/errors.ts';
import type { Severity } from '../../shared/model/severity.ts';
import type { RowOf } from '../catalog/row.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { RandomBytes } from '../ports/clock.ts';
import type { Sealer } from '../sealing/sealer.ts';
import { makeWebhookSecret } from './carriers/signature.ts';
import type { Channel, ChannelSettings, ChannelTarget } from './notification.ts';

type ChannelRow = RowOf<'notification_channels'>;

/** What channels are kept with. */
export interface ChannelParts {
  db: CatalogDatabase;
  sealer: Pick<Sealer, 'seal' | 'maybeOpen'>;
  randomBytes: RandomBytes;
}

/** How long the secret before still signs, next to the new one. */
const overlapMs = 24 * 3_600_000;
const mostChannels = 50;

/** Under which label the secrets of a channel are sealed. */
export function channelLabel(id: string): string {
  return `notification channel ${id}`;
}

/** Adds a channel; its secret is told this once. @throws CONFLICT when the workspace has too many */
export async function addChannel(
  { db, sealer, randomBytes }: ChannelParts,
  { workspaceId, id, nowMs }: { workspaceId: string; id: string; nowMs: number },
  settings: ChannelSettings,
): Promise<{ channel: Channel; secret: string | null }> {
  const secret = settings.target.kind === 'webhook' ? makeWebhookSecret(randomBytes) : null;
  const row = await db.transaction().execute(async (transaction) => {
    const { length } = await transaction.selectFrom('notification_channels').select('id').where('workspace_id', '=', workspaceId).execute();
    if (length >= mostChannels) throw new Problem('CONFLICT', `A workspace has at most ${mostChannels} channels; delete one first.`);
    return transaction
      .insertInto('notification_channels')
      .values({
        ...columnsOf(settings),
        id,
        workspace_id: workspaceId,
        sealed: secret === null ? null : sealer.seal(secret, channelLabel(id)),
        sealed_before: null,
        before_until: null,
        created_at: nowMs,
        changed_at: nowMs,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
  return { channel: channelOf(row), secret };
}

/** Changes a channel, whose kind stays. @throws NOT_FOUND, CONFLICT for another kind */
export async function changeChannel(
  db: CatalogDatabase,
  { workspaceId, id, nowMs }: { workspaceId: string; id: string; nowMs: number },
  settings: ChannelSettings,
): Promise<Channel> {
  const row = await db
    .updateTable('notification_channels')
    .set({ ...columnsOf(settings), changed_at: nowMs })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('kind', '=', settings.target.kind)
    .returningAll()
    .executeTakeFirst();
  if (row !== undefined) return channelOf(row);
  const { target } = await getChannel(db, workspaceId, id);
  throw new Problem('CONFLICT', `The channel "${id}" is of kind ${target.kind}, and stays so; make a new one for ${settings.target.kind}.`);
}

/** Switches a channel off. */
export async function disableChannel(db: CatalogDatabase, id: string, nowMs: number): Promise<void> {
  await db.updateTable('notification_channels').set({ is_enabled: 0, changed_at: nowMs }).where('id', '=', id).execute();
}

/** A new secret for a webhook, told this once; the one before signs too for a day. @throws NOT_FOUND, CONFLICT for other kinds */
export async function rotateSecret(
  { db, sealer, randomBytes }: ChannelParts,
  { workspaceId, id, nowMs }: { workspaceId: string; id: string; nowMs: number },
): Promise<{ channel: Channel; secret: string }> {
  const { target } = await getChannel(db, workspaceId, id);
  if (target.kind !== 'webhook') throw new Problem('CONFLICT', `The channel "${id}" has no secret: only webhooks are signed.`);
  const secret = makeWebhookSecret(randomBytes);
  const row = await db
    .updateTable('notification_channels')
    .set((e) => ({
      sealed_before: e.ref('sealed'),
      before_until: nowMs + overlapMs,
      sealed: sealer.seal(secret, channelLabel(id)),
      changed_at: nowMs,
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { channel: channelOf(row), secret };
}

/** Deletes a channel with its deliveries. @throws NOT_FOUND */
export async function deleteChannel(db: CatalogDatabase, workspaceId: string, id: string): Promise<void> {
  const result = await db
    .deleteFrom('notification_channels')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (result.numDeletedRows === 0n) throw notThere(id);
}

/** A channel. @throws NOT_FOUND */
export async function getChannel(db: CatalogDatabase, workspaceId: string, id: string): Promise<Channel> {
  const row = await db
    .selectFrom('notification_channels')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notThere(id);
  return channelOf(row);
}

/** The channels of a workspace by name. */
export async function listChannels(db: CatalogDatabase, workspaceId: string): Promise<Channel[]> {
  const rows = await db
    .selectFrom('notification_channels')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(channelOf);
}

/** The secrets that sign for a channel now, the newest first; those that cannot be opened any more are left out. */
export async function openSecrets({ db, sealer }: Omit<ChannelParts, 'randomBytes'>, id: string, nowMs: number): Promise<string[]> {
  const row = await db
    .selectFrom('notification_channels')
    .select(['sealed', 'sealed_before', 'before_until'])
    .where('id', '=', id)
    .executeTakeFirst();
  const isOverlapping = (row?.before_until ?? 0) > nowMs;
  return [row?.sealed, isOverlapping ? row?.sealed_before : null]
    .map((sealed) => (typeof sealed === 'string' ? sealer.maybeOpen(sealed, channelLabel(id)) : null))
    .filter((secret) => secret !== null);
}

function notThere(id: string): Problem {
  return new Problem('NOT_FOUND', `There is no channel "${id}".`);
}

function columnsOf({ name, isEnabled, leastSeverity, target }: ChannelSettings) {
  const { kind, ...where } = target;
  return { kind, name, is_enabled: isEnabled ? 1 : 0, least_severity: leastSeverity, target: JSON.stringify(where) };
}

/** A row as a channel. */
export function channelOf(row: ChannelRow): Channel {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    isEnabled: row.is_enabled === 1,
    leastSeverity: row.least_severity as Severity,
    target: { kind: row.kind, ...(JSON.parse(row.target) as object) } as ChannelTarget,
    createdMs: row.created_at,
    changedMs: row.changed_at,
  };
}
