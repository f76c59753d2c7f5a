/** The secrets of an installation, and the keys that are derived from them, one for each purpose. */
import { hkdfSync } from 'node:crypto';

/** One secret is in use; what older ones sealed can still be opened. */
export interface Secrets {
  secret: string;
  /** only to open with, newest first */
  previousSecrets: readonly string[];
}

/** 32 bytes that only `secret` gives for `purpose`: HKDF over SHA-256. One purpose, one key. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `bellwether ${purpose}`, 32));
}

/** Eight hexadecimal digits that name `secret` without telling anything of it. */
export function keyIdOf(secret: string): string {
  return deriveKey(secret, 'key id').toString('hex', 0, 4);
}
