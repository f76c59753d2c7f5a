/** The notification room: writes what people should know, shows it to them, and sends it through the channels of the workspace. */
import { oneLine, plainText } from '../../shared/format/plain-text.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Permission } from '../../shared/model/permission.ts';
import { compareSeverity } from '../../shared/model/severity.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { Outbound } from '../ports/outbound.ts';
import type { Sealer } from '../sealing/sealer.ts';
import { carryByEmail } from './carriers/email.ts';
import { carryByWebhook } from './carriers/webhook.ts';
import * as channels from './channels.ts';
import { insertDeliveries, listDeliveries, reviveDelivery, type DeliveryFilter } from './deliveries.ts';
import * as inbox from './inbox.ts';
import type {
  Channel,
  ChannelSettings,
  ChannelTarget,
  Delivery,
  InboxItem,
  Notice,
  Notification,
  Parcel,
  Receipt,
} from './notification.ts';
import { createPostman, type CarryOutcome, type Postman } from './postman.ts';

/** What the room is made of. */
export interface NotificationParts {
  catalog: Catalog;
  clock: Clock;
  randomBytes: RandomBytes;
  /** 0 <= n < 1, for the jitter of retries */
  random: () => number;
  log: Log;
  /** names this process in leases; unique among the nodes */
  owner: string;
  sealer: Pick<Sealer, 'seal' | 'maybeOpen'>;
  outbound: Outbound;
  /** null: this installation sends no mail */
  mailer: Mailer | null;
  /** begins the links in mails and webhooks, without a slash at the end; null: they have none */
  publicUrl: string | null;
  /** the people of a workspace who have a permission */
  peopleWith(workspaceId: string, permission: Permission): Promise<readonly string[]>;
  /** the mail address of somebody who belongs to the workspace, else null */
  emailOf(workspaceId: string, personId: string): Promise<string | null>;
  /** default 5,000: how often the catalog is asked for deliveries that are due */
  pollMs?: number;
}

/** That a notification was written, and to whom it is shown. */
export interface Announcement {
  notification: Notification;
  personIds: readonly string[];
}

/** The room. */
export interface Notifications {
  /** Writes a notification with everything that it sets in motion, or nothing; `isNew` false: its key was there before. */
  notify(notice: Notice): Promise<{ notification: Notification; isNew: boolean }>;
  /** Tells of notifications that this node has written, once they are durable. */
  onNotify(listener: (announcement: Announcement) => void): void;

  /** What is shown to a person, newest first, and how many of all are unread. */
  inbox(workspaceId: string, personId: string, filter: inbox.InboxFilter): Promise<{ notifications: InboxItem[]; unread: number }>;
  /** Marks as read; `ids` null: everything. Answers how many are unread now. */
  markRead(workspaceId: string, personId: string, ids: readonly string[] | null): Promise<number>;

  listChannels(workspaceId: string): Promise<Channel[]>;
  /** The secret of a webhook is told here, once. @throws OUTBOUND_FORBIDDEN, MAIL_NOT_CONFIGURED, CONFLICT */
  addChannel(workspaceId: string, settings: ChannelSettings): Promise<{ channel: Channel; secret: string | null }>;
  /** @throws NOT_FOUND, OUTBOUND_FORBIDDEN, CONFLICT */
  changeChannel(workspaceId: string, id: string, settings: ChannelSettings): Promise<Channel>;
  /** A new secret, told once; the one before signs too for a day. @throws NOT_FOUND, CONFLICT */
  rotateSecret(workspaceId: string, id: string): Promise<{ channel: Channel; secret: string }>;
  /** @throws NOT_FOUND */
  deleteChannel(workspaceId: string, id: string): Promise<void>;
  /** Sends something at once, to `personId` where the channel mails whomever a notification is for. @throws NOT_FOUND */
  testChannel(workspaceId: string, id: string, personId: string | null): Promise<Receipt>;

  deliveries(workspaceId: string, filter: DeliveryFilter): Promise<Delivery[]>;
  /** Tries a delivery again that was given up. @throws NOT_FOUND */
  retryDelivery(workspaceId: string, id: string): Promise<void>;

  /** Begins to carry what is due. */
  start(): void;
  stop(graceMs?: number): Promise<void>;
  /** Tries everything that is due now, for tests and tools; the started room does it by itself. */
  deliverDue(): Promise<number>;
  /** Deletes notifications that were written before `beforeMs`. */
  prune(beforeMs: number): Promise<number>;
}

const mostTitle = 200;
const mostBody = 10_000;

/** The room, not yet carrying. */
export function createNotifications(parts: NotificationParts): Notifications {
  const { catalog, clock } = parts;
  const { db } = catalog;
  const listeners: ((announcement: Announcement) => void)[] = [];
  const office = { ...parts, db, listeners, wake: () => postman.wake() };
  const postman: Postman = createPostman({
    ...parts,
    carry: (parcel, signal) => carry(parts, parcel, signal),
    onDead: async (parcel, outcome) => void (await notify(office, noticeOfDeath(parcel, outcome, clock.now()))),
  });
  return {
    notify: (notice) => notify(office, notice),
    onNotify: (listener) => void listeners.push(listener),
    inbox: async (workspaceId, personId, filter) => ({
      notifications: await inbox.listInbox(db, workspaceId, personId, filter),
      unread: await inbox.countUnread(db, workspaceId, personId),
    }),
    markRead: async (workspaceId, personId, ids) => {
      await inbox.markRead(db, { workspaceId, personId, ids, nowMs: clock.now() });
      return inbox.countUnread(db, workspaceId, personId);
    },
    listChannels: (workspaceId) => channels.listChannels(db, workspaceId),
    addChannel: async (workspaceId, settings) => {
      assertUsable(parts, settings.target);
      return channels.addChannel(office, { workspaceId, id: makeId(parts, 'chn'), nowMs: clock.now() }, settings);
    },
    changeChannel: async (workspaceId, id, settings) => {
      assertUsable(parts, settings.target);
      return channels.changeChannel(db, { workspaceId, id, nowMs: clock.now() }, settings);
    },
    rotateSecret: (workspaceId, id) => channels.rotateSecret(office, { workspaceId, id, nowMs: clock.now() }),
    deleteChannel: (workspaceId, id) => channels.deleteChannel(db, workspaceId, id),
    testChannel: (workspaceId, id, personId) => testChannel(parts, workspaceId, id, personId),
    deliveries: (workspaceId, filter) => listDeliveries(db, workspaceId, filter),
    retryDelivery: async (workspaceId, id) => {
      const isRevived = await reviveDelivery(db, workspaceId, id, clock.now());
      if (!isRevived) throw new Problem('NOT_FOUND', `There is no delivery "${id}" that was given up.`);
      postman.wake();
    },
    start: () => postman.start(),
    stop: (graceMs) => postman.stop(graceMs),
    deliverDue: () => postman.deliverDue(),
    prune: (beforeMs) => inbox.pruneNotifications(db, beforeMs),
  };
}

type Office = NotificationParts & {
  db: Catalog['db'];
  listeners: readonly ((announcement: Announcement) => void)[];
  wake(): void;
};

async function notify(office: Office, notice: Notice): Promise<{ notification: Notification; isNew: boolean }> {
  const { db, clock, listeners, log, wake } = office;
  const { workspaceId, to, isInAppOnly = false } = notice;
  // Asked before the transaction: inside one nothing but its own statements may be awaited.
  const wanted = 'people' in to ? to.people : await office.peopleWith(workspaceId, to.permission);
  const written = notificationFrom(notice, makeId(office, 'ntf'), clock.now());
  const dedupKey = notice.dedupKey === undefined ? null : oneLine(notice.dedupKey, 300);
  const outcome = await db.transaction().execute(async (transaction) => {
    const notification = await inbox.insertNotification(transaction, written, dedupKey);
    if (notification === null) return null;
    const personIds = await inbox.membersAmong(transaction, workspaceId, wanted);
    await inbox.insertReaders(transaction, notification, personIds);
    if (isInAppOnly) return { notification, personIds };
    const open = await channels.listChannels(transaction, workspaceId);
    const fitting = open.filter((channel) => channel.isEnabled && compareSeverity(notice.severity, channel.leastSeverity) >= 0);
    const routes = fitting.flatMap((channel) =>
      recipientsOf(channel.target, personIds).map((recipient) => ({ id: makeId(office, 'del'), channelId: channel.id, recipient })),
    );
    await insertDeliveries(transaction, notification, routes);
    return { notification, personIds };
  });
  if (outcome === null) return { notification: (await inbox.findByKey(db, workspaceId, dedupKey!))!, isNew: false };
  for (const listener of listeners) {
    try {
      listener(outcome);
    } catch (error) {
      log.error({ err: error, notification: outcome.notification.id }, 'could not tell of a notification');
    }
  }
  wake();
  return { notification: outcome.notification, isNew: true };
}

function notificationFrom(notice: Notice, id: string, createdMs: number): Notification {
  const { workspaceId, severity, link, about } = notice;
  const isPath = link !== null && /^\/(?![/\\])/.test(link);
  return {
    id,
    workspaceId,
    severity,
    title: oneLine(notice.title, mostTitle),
    body: plainText(notice.body, mostBody),
    link: isPath ? oneLine(link, 1_000) : null,
    about: about === null ? null : oneLine(about, 300),
    createdMs,
  };
}

function recipientsOf(target: ChannelTarget, personIds: readonly string[]): string[] {
  if (target.kind === 'webhook') return ['endpoint'];
  return target.addresses === null ? personIds.map((id) => `person:${id}`) : target.addresses.map((address) => `address:${address}`);
}

async function carry(parts: NotificationParts, parcel: Parcel, signal?: AbortSignal): Promise<CarryOutcome> {
  const { catalog, clock, mailer, outbound, publicUrl } = parts;
  const { channel, notification, recipient } = parcel;
  const link = publicUrl === null || notification.link === null ? null : `${publicUrl}${notification.link}`;
  if (channel.target.kind === 'email') {
    const [kind, name] = [recipient.slice(0, recipient.indexOf(':')), recipient.slice(recipient.indexOf(':') + 1)];
    const address = kind === 'person' ? await parts.emailOf(channel.workspaceId, name) : name;
    return { ...(await carryByEmail({ mailer, parcel, address, link })), isQuiet: address === null };
  }
  const nowMs = clock.now();
  const secrets = await channels.openSecrets({ db: catalog.db, sealer: parts.sealer }, channel.id, nowMs);
  if (secrets.length === 0)
    return { outcome: 'refused', status: null, reply: 'The secret of this channel cannot be opened any more: give it a new one.' };
  const { url } = channel.target;
  return carryByWebhook({ outbound, parcel, url, secrets, link, nowMs, ...(signal === undefined ? {} : { signal }) });
}

/** Said within the application alone, once a day for each channel: a channel that fails must not be told of by channels that fail. */
function noticeOfDeath({ channel, notification }: Parcel, { reply, isGone = false }: CarryOutcome, nowMs: number): Notice {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const after = isGone ? 'The endpoint says that it is gone for good, so the channel was switched off.' : 'It was given up.';
  return {
    workspaceId: channel.workspaceId,
    severity: 'medium',
    title: `The channel "${channel.name}" did not deliver "${notification.title}"`,
    body: `${after}\n\nThe last answer was: ${reply}`,
    link: null,
    about: `channel:${channel.id}`,
    to: { permission: 'notifications:manage' },
    dedupKey: `${isGone ? 'gone' : 'dead'} ${channel.id} ${day}`,
    isInAppOnly: true,
  };
}

async function testChannel(parts: NotificationParts, workspaceId: string, id: string, personId: string | null): Promise<Receipt> {
  const { catalog, clock } = parts;
  const channel = await channels.getChannel(catalog.db, workspaceId, id);
  const atMs = clock.now();
  const words = { title: 'This is a test', body: `It was sent to see whether the channel "${channel.name}" works.` };
  const notification = {
    id: makeId(parts, 'ntf'),
    workspaceId,
    severity: 'low' as const,
    ...words,
    link: '/',
    about: null,
    createdMs: atMs,
  };
  const recipient = recipientsOf(channel.target, personId === null ? [] : [personId])[0];
  if (recipient === undefined)
    throw new Problem('CONFLICT', 'This channel mails whomever a notification is for: only a person can test it, not a key.');
  const outcome = await carry(parts, { deliveryId: makeId(parts, 'del'), notification, channel, recipient });
  const { outcome: ended, status, reply } = outcome;
  return { attempt: 1, atMs, durationMs: clock.now() - atMs, outcome: ended, status, reply };
}

function assertUsable({ outbound, mailer }: NotificationParts, target: ChannelTarget): void {
  if (target.kind === 'webhook') outbound.assertAllowed(target.url);
  else if (mailer === null) throw new Problem('MAIL_NOT_CONFIGURED', 'This server sends no mail: whoever runs it can set SMTP_URL.');
}

function makeId({ randomBytes }: NotificationParts, prefix: string): string {
  return `${prefix}_${Buffer.from(randomBytes(10)).toString('hex')}`;
}
