/** The text of a key: what it is for, and 192 random bits. */
import type { RandomBytes } from '../../ports/clock.ts';
import { makeToken } from '../random-text.ts';

/** What a key may be. */
export type SecretKind = 'write' | 'api' | 'personal';

const prefixByKind = { write: 'bw_w_', api: 'bw_a_', personal: 'bw_p_' } as const satisfies Record<SecretKind, string>;
/** Characters of a key that are kept readable, and the part of a short one that they may be at most. */
const publicCharacters = 9;
const publicShare = 3;

/** A new key; the prefix says what it is for, to people and to scanners of leaked secrets. */
export function makeKeySecret(kind: SecretKind, randomBytes: RandomBytes): string {
  return prefixByKind[kind] + makeToken(randomBytes);
}

/** The start of a key, to tell it from others: never more than a third, for keys that operators choose may be short. */
export function publicPart(secret: string): string {
  return secret.slice(0, Math.min(publicCharacters, Math.floor(secret.length / publicShare)));
}

/** Whether `secret` looks like a personal token. */
export function isPersonal(secret: string): boolean {
  return secret.startsWith(prefixByKind.personal);
}

/** How the readable parts of keys begin that were made here, all equally long. */
export const ownPrefixes: readonly string[] = Object.values(prefixByKind);
const ownPrefixLength = prefixByKind.api.length;

/**
 * Whether `secret` looks as if it was made here. All others were chosen by whoever set the installation up: these are few, and
 * known by heart (see keyring.ts). Holds of a secret exactly when its readable part begins with one of {@link ownPrefixes}.
 */
export function isOwnShape(secret: string): boolean {
  return ownPrefixes.includes(publicPart(secret).slice(0, ownPrefixLength));
}
