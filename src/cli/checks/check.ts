/** The shape of what `doctor` looks at: every other file of this folder holds some. */
import type { ServerClient } from '../server-client.ts';

/** One line of the doctor: how it is, and what to do where it is not well. */
export interface Finding {
  name: string;
  state: 'ok' | 'warn' | 'fail';
  found: string;
  advice: string | null;
}

/** What checks may look at. */
export interface Patient {
  dataFolder: string;
  env: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** milliseconds that only go forward */
  elapsed(): number;
}

/** A check of the machine. */
export type MachineCheck = (patient: Patient) => Promise<Finding[]> | Finding[];

/** A check of a server that answers. */
export type ServerCheck = (client: ServerClient, patient: Patient) => Promise<Finding[]>;

/** A finding that all is well. */
export function ok(name: string, found: string): Finding {
  return { name, state: 'ok', found, advice: null };
}

/** A finding that will hurt some day. */
export function warn(name: string, found: string, advice: string): Finding {
  return { name, state: 'warn', found, advice };
}

/** A finding that hurts now. */
export function fail(name: string, found: string, advice: string): Finding {
  return { name, state: 'fail', found, advice };
}

/** Bytes as people read them. */
export function sizeText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GB`;
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
