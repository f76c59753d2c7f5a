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
 * Hands a packet to Engine.IO below Socket.IO's own encoder, which would turn it into JSON for each socket again.
 *
 * TRICKY: `wsPreEncodedFrame` is how Socket.IO's own adapter (2.5) passes a frame to Engine.IO (6.6) and is in no type. An
 * Engine.IO that did not know it would encode `text`, with the same result.
 */
export function writePacket({ conn }: Pick<Socket, 'conn'>, packet: Packet): void {
  conn.write(packet.text, packet.options);
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
