/** The secret that hashes of masked values are made with: put into statements when they are sent, and nowhere before. */
import { createHash } from 'node:crypto';
import { deriveKey } from '../../sealing/secrets.ts';
import { bind, type Bound, type Statement } from '../../sql/statement.ts';

/** The salt of a workspace: 64 characters that nobody but the server knows. */
export type MaskSalt = (workspaceId: string) => string;

/** The salts that `secret` gives. A value has the same hash in all questions of a workspace for as long as the secret stays. */
export function createMaskSalt(secret: string): MaskSalt {
  const byWorkspace = new Map<string, string>();
  return (workspaceId) => {
    let salt = byWorkspace.get(workspaceId);
    if (salt === undefined) byWorkspace.set(workspaceId, (salt = deriveKey(secret, `masks of ${workspaceId}`).toString('hex')));
    return salt;
  };
}

/** Stands for the salt in statements. No adapter can send a symbol: a statement whose salt was forgotten fails. */
const placeholder = Symbol('the salt of this workspace');

/** The salt, as a part of a statement. */
export const saltValue: Bound = bind('String', placeholder);

/** `statement` with the salt in its place, ready to be sent. Never keep or show it. */
export function withSalt(statement: Statement, salt: () => string): Statement {
  const places = Object.keys(statement.params).filter((name) => statement.params[name] === placeholder);
  if (places.length === 0) return statement;
  return { ...statement, params: { ...statement.params, ...Object.fromEntries(places.map((name) => [name, salt()])) } };
}

/** The first 16 hexadecimal digits of the SHA-256 of salt and text, as the warehouse computes it. */
export function saltedHash(salt: string, text: string): string {
  return createHash('sha256').update(salt).update(text).digest('hex').slice(0, 16);
}
