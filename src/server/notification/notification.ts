/** What a notification is, whom it is for, the channels it goes through, and the receipts of each try. */
import type { Permission } from '../../shared/model/permission.ts';
import type { Severity } from '../../shared/model/severity.ts';

/** Whom a notification is for: people by id, or everybody of the workspace with a permission. */
export type Recipients = { people: readonly string[] } | { permission: Permission };

/** Something that people should know. */
export interface Notice {
  workspaceId: string;
  severity: Severity;
  /** one line */
  title: string;
  /** plain text; an empty line begins a paragraph */
  body: string;
  /** where the reader goes from here: a path of the web app, such as `/security` */
  link: string | null;
  /** what it is about, such as `incident:inc_...` */
  about: string | null;
  to: Recipients;
  /** of one workspace and key there is one notification: a second one is not written */
  dedupKey?: string;
  /** shown within the application, and nowhere else */
  isInAppOnly?: boolean;
}

/** A notification as it was written. */
export interface Notification {
  id: string;
  workspaceId: string;
  severity: Severity;
  title: string;
  body: string;
  link: string | null;
  about: string | null;
  createdMs: number;
}

/** A notification as one person sees it. */
export interface InboxItem extends Notification {
  /** null: not read yet */
  readMs: number | null;
}

/** Where a channel leads: by mail to whomever a notification is for or to fixed addresses, or to one endpoint. */
export type ChannelTarget = { kind: 'email'; addresses: readonly string[] | null } | { kind: 'webhook'; url: string };

/** What somebody decides about a channel. */
export interface ChannelSettings {
  name: string;
  isEnabled: boolean;
  /** notifications below it do not go through */
  leastSeverity: Severity;
  target: ChannelTarget;
}

/** A way out of the application. */
export interface Channel extends ChannelSettings {
  id: string;
  workspaceId: string;
  createdMs: number;
  changedMs: number;
}

/** How one try ended. `refused`: for good, trying again cannot help. */
export interface Outcome {
  outcome: 'delivered' | 'failed' | 'refused';
  /** HTTP status, or null */
  status: number | null;
  /** what the other side said, or why nothing could be sent */
  reply: string;
}

/** The record of one try. */
export interface Receipt extends Outcome {
  /** 1 on the first */
  attempt: number;
  atMs: number;
  durationMs: number;
}

/** States of a delivery. Dead: given up. */
export type DeliveryState = 'waiting' | 'sending' | 'delivered' | 'dead';

/** One notification on its way through one channel to one recipient. */
export interface Delivery {
  id: string;
  notificationId: string;
  channelId: string;
  /** `person:ID`, `address:E-MAIL`, or `endpoint` */
  recipient: string;
  state: DeliveryState;
  /** when it is tried next, while it waits */
  dueMs: number;
  createdMs: number;
  finishedMs: number | null;
  /** oldest first */
  receipts: readonly Receipt[];
}

/** What carries a notification: everything that is needed for one try. */
export interface Parcel {
  /** the same on every try */
  deliveryId: string;
  notification: Notification;
  channel: Channel;
  recipient: string;
}
