/** Encrypts what must be shown or used again under the secret of the installation, and opens it under that or an older one. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { RandomBytes } from '../ports/clock.ts';
import { deriveKey, keyIdOf, type Secrets } from './secrets.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Seals under the newest secret; opens under each. */
export interface Sealer {
  /** How everything begins that is sealed under the newest secret: `v2.<key id>.` */
  readonly newestPrefix: string;
  /** `text` encrypted (AES-256-GCM) and tied to `label`, under which alone it can be opened. */
  seal(text: string, label: string): string;
  /** The text, or null when none of the secrets sealed it, or when it was altered or moved to another label. */
  maybeOpen(sealed: string, label: string): string | null;
  /** Whether `sealed` must be sealed anew before the older secrets can be dropped. */
  needsResealing(sealed: string): boolean;
}

/**
 * A sealer over the secrets of an installation. Two forms are read: `v2.<key id>.<payload>`, which is written, and `v1.<payload>`
 * of version 0.1, which names no key. The payload is nonce, tag and ciphertext in base64url.
 */
export function createSealer({ secret, previousSecrets }: Secrets, randomBytes: RandomBytes): Sealer {
  const keyById = new Map([secret, ...previousSecrets].toReversed().map((each) => [keyIdOf(each), deriveKey(each, 'sealed keys')]));
  const newestId = keyIdOf(secret);
  const newestKey = keyById.get(newestId)!;
  const newestPrefix = `v2.${newestId}.`;
  return {
    newestPrefix,
    seal: (text, label) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', newestKey, nonce).setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return newestPrefix + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    maybeOpen: (sealed, label) => {
      const [version, ...rest] = sealed.split('.');
      if (version === 'v2' && rest.length === 2) return maybeDecrypt(keyById.get(rest[0]!), rest[1]!, label);
      if (version !== 'v1' || rest.length !== 1) return null;
      for (const key of keyById.values()) {
        const text = maybeDecrypt(key, rest[0]!, label);
        if (text !== null) return text;
      }
      return null;
    },
    needsResealing: (sealed) => !sealed.startsWith(newestPrefix),
  };
}

function maybeDecrypt(key: Buffer | undefined, payload: string, label: string): string | null {
  const bytes = Buffer.from(payload, 'base64url');
  if (key === undefined || bytes.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(label))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
