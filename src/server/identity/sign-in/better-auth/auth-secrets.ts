/** The secrets of the installation as better-auth takes them, and how what it encrypted follows a rotation. */
import { keyIdOf, type Secrets } from '../../../sealing/secrets.ts';
import type { Resealing } from '../../../sealing/reseal.ts';

/** A secret with the number by which better-auth 1.7.5 names it in what it encrypts: `$ba$<version>$<hex>`. */
export interface AuthSecret {
  version: number;
  value: string;
}

/** All secrets, newest first. The number follows from the secret, so that every node and every later start gives the same. */
export function authSecrets({ secret, previousSecrets }: Secrets): AuthSecret[] {
  return [...new Set([secret, ...previousSecrets])].map((value) => ({ version: versionOf(value), value }));
}

/**
 * Encrypts anew what better-auth encrypted under an older secret: secrets of two-factor sign-in, recovery codes. What it only
 * signed (session cookies, trusted devices) does not follow: these end with the rotation.
 */
export function authResealing(secrets: Secrets): Resealing {
  const key = {
    keys: new Map(authSecrets(secrets).map(({ version, value }) => [version, value])),
    currentVersion: versionOf(secrets.secret),
  };
  return {
    newestPrefix: `$ba$${key.currentVersion}$`,
    reseal: async (sealed) => {
      const { symmetricDecrypt, symmetricEncrypt } = await import('better-auth/crypto');
      const data = await symmetricDecrypt({ key, data: sealed }).catch(() => null);
      return data === null ? null : symmetricEncrypt({ key, data });
    },
  };
}

function versionOf(secret: string): number {
  return Number.parseInt(keyIdOf(secret), 16);
}
