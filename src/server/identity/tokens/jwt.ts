/** Looks at a JSON Web Token before anything is spent on it, and verifies its signature and times. */
import { jwtVerify, type CryptoKey } from 'jose';
import { isTooDeep } from '../../../shared/model/issue.ts';

/** How tokens may be signed. What they say of themselves never widens this. */
export const algorithms = ['HS256', 'RS256', 'ES256'] as const;
/** One of {@link algorithms}. */
export type Algorithm = (typeof algorithms)[number];

/** Characters of a token; and how much a clock may be wrong, seconds. */
const longestToken = 8_192;
const skewSeconds = 5;
/** Three parts, the first of them a JSON object in base64url: it begins with `{` and a quote, or with `{` and white space. */
const shape = /^e[wy][\w-]*\.[\w-]+\.[\w-]+$/;

/** What a token says of itself. Nothing of it is to be believed before {@link isVerified}. */
export interface PeekedToken {
  token: string;
  algorithm: Algorithm;
  /** names the key; null: it does not say */
  keyId: string | null;
  claims: Readonly<Record<string, unknown>>;
}

/** Whether `text` is meant as a token of this kind. */
export function isJwtShaped(text: string): boolean {
  return text.length <= longestToken && shape.test(text);
}

/** What the token says, or null when it cannot be a good one: another algorithm, an extension, no JSON, or too deep. */
export function maybePeek(token: string): PeekedToken | null {
  if (!isJwtShaped(token)) return null;
  const [head = '', body = ''] = token.split('.');
  const header = maybeObject(head);
  const claims = maybeObject(body);
  if (header === null || claims === null || 'crit' in header || 'b64' in header) return null;
  const algorithm = algorithms.find((each) => each === header['alg']);
  if (algorithm === undefined) return null;
  const keyId = header['kid'];
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId.length > 200)) return null;
  return { token, algorithm, keyId: keyId ?? null, claims };
}

/** Whether `key` has signed the token with exactly that algorithm, and its times hold now. */
export async function isVerified({ token, algorithm }: PeekedToken, key: CryptoKey | Uint8Array, nowMs: number): Promise<boolean> {
  try {
    await jwtVerify(token, key, { algorithms: [algorithm], currentDate: new Date(nowMs), clockTolerance: skewSeconds });
    return true;
  } catch {
    // Whatever is wrong with it, a key that does not fit the algorithm included: it is no good.
    return false;
  }
}

/** From when a token counts, epoch ms: a clock that runs ahead a little does no harm. */
export function notBeforeMs({ claims }: PeekedToken): number {
  return (maybeInstantMs(claims['nbf']) ?? 0) - skewSeconds * 1_000;
}

/** The instant of a claim in seconds, epoch ms; null when it is missing or no number. */
export function maybeInstantMs(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value * 1_000 : null;
}

function maybeObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value) || isTooDeep(value)) return null;
    return value as Record<string, unknown>;
  } catch {
    return null;
  }
}
