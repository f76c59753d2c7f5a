/** Under which addresses a server is reached, and the note that tells commands of this machine. */
import { rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { dataPlaces } from './places.ts';

/** The address that people are told. */
export function addressOf(config: Config, address: AddressInfo | null): string {
  if (config.publicUrl !== null) return config.publicUrl;
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(config.host) ? 'localhost' : config.host;
  return `http://${host}:${address?.port ?? config.port}`;
}

/** The address that commands of this machine use. */
export function localUrl(config: Config, address: AddressInfo | null): string {
  const isAny = address === null || ['0.0.0.0', '::'].includes(address.address);
  const host = isAny ? '127.0.0.1' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address?.port ?? config.port}`;
}

/** Tells commands of this machine where the server is and lets them in; readable by its owner alone. */
export async function writeServerNote(folder: string, note: { url: string; pid: number; token: string }): Promise<void> {
  const file = dataPlaces(folder).note;
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}
