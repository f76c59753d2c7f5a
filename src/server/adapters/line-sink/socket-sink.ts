/** Lines over TCP or TLS. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { LineConnection, LineSink } from '../../ports/line-sink.ts';

/** Where the receiver listens. */
export interface SocketAddress {
  host: string;
  port: number;
  /** the certificate must be of `host` and of an authority that this machine trusts */
  isTls: boolean;
}

/** How long things may take. */
export interface SocketPatience {
  connectMs: number;
  /** a receiver that takes nothing for so long is gone */
  stallMs: number;
  /** TCP does not tell what has arrived; a receiver that fails does so within this time, or takes what is in between twice */
  settleMs: number;
}

const keepAliveMs = 10_000;
const closeMs = 2_000;
const usual: SocketPatience = { connectMs: 10_000, stallMs: 30_000, settleMs: 10_000 };

/** A sink that sends to `address`. */
export function socketSink(address: SocketAddress, patience: SocketPatience = usual): LineSink {
  return { settleMs: patience.settleMs, connect: () => connect(address, patience) };
}

async function connect({ host, port, isTls }: SocketAddress, { connectMs, stallMs }: SocketPatience): Promise<LineConnection> {
  const socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  let failure: Error | null = null;
  const fail = (error: Error): void => void (failure ??= error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`${host}:${port} closed the connection`)));
  // Whoever receives lines says nothing; its end of the connection is the only word to listen for.
  socket.on('end', () => fail(new Error(`${host}:${port} ended the connection`)));
  socket.resume();
  await established(socket, isTls ? 'secureConnect' : 'connect', connectMs, `${host}:${port}`);
  socket.setKeepAlive(true, keepAliveMs);
  return {
    broken: () => failure,
    write: (lines) =>
      new Promise((resolve, reject) => {
        if (failure !== null) return reject(failure);
        const stalled = setTimeout(() => socket.destroy(new Error(`${host}:${port} takes nothing`)), stallMs);
        const settle = (error: Error | null | undefined): void => {
          clearTimeout(stalled);
          socket.off('close', onClose);
          if (error) reject(error);
          else resolve();
        };
        const onClose = (): void => settle(failure ?? new Error(`${host}:${port} closed the connection`));
        socket.once('close', onClose);
        socket.write(lines, settle);
      }),
    close: () => ended(socket),
  };
}

function established(socket: Socket, event: string, connectMs: number, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`${name} did not answer within ${connectMs} ms`)), connectMs);
    const done = (error?: Error): void => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.once(event, () => done());
    socket.once('error', done);
  });
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const impatience = setTimeout(() => socket.destroy(), closeMs);
    socket.once('close', () => {
      clearTimeout(impatience);
      resolve();
    });
    socket.end();
  });
}
