/** Answers about notifications of whoever asks, and about the channels of a workspace. */
import {
  addChannelRoute,
  changeChannelRoute,
  channelsRoute,
  deleteChannelRoute,
  deliveriesRoute,
  notificationsRoute,
  readNotificationsRoute,
  retryDeliveryRoute,
  rotateChannelRoute,
  testChannelRoute,
  type ChannelAnswer,
  type DeliveryAnswer,
  type NotificationAnswer,
  type ReceiptAnswer,
} from '../../shared/contract/notifications.ts';
import type { Principal } from '../identity/principal.ts';
import type { Channel, ChannelTarget, Delivery, InboxItem, Receipt } from '../notification/notification.ts';
import type { Notifications } from '../notification/notifications.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of notifications need. */
export interface NotificationRouteParts {
  notifications: Notifications;
  /** whether this server can send mail */
  canMail: boolean;
}

/** The routes of src/shared/contract/notifications.ts. */
export function notificationRoutes(parts: NotificationRouteParts): RouteBinding[] {
  return [...inboxRoutes(parts), ...channelRoutes(parts), ...deliveryRoutes(parts)];
}

function inboxRoutes({ notifications: room }: NotificationRouteParts): RouteBinding[] {
  return [
    bindRoute(notificationsRoute, async ({ principal, query: { show, limit, after } }) => {
      const filter = { isUnreadOnly: show === 'unread', after: cursorOf(after), limit };
      const { notifications, unread } = await room.inbox(principal.workspaceId, personOf(principal), filter);
      return { notifications: notifications.map(notificationAnswerOf), unread, next: nextOf(notifications, limit) };
    }),
    bindRoute(readNotificationsRoute, async ({ principal, body }) => ({
      unread: await room.markRead(principal.workspaceId, personOf(principal), 'ids' in body ? body.ids : null),
    })),
  ];
}

function channelRoutes({ notifications: room, canMail }: NotificationRouteParts): RouteBinding[] {
  return [
    bindRoute(channelsRoute, async ({ principal }) => ({
      channels: (await room.listChannels(principal.workspaceId)).map(channelAnswerOf),
      canMail,
    })),
    bindRoute(addChannelRoute, async ({ principal, body, reply }) => {
      const { channel, secret } = await room.addChannel(principal.workspaceId, body);
      reply.code(201);
      return { channel: channelAnswerOf(channel), secret };
    }),
    bindRoute(changeChannelRoute, async ({ principal, params, body }) =>
      channelAnswerOf(await room.changeChannel(principal.workspaceId, params.id, body)),
    ),
    bindRoute(deleteChannelRoute, async ({ principal, params }) => {
      await room.deleteChannel(principal.workspaceId, params.id);
      return { deleted: true as const };
    }),
    bindRoute(rotateChannelRoute, async ({ principal, params }) => {
      const { channel, secret } = await room.rotateSecret(principal.workspaceId, params.id);
      return { channel: channelAnswerOf(channel), secret };
    }),
    bindRoute(testChannelRoute, async ({ principal, params }) =>
      receiptAnswerOf(await room.testChannel(principal.workspaceId, params.id, principal.kind === 'person' ? personOf(principal) : null)),
    ),
  ];
}

function deliveryRoutes({ notifications: room }: NotificationRouteParts): RouteBinding[] {
  return [
    bindRoute(deliveriesRoute, async ({ principal, query }) => {
      const { channel = null, notification = null, state = null, limit, after } = query;
      const filter = { channelId: channel, notificationId: notification, state, after: cursorOf(after), limit };
      const deliveries = await room.deliveries(principal.workspaceId, filter);
      return { deliveries: deliveries.map(deliveryAnswerOf), next: nextOf(deliveries, limit) };
    }),
    bindRoute(retryDeliveryRoute, async ({ principal, params }) => {
      await room.retryDelivery(principal.workspaceId, params.id);
      return { queued: true as const };
    }),
  ];
}

function personOf({ id, personId }: Principal): string {
  return personId ?? id;
}

function cursorOf(text: string | undefined): { createdMs: number; id: string } | null {
  if (text === undefined) return null;
  const at = text.indexOf('-');
  return { createdMs: Number(text.slice(0, at)), id: text.slice(at + 1) };
}

function nextOf(page: readonly { createdMs: number; id: string }[], limit: number): string | null {
  const last = page.length === limit ? page.at(-1) : undefined;
  return last === undefined ? null : `${last.createdMs}-${last.id}`;
}

function notificationAnswerOf({ id, severity, title, body, link, about, createdMs, readMs }: InboxItem): NotificationAnswer {
  return { id, severity, title, body, link, about, createdAt: isoOf(createdMs), readAt: maybeIso(readMs) };
}

function channelAnswerOf({ id, name, isEnabled, leastSeverity, target, createdMs, changedMs }: Channel): ChannelAnswer {
  return { id, name, isEnabled, leastSeverity, target: targetAnswerOf(target), createdAt: isoOf(createdMs), changedAt: isoOf(changedMs) };
}

function targetAnswerOf(target: ChannelTarget): ChannelAnswer['target'] {
  if (target.kind === 'webhook') return target;
  return { kind: 'email', addresses: target.addresses === null ? null : [...target.addresses] };
}

function deliveryAnswerOf(delivery: Delivery): DeliveryAnswer {
  const { id, notificationId, channelId, recipient, state, dueMs, createdMs, finishedMs, receipts } = delivery;
  return {
    id,
    notification: notificationId,
    channel: channelId,
    recipient,
    state,
    createdAt: isoOf(createdMs),
    nextTryAt: state === 'waiting' ? isoOf(dueMs) : null,
    finishedAt: maybeIso(finishedMs),
    receipts: receipts.map(receiptAnswerOf),
  };
}

function receiptAnswerOf({ atMs, ...receipt }: Receipt): ReceiptAnswer {
  return { ...receipt, at: isoOf(atMs) };
}

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function maybeIso(epochMs: number | null): string | null {
  return epochMs === null ? null : isoOf(epochMs);
}
