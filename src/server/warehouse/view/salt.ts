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

/** What `send` makes of `statement` with the salt in its place. The engine quotes statements in its errors: they are told without it. */
export async function sendSalted<T>(statement: Statement, salt: () => string, send: (statement: Statement) => Promise<T>): Promise<T> {
  const places = Object.keys(statement.params).filter((name) => statement.params[name] === placeholder);
  if (places.length === 0) return send(statement);
  const value = salt();
  const params = { ...statement.params, ...Object.fromEntries(places.map((name) => [name, value])) };
  try {
    return await send({ ...statement, params });
  } catch (error) {
    throw withoutSalt(error, value);
  }
}

/** `bytes`, whose errors are told without the salt as well. */
export async function* streamSalted(bytes: AsyncIterable<Uint8Array>, salt: () => string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw withoutSalt(error, salt());
  }
}

function withoutSalt(error: unknown, salt: string): unknown {
  for (let each = error; each instanceof Error; each = each.cause) {
    each.message = each.message.replaceAll(salt, placeholder.description ?? '');
    each.stack = each.stack?.replaceAll(salt, placeholder.description ?? '');
  }
  return error;
}

/** The first 16 hexadecimal digits of the SHA-256 of salt and text, as the warehouse computes it. */
export function saltedHash(salt: string, text: string): string {
  return createHash('sha256').update(salt).update(text).digest('hex').slice(0, 16);
}
