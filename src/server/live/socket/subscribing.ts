/** Answers `subscribe` and `unsubscribe`: what a client sends is checked here, and nothing of it gets further unchecked. */
import { z } from 'zod';
import { channels, type Channel } from '../../../shared/contract/live.ts';
import { Problem } from '../../../shared/model/errors.ts';
import { describeIssues } from '../../../shared/model/issue.ts';
import type { Query } from '../../../shared/model/query.ts';
import { seesWhole } from '../../identity/policy.ts';
import type { Principal } from '../../identity/principal.ts';
import { parseQuestion } from '../rooms/question.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { connectionLimits, type Connection, type Subscription } from './connection.ts';

const id = z.string().min(1).max(128);
const laterChannels = ['alerts', 'insights'] as const;
const subscribeSchema = z.object({
  id,
  after: z.number().optional(),
  query: z.unknown().optional(),
  channel: z.enum([...channels, ...laterChannels]).optional(),
});
const unsubscribeSchema = z.object({ id });

/** What subscribing needs. */
export interface SubscribingParts {
  rooms: Rooms;
  /** holders of embed tokens may ask what their panels ask, and nothing else. @throws FORBIDDEN */
  assertMayAsk: (principal: Principal, query: Query) => Promise<void>;
  /** whom the watch slowed down subscribes no faster than they call. @throws RATE_LIMITED */
  tries: { countSubscription(principal: Principal): void };
  nowMs: () => number;
}

/**
 * Lets `connection` follow what `message` says, in place of what it followed under the same id. The subscription begins when
 * `accept` has been called, which is when there is an answer.
 * @throws REQUEST_INVALID, NOT_IN_THIS_VERSION, RATE_LIMITED, FORBIDDEN, and what asking the question throws
 */
export async function subscribe(parts: SubscribingParts, connection: Connection, message: unknown, accept: () => void): Promise<void> {
  const { id, after, query, channel } = parse(subscribeSchema, message);
  if ((query === undefined) === (channel === undefined)) throw new Problem('REQUEST_INVALID', 'Say either "query" or "channel".');
  const { principal } = connection;
  parts.tries.countSubscription(principal);
  const question = channel === undefined ? parseQuestion(principal.policy, query) : null;
  if (question !== null) await parts.assertMayAsk(principal, question.query);
  if (!connection.socket.connected) throw new Problem('QUERY_CANCELLED', 'The connection was closed.');
  if (connection.subscriptions.size >= connectionLimits.subscriptions && !connection.subscriptions.has(id)) {
    throw new Problem('RATE_LIMITED', `A connection follows at most ${connectionLimits.subscriptions} things. Unsubscribe from some.`);
  }
  const room = question === null ? channelRoomOf(parts, principal, channel!) : parts.rooms.ofQuestion(question);
  const subscription = open(parts, connection, { id, query: question?.query ?? null }, room);
  try {
    await room.prepare();
  } catch (error) {
    end(connection, subscription);
    throw error;
  }
  if (!subscription.isOpen) throw new Problem('QUERY_CANCELLED', `The subscription "${id}" was ended before there was an answer.`);
  accept();
  room.greet(subscription, after ?? null);
}

/** Ends a subscription. @throws REQUEST_INVALID, NOT_FOUND */
export function unsubscribe(connection: Connection, message: unknown): void {
  const { id } = parse(unsubscribeSchema, message);
  const subscription = connection.subscriptions.get(id);
  if (subscription === undefined) throw new Problem('NOT_FOUND', `This connection follows nothing under the id "${id}".`);
  end(connection, subscription);
}

/** Ends all subscriptions of a connection that is gone. */
export function endAll(connection: Connection): void {
  for (const subscription of connection.subscriptions.values()) end(connection, subscription);
}

function parse<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (!parsed.success) throw new Problem('REQUEST_INVALID', describeIssues(parsed.error));
  return parsed.data;
}

function channelRoomOf({ rooms }: SubscribingParts, { policy, embed }: Principal, channel: Channel | LaterChannel): Room {
  if (embed !== undefined)
    throw new Problem('FORBIDDEN', `An embed token is for the queries of its panels, not for the channel "${channel}".`);
  if (isLater(channel)) throw new Problem('NOT_IN_THIS_VERSION', `The channel "${channel}" is not in this version.`);
  if (seesWhole(policy, 'events')) return rooms.ofChannel(policy.workspaceId, channel);
  if (channel === 'activity') return rooms.ofPartActivity(policy);
  throw new Problem(
    'FORBIDDEN',
    `The channel "${channel}" shows the whole workspace, and you may see only a part of it. Subscribe to queries.`,
  );
}

type LaterChannel = (typeof laterChannels)[number];
const isLater = (channel: string): channel is LaterChannel => laterChannels.some((later) => later === channel);

function open(
  { nowMs }: SubscribingParts,
  connection: Connection,
  { id, query }: Pick<Subscription, 'id' | 'query'>,
  room: Room,
): Subscription {
  const previous = connection.subscriptions.get(id);
  const subscription: Subscription = {
    id,
    connection,
    query,
    isOpen: true,
    isBehind: false,
    toldSeq: -1,
    leave: () => room.leave(subscription, nowMs()),
    restore: () => room.tellSnapshot(subscription),
  };
  room.enter(subscription);
  if (previous !== undefined) end(connection, previous);
  connection.subscriptions.set(id, subscription);
  return subscription;
}

/** Ends one subscription. */
export function end(connection: Connection, subscription: Subscription): void {
  subscription.isOpen = false;
  if (connection.subscriptions.get(subscription.id) === subscription) connection.subscriptions.delete(subscription.id);
  subscription.leave();
}
