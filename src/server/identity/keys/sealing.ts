/** Encrypts write keys under the secret of the installation, so that Get started can show them again. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../../ports/clock.ts';

const format = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** Seals and opens under one secret. */
export interface Sealer {
  /** `text` encrypted (AES-256-GCM) and tied to `label`, under which alone it can be opened. */
  seal(text: string, label: string): string;
  /** The text, or null when the secret is another one now, or the sealed text was altered or moved. */
  maybeOpen(sealed: string, label: string): string | null;
}

/** A sealer whose key is derived from `secret`. */
export function createSealer(secret: string, randomBytes: RandomBytes): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'bellwether sealed keys', 32));
  return {
    seal: (text, label) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${format}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    maybeOpen: (sealed, label) => {
      const [version, payload] = sealed.split('.');
      const bytes = Buffer.from(payload ?? '', 'base64url');
      if (version !== format || bytes.length < nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(label))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}
