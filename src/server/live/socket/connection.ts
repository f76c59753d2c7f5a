/** One socket that was let in, and what it follows. */
import type { Socket } from 'socket.io';
import type { workspaceHeader } from '../../../shared/contract/identity.ts';
import type { seeAsHeader } from '../../../shared/contract/roles.ts';
import type { ClientToServer, ServerToClient } from '../../../shared/contract/live.ts';
import type { Query } from '../../../shared/model/query.ts';
import type { Principal } from '../../identity/principal.ts';
import type { TokenBucket } from '../pace.ts';
import { encodeData, waitingFor, writePacket, type Packet } from './packet.ts';

/** A socket that speaks the messages of live. */
export type LiveSocket = Socket<ClientToServer, ServerToClient>;

/** Bounds of one connection. */
export const connectionLimits = {
  subscriptions: 100,
  /** messages a second, and how many at once */
  messagesPerSecond: 20,
  messagesAtOnce: 250,
  /** refused messages after which the connection is ended */
  patience: 2_000,
  /** packets and characters that may wait for a slow client before it gets snapshots instead of deltas */
  waitingPackets: 64,
  waitingCharacters: 512 * 1024,
} as const;

/** What the client sent to be let in; asked again from time to time. */
export interface Credentials {
  token: string | null;
  /** of the client, from the socket or a trusted proxy */
  address: string;
  /** a browser cannot set headers on a WebSocket: workspace and role come as `auth.workspace` and `auth.seeAs`, too */
  headers: Partial<Record<'cookie' | 'authorization' | 'origin' | 'host' | typeof workspaceHeader | typeof seeAsHeader, string>>;
}

/** A query or channel that a connection follows under an id of its own choice. */
export interface Subscription {
  readonly id: string;
  readonly connection: Connection;
  /** null: a channel */
  readonly query: Query | null;
  /** false once it was ended; nothing is sent for it any more */
  isOpen: boolean;
  /** it missed something because its client is slow, and needs a snapshot */
  isBehind: boolean;
  /** the number of the last message it was told */
  toldSeq: number;
  /** takes it out of its room */
  leave: () => void;
  /** sends a snapshot after it was behind */
  restore: () => void;
}

/** The workspace and the role that a client wants to look at and as. */
function wishOf(headers: Credentials['headers']): (string | undefined)[] {
  return [headers['bellwether-workspace'], headers['bellwether-see-as']];
}

/** A connected client. */
export class Connection {
  readonly socket: LiveSocket;
  readonly credentials: Credentials;
  /** equal for connections with equal credentials */
  readonly credentialsKey: string;
  principal: Principal;
  readonly permissions: TokenBucket;
  readonly subscriptions = new Map<string, Subscription>();
  refused = 0;

  constructor(socket: LiveSocket, principal: Principal, credentials: Credentials, permissions: TokenBucket) {
    this.socket = socket;
    this.principal = principal;
    this.credentials = credentials;
    const { token, address, headers } = credentials;
    const shown = token ?? [headers.cookie, headers.authorization];
    this.credentialsKey = JSON.stringify([shown, headers.origin, address, wishOf(headers)]);
    this.permissions = permissions;
  }

  /** Whether so much waits for this client that more would only fill the memory. */
  isChoked(): boolean {
    const { packets, size } = waitingFor(this.socket);
    return packets > connectionLimits.waitingPackets || size > connectionLimits.waitingCharacters;
  }

  /** Whether everything sent so far is on its way. */
  isIdle(): boolean {
    const { packets, size } = waitingFor(this.socket);
    return packets === 0 && size === 0;
  }

  /** Sends a `data` message for one subscription. */
  send(subscription: Subscription, body: string): void {
    if (subscription.isOpen) this.write(encodeData(subscription.id, body));
  }

  /** Sends an encoded packet. */
  write(packet: Packet): void {
    writePacket(this.socket, packet);
  }
}
