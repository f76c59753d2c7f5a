/** Notifications as a person sees them, the channels of a workspace, and the receipts of what went through them. */
import { z } from 'zod';
import { severities } from '../model/severity.ts';
import type { Route } from './route.ts';

const cursor = z
  .string()
  .regex(/^\d{1,15}-[\w-]{1,64}$/, 'must be the "next" of an answer')
  .optional();
const identifier = z.string().regex(/^[\w-]{1,64}$/);
const byId = z.object({ id: identifier });

/** A notification. */
export const notificationAnswer = z.object({
  id: z.string(),
  severity: z.enum(severities),
  title: z.string(),
  /** plain text; an empty line begins a paragraph */
  body: z.string(),
  /** where to go from here: a path of the web app */
  link: z.string().nullable(),
  /** what it is about, such as `incident:inc_...` */
  about: z.string().nullable(),
  createdAt: z.string(),
  /** null: not read yet */
  readAt: z.string().nullable(),
});
/** A parsed {@link notificationAnswer}. */
export type NotificationAnswer = z.infer<typeof notificationAnswer>;

/** What is shown to whoever asks. */
export const notificationsRoute = {
  method: 'GET',
  path: '/api/notifications',
  operation: 'notifications',
  summary: 'The notifications of whoever asks, newest first, and how many of all are unread.',
  tag: 'notifications',
  access: 'signed-in',
  query: z.strictObject({
    show: z.enum(['all', 'unread']).default('all'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    after: cursor,
  }),
  answer: z.object({ notifications: z.array(notificationAnswer), unread: z.number(), next: z.string().nullable() }),
} as const satisfies Route;

/** Marks notifications as read. */
export const readNotificationsRoute = {
  method: 'POST',
  path: '/api/notifications/read',
  operation: 'readNotifications',
  summary: 'Marks notifications of whoever asks as read: those of the ids, or all.',
  tag: 'notifications',
  access: 'signed-in',
  body: z.union([z.strictObject({ ids: z.array(identifier).min(1).max(200) }), z.strictObject({ all: z.literal(true) })]),
  answer: z.object({ unread: z.number() }),
} as const satisfies Route;

const channelTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    /** null: whomever a notification is for */
    addresses: z.array(z.email().max(254)).min(1).max(20).nullable(),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    /** gets a POST signed as Standard Webhooks describes it */
    url: z.url().max(2_000),
  }),
]);

const channelFields = {
  name: z.string().trim().min(1).max(100),
  isEnabled: z.boolean(),
  /** notifications below it do not go through */
  leastSeverity: z.enum(severities),
  target: channelTarget,
};

/** A channel. */
export const channelAnswer = z.object({ id: z.string(), ...channelFields, createdAt: z.string(), changedAt: z.string() });
/** A parsed {@link channelAnswer}. */
export type ChannelAnswer = z.infer<typeof channelAnswer>;

/** The channels of the workspace. */
export const channelsRoute = {
  method: 'GET',
  path: '/api/admin/channels',
  operation: 'channels',
  summary: 'The channels through which notifications leave the application, by name.',
  tag: 'notifications',
  access: 'notifications:manage',
  answer: z.object({
    channels: z.array(channelAnswer),
    /** whether this server can send mail at all */
    canMail: z.boolean(),
  }),
} as const satisfies Route;

/** Body of {@link addChannelRoute} and {@link changeChannelRoute}. */
export const channelBody = z.strictObject({
  ...channelFields,
  isEnabled: channelFields.isEnabled.default(true),
  leastSeverity: channelFields.leastSeverity.default('medium'),
});

/** A channel, and the secret of a webhook, which is shown this once. */
export const madeChannelAnswer = z.object({
  channel: channelAnswer,
  /** `whsec_...`, with which the receiver checks signatures; null: mail is not signed */
  secret: z.string().nullable(),
});

/** Adds a channel. */
export const addChannelRoute = {
  method: 'POST',
  path: '/api/admin/channels',
  operation: 'addChannel',
  summary: 'Adds a channel. The secret of a webhook is shown this once.',
  tag: 'notifications',
  access: 'notifications:manage',
  body: channelBody,
  answer: madeChannelAnswer,
} as const satisfies Route;

/** Changes a channel. */
export const changeChannelRoute = {
  method: 'PUT',
  path: '/api/admin/channels/:id',
  operation: 'changeChannel',
  summary: 'Changes a channel, whose kind and secret stay.',
  tag: 'notifications',
  access: 'notifications:manage',
  params: byId,
  body: channelBody,
  answer: channelAnswer,
} as const satisfies Route;

/** Deletes a channel. */
export const deleteChannelRoute = {
  method: 'DELETE',
  path: '/api/admin/channels/:id',
  operation: 'deleteChannel',
  summary: 'Deletes a channel with its deliveries.',
  tag: 'notifications',
  access: 'notifications:manage',
  params: byId,
  answer: z.object({ deleted: z.literal(true) }),
} as const satisfies Route;

/** Gives a webhook a new secret. */
export const rotateChannelRoute = {
  method: 'POST',
  path: '/api/admin/channels/:id/rotate',
  operation: 'rotateChannel',
  summary: 'Gives a webhook a new secret, shown this once. For a day each call is signed with the one before too.',
  tag: 'notifications',
  access: 'notifications:manage',
  params: byId,
  answer: madeChannelAnswer,
} as const satisfies Route;

/** The record of one try. */
export const receiptAnswer = z.object({
  /** 1 on the first */
  attempt: z.number(),
  at: z.string(),
  durationMs: z.number(),
  /** `refused`: for good, trying again cannot help */
  outcome: z.enum(['delivered', 'failed', 'refused']),
  /** HTTP status */
  status: z.number().nullable(),
  /** what the other side said, or why nothing could be sent */
  reply: z.string(),
});
/** A parsed {@link receiptAnswer}. */
export type ReceiptAnswer = z.infer<typeof receiptAnswer>;

/** Tries a channel. */
export const testChannelRoute = {
  method: 'POST',
  path: '/api/admin/channels/:id/test',
  operation: 'testChannel',
  summary: 'Sends something through a channel at once and answers how it went.',
  tag: 'notifications',
  access: 'notifications:manage',
  limit: 'expensive',
  params: byId,
  answer: receiptAnswer,
} as const satisfies Route;

/** States of a delivery. Dead: given up. */
export const deliveryStates = ['waiting', 'sending', 'delivered', 'dead'] as const;

/** One notification on its way through one channel to one recipient. */
export const deliveryAnswer = z.object({
  id: z.string(),
  notification: z.string(),
  channel: z.string(),
  /** `person:ID`, `address:E-MAIL`, or `endpoint` */
  recipient: z.string(),
  state: z.enum(deliveryStates),
  createdAt: z.string(),
  /** when it is tried next; null: it is not */
  nextTryAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** oldest first */
  receipts: z.array(receiptAnswer),
});
/** A parsed {@link deliveryAnswer}. */
export type DeliveryAnswer = z.infer<typeof deliveryAnswer>;

/** Deliveries with their receipts. */
export const deliveriesRoute = {
  method: 'GET',
  path: '/api/admin/deliveries',
  operation: 'deliveries',
  summary: 'Deliveries of a channel or a notification with a receipt of each try, newest first.',
  tag: 'notifications',
  access: 'notifications:manage',
  query: z.strictObject({
    channel: identifier.optional(),
    notification: identifier.optional(),
    state: z.enum(deliveryStates).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    after: cursor,
  }),
  answer: z.object({ deliveries: z.array(deliveryAnswer), next: z.string().nullable() }),
} as const satisfies Route;

/** Tries a delivery again that was given up. */
export const retryDeliveryRoute = {
  method: 'POST',
  path: '/api/admin/deliveries/:id/retry',
  operation: 'retryDelivery',
  summary: 'Tries a delivery again that was given up.',
  tag: 'notifications',
  access: 'notifications:manage',
  params: byId,
  answer: z.object({ queued: z.literal(true) }),
} as const satisfies Route;
