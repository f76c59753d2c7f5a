/** Messages encoded once and written to any number of sockets. */
import type { Socket } from 'socket.io';

/** One Socket.IO packet, as text for polling and as a WebSocket frame. */
export interface Packet {
  text: string;
  options: { compress: boolean; wsPreEncodedFrame: Buffer[] };
}

/** A packet of the event `name` whose one argument is already JSON. */
export function encodePacket(name: string, json: string): Packet {
  const text = `2[${JSON.stringify(name)},${json}]`;
  return { text, options: { compress: true, wsPreEncodedFrame: [frameOf(`4${text}`)] } };
}

/** A `data` packet: `body` is a JSON object without `id`, which differs from one subscriber to the next. */
export function encodeData(id: string, body: string): Packet {
  return encodePacket('data', `{"id":${JSON.stringify(id)},${body.slice(1)}`);
}

/**
 * What Engine.IO (6.6) and ws (8.21) know of a connection and do not declare.
 *
 * TRICKY: Socket.IO's own adapter (2.5) hands frames to `_sender.sendFrame` by way of Engine.IO's buffer, flush and two callbacks,
 * a sixth of what a message costs. While nothing waits there the way through them does nothing, and is left out. A version that
 * has no such members gets the text the ordinary way, with the same result.
 */
interface Wire {
  readonly readyState: string;
  readonly writeBuffer: readonly { data?: string }[];
  readonly transport: {
    readonly writable: boolean;
    readonly socket?: {
      readonly readyState: number;
      readonly bufferedAmount: number;
      readonly _sender?: { sendFrame?(frames: Buffer[]): void };
    };
  };
}

const wireOf = ({ conn }: Pick<Socket, 'conn'>): Wire => conn as unknown as Wire;
const webSocketOpen = 1;

/** Sends a packet, below Socket.IO's encoder, which would turn it into JSON for each socket again. */
export function writePacket(socket: Pick<Socket, 'conn'>, packet: Packet): void {
  const { readyState, writeBuffer, transport } = wireOf(socket);
  const sender = transport.socket?.readyState === webSocketOpen ? transport.socket._sender : undefined;
  if (sender?.sendFrame !== undefined && readyState === 'open' && transport.writable && writeBuffer.length === 0) {
    sender.sendFrame(packet.options.wsPreEncodedFrame);
  } else socket.conn.write(packet.text, packet.options);
}

/** What has been sent to a socket and is not on its way yet: packets, and characters or bytes. */
export function waitingFor(socket: Pick<Socket, 'conn'>): { packets: number; size: number } {
  const { writeBuffer, transport } = wireOf(socket);
  let size = transport.socket?.bufferedAmount ?? 0;
  for (const packet of writeBuffer) size += packet.data?.length ?? 0;
  return { packets: writeBuffer.length, size };
}

/** A final, unmasked text frame, RFC 6455 section 5.2. */
function frameOf(text: string): Buffer {
  const sizeBytes = Buffer.byteLength(text);
  const headBytes = sizeBytes < 126 ? 2 : sizeBytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(headBytes + sizeBytes);
  frame[0] = 0x81;
  if (headBytes === 2) frame[1] = sizeBytes;
  else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(sizeBytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(sizeBytes), 2);
  }
  frame.write(text, headBytes, 'utf8');
  return frame;
}
