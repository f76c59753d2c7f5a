/** The text of a key: `bw_w_` or `bw_a_` and 192 random bits. */
import type { RandomBytes } from '../../ports/clock.ts';
import { makeToken } from '../random-text.ts';

/** A new key; the prefix says what it is for, to people and to scanners of leaked secrets. */
export function makeKeySecret(kind: 'write' | 'api', randomBytes: RandomBytes): string {
  return `bw_${kind === 'write' ? 'w' : 'a'}_${makeToken(randomBytes)}`;
}
