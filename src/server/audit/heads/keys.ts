/** The keys that sign heads: one for each secret of the installation, so that a catalog alone cannot make a head. */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { deriveKey, keyIdOf, type Secrets } from '../../sealing/secrets.ts';

/** The purpose that the keys are derived for. */
const purpose = 'audit heads';
/** PKCS #8 of an Ed25519 key (RFC 8410) up to its 32 bytes. */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs with the newest key, checks with each. */
export interface HeadKeys {
  readonly newestId: string;
  /** of the newest key: raw, 32 bytes in base64url */
  readonly publicKey: string;
  sign(text: string): string;
  /** Null when the key of that id is not known. */
  maybeVerify(keyId: string, text: string, signature: string): boolean | null;
}

/** The keys that `secrets` give. */
export function headKeys({ secret, previousSecrets }: Secrets): HeadKeys {
  const privateKey = privateKeyOf(secret);
  const publicKeys = new Map([secret, ...previousSecrets].map((each) => [keyIdOf(each), createPublicKey(privateKeyOf(each))]));
  const newestId = keyIdOf(secret);
  return {
    newestId,
    publicKey: publicKeys.get(newestId)!.export({ format: 'jwk' }).x!,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    maybeVerify: (keyId, text, signature) => {
      const publicKey = publicKeys.get(keyId);
      return publicKey === undefined ? null : verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
    },
  };
}

function privateKeyOf(secret: string): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Start, deriveKey(secret, purpose)]), format: 'der', type: 'pkcs8' });
}
