/** Random text for ids, keys and tokens. */
import { hash } from 'node:crypto';
import type { RandomBytes } from '../ports/clock.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** `prefix` and 16 characters of 5 random bits each, such as `ws_k3j9x2m4qayb5c7d`. */
export function makeId(prefix: string, randomBytes: RandomBytes): string {
  return `${prefix}_${Array.from(randomBytes(16), (byte) => letters[byte & 31]).join('')}`;
}

/** A secret of 192 random bits, 32 characters that need no escaping in an address. */
export function makeToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(24)).toString('base64url');
}

/** What is kept of a secret that was made at random: it cannot be guessed, so a plain SHA-256 does (hex). */
export function digest(token: string): string {
  return hash('sha256', token, 'hex');
}
