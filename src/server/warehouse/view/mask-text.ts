/** Masks text in memory as mask-sql.ts does in the warehouse. */
import type { Masking } from './masks.ts';
import { dots, hashTags } from './mask-sql.ts';
import { saltedHash } from './salt.ts';

/** `text`, in which '' is missing, behind `masking`. */
export function maskText(text: string, masking: Masking | null, salt: () => string): string {
  if (masking === null || text === '') return text;
  if (masking.as === 'hash') return saltedHash(salt(), hashTags.text + text);
  if (masking.as !== 'last4') return '';
  const characters = [...text];
  return dots + (characters.length > 4 ? characters.slice(-4).join('') : '');
}
