/** Looks into a token of another application, here in the browser: what it says, and what the settings would make of it. Signatures are not checked. */
import type { OutsideInput } from '../../../../data/admin/embedding.ts';

/** The readable parts of a token. */
export interface TokenLook {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** One thing that was looked at. */
export interface TokenCheck {
  isOk: boolean;
  words: string;
}

/** What of the settings matters for a look. */
export type LookedAt = Pick<OutsideInput, 'algorithm' | 'issuer' | 'audience' | 'claims' | 'seesAll'>;

function decodePart(part: string): Record<string, unknown> {
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
  return value as Record<string, unknown>;
}

/** The parts of `token`. @throws Error in words where it is no signed token */
export function readToken(token: string): TokenLook {
  const parts = token
    .trim()
    .replace(/^Bearer\s+/i, '')
    .split('.');
  if (parts.length !== 3) throw new Error(`A signed token has three parts with dots between; this has ${parts.length}.`);
  try {
    return { header: decodePart(parts[0] ?? ''), claims: decodePart(parts[1] ?? '') };
  } catch {
    throw new Error('The parts of this token are not JSON in base64url.');
  }
}

/** The value of a claim, by its very name or else by a path with dots. */
export function claimAt(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string, unknown>)[step];
  }, claims);
}

function valuesOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function audienceOk(aud: unknown, wanted: string): boolean {
  return valuesOf(aud).includes(wanted);
}

/** What the settings would make of the token at `nowMs`, in words. */
export function checkToken({ header, claims }: TokenLook, settings: LookedAt, nowMs: number): TokenCheck[] {
  const checks: TokenCheck[] = [];
  const say = (isOk: boolean, words: string): void => void checks.push({ isOk, words });
  say(
    header['alg'] === settings.algorithm,
    `signed as ${String(header['alg'] ?? 'nothing')}${header['alg'] === settings.algorithm ? '' : `, but ${settings.algorithm} is set`}`,
  );
  const expiresMs = typeof claims['exp'] === 'number' ? claims['exp'] * 1_000 : null;
  if (expiresMs === null) say(false, 'has no exp: when it ends is not said');
  else say(expiresMs > nowMs, `${expiresMs > nowMs ? 'ends' : 'ended'} ${new Date(expiresMs).toISOString()}`);
  if (settings.issuer) say(claims['iss'] === settings.issuer, `iss is ${JSON.stringify(claims['iss'])}`);
  if (settings.audience) say(audienceOk(claims['aud'], settings.audience), `aud is ${JSON.stringify(claims['aud'])}`);
  const all = settings.seesAll;
  const isAll =
    all !== undefined && all !== null && valuesOf(claimAt(claims, all.claim)).some((value) => all.is.some((one) => one === value));
  if (isAll) say(true, `sees every row, for ${all.claim} is ${JSON.stringify(claimAt(claims, all.claim))}`);
  else
    for (const { claim, field } of settings.claims) {
      const values = valuesOf(claimAt(claims, claim));
      say(
        values.length > 0,
        values.length > 0
          ? `sees rows where ${field} is ${values.map((value) => JSON.stringify(value)).join(' or ')}`
          : `has no claim ${claim}: it is refused`,
      );
    }
  return checks;
}
