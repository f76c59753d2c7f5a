/** The clients of bench/live.ts in a process of their own: real Socket.IO clients that note how old each event is. */
import { io, type Socket } from 'socket.io-client';

interface Started {
  url: string;
  clients: number;
  /** what to send after connecting, if anything */
  subscribe: object | null;
}

let delaysMs: number[] = [];
let messages = 0;
const sockets: Socket[] = [];
const now = () => performance.timeOrigin + performance.now();

/** Looks for the instants in a message whichever server sent it; the newest event counts. */
function take(message: { kind?: string; activities?: { properties: { sentMs?: number } }[] }): void {
  if (message.kind === 'snapshot') return;
  messages++;
  for (const activity of message.activities ?? [])
    if (activity.properties.sentMs !== undefined) delaysMs.push(now() - activity.properties.sentMs);
}

async function connect({ url, subscribe }: Started): Promise<void> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token: 'key' } });
  sockets.push(socket);
  socket.on('data', take);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  if (subscribe !== null) await socket.emitWithAck('subscribe', subscribe);
}

process.on('message', (message: Started | 'report' | 'leave') => {
  if (message === 'report') {
    process.send?.({ delaysMs, messages });
    delaysMs = [];
    messages = 0;
  } else if (message === 'leave') {
    for (const socket of sockets.splice(0)) socket.disconnect();
    process.send?.('left');
  } else void start(message);
});

async function start(started: Started): Promise<void> {
  for (let made = 0; made < started.clients; made += 100) {
    await Promise.all(Array.from({ length: Math.min(100, started.clients - made) }, () => connect(started)));
  }
  process.send?.('ready');
}

// A parent that was killed leaves no load behind.
process.once('disconnect', () => process.exit(0));
