/** Embed tokens: who brings one, and how one is signed here (normative text: docs/formats/embed.md). */
import { SignJWT } from 'jose';
import { z } from 'zod';
import { embedAudience, embedClaims, longestEmbedSeconds, type EmbedClaims } from '../../../shared/contract/embed.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Permission } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { Credential } from '../credential.ts';
import { joinRules } from '../members/rules.ts';
import type { Principal } from '../principal.ts';
import { digest, makeToken } from '../random-text.ts';
import type { RandomBytes } from '../../ports/clock.ts';
import type { EmbedKeys } from './embed-settings.ts';
import { isJwtShaped, isVerified, notBeforeMs, type PeekedToken } from './jwt.ts';
import type { KeySets } from './key-sets.ts';

/** What the holder of a token may do; what they may see is up to the token. */
const embedPermissions: readonly Permission[] = ['events:read', 'dashboards:read'];
/** How much a clock may be wrong. */
const skewMs = 60_000;
const instant = z.number().min(0).max(1e11);

/** All that an embed token may say. A claim that is not known is refused: it might have been meant as a limit. */
const tokenClaims = z.strictObject({
  ...embedClaims.shape,
  aud: z.literal(embedAudience),
  ws: z.string().min(1).max(64),
  exp: instant,
  iat: instant.optional(),
  nbf: instant.optional(),
  jti: z.string().min(1).max(100).optional(),
  iss: z.string().max(300).optional(),
  sub: z.string().max(300).optional(),
});
type TokenClaims = z.output<typeof tokenClaims>;

/** What embed tokens are checked with. */
export interface EmbedChecks {
  keysOf(workspaceId: string): Promise<EmbedKeys>;
  keySets: KeySets;
}

/** Whether a token says that it is one of these. */
export function isEmbedToken({ claims: { aud } }: PeekedToken): boolean {
  return aud === embedAudience || (Array.isArray(aud) && aud.includes(embedAudience));
}

/** What the holder of the token may do and see, or null when it is not valid. */
export async function maybeEmbedCredential(checks: EmbedChecks, token: PeekedToken, nowMs: number): Promise<Credential | null> {
  const parsed = tokenClaims.safeParse(token.claims);
  if (!parsed.success || !livesShortly(parsed.data, nowMs)) return null;
  const claims = parsed.data;
  const keys = await checks.keysOf(claims.ws);
  const untilMs = await signedUntilMs(checks, keys, token, nowMs);
  if (untilMs <= nowMs) return null;
  return {
    principal: { ...principalOf(claims, token), expiresMs: Math.min(claims.exp * 1_000, untilMs) },
    fromMs: notBeforeMs(token),
    origins: claims.origin === undefined ? [] : [claims.origin],
    addresses: null,
  };
}

/**
 * Signs a token that shows at most what `principal` may see.
 *
 * @throws CONFLICT without a secret, FORBIDDEN when its limits do not fit into a token, REQUEST_INVALID when it gets too long
 */
export async function signEmbedToken(
  principal: Principal,
  { secrets }: EmbedKeys,
  { rows = [], masks = [], ...claims }: EmbedClaims,
  { nowMs, expiresInSeconds, randomBytes }: { nowMs: number; expiresInSeconds: number; randomBytes: RandomBytes },
): Promise<{ token: string; expiresMs: number }> {
  const secret = secrets.find((each) => each.untilMs === Infinity)?.secret;
  if (secret === undefined) throw new Problem('CONFLICT', 'There is no secret for embed tokens yet. Make one on the page Keys.');
  const own = principal.policy.rules;
  const foreign = Object.keys(own).find((dataset) => dataset !== 'events');
  if (foreign !== undefined)
    throw new Problem(
      'FORBIDDEN',
      `You may see only a part of "${foreign}", and a token can limit events alone. Ask somebody who sees it whole.`,
    );
  const rule = joinRules(own, { events: { rows, masks } })['events'];
  const issuedSeconds = Math.floor(nowMs / 1_000);
  const expiresSeconds = issuedSeconds + expiresInSeconds;
  const limits = rule === undefined ? {} : { rows: rule.rows, masks: rule.masks };
  const fits = embedClaims.safeParse({ ...claims, ...limits });
  const token = await new SignJWT({ ...claims, ...limits, ws: principal.workspaceId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setAudience(embedAudience)
    .setIssuedAt(issuedSeconds)
    .setExpirationTime(expiresSeconds)
    .setJti(makeToken(randomBytes))
    .sign(secret);
  if (!fits.success || !isJwtShaped(token))
    throw new Problem('REQUEST_INVALID', 'The token would be too long. Name fewer panels, or shorter filters.');
  return { token, expiresMs: expiresSeconds * 1_000 };
}

/** Whether the token ends within a day; one that ends later is refused also when its end has come near. */
function livesShortly({ exp, iat }: TokenClaims, nowMs: number): boolean {
  const longestMs = longestEmbedSeconds * 1_000 + skewMs;
  return exp * 1_000 - nowMs <= longestMs && (iat === undefined || (exp - iat) * 1_000 <= longestMs);
}

/** Until when what signed the token counts, epoch ms; in the past when nothing did. */
async function signedUntilMs({ keySets }: EmbedChecks, keys: EmbedKeys, token: PeekedToken, nowMs: number): Promise<number> {
  if (token.algorithm === 'HS256') {
    for (const { secret, untilMs } of keys.secrets) if (untilMs > nowMs && (await isVerified(token, secret, nowMs))) return untilMs;
    return -Infinity;
  }
  if (keys.jwksUrl === null) return -Infinity;
  for (const key of await keySets.candidates(keys.jwksUrl, token)) if (await isVerified(token, key, nowMs)) return Infinity;
  return -Infinity;
}

function principalOf({ ws, dashboards, panels, rows = [], masks = [], jti }: TokenClaims, { token }: PeekedToken): Principal {
  const rules = joinRules({ events: { rows, masks } });
  return {
    kind: 'embed',
    workspaceId: ws,
    id: `embed:${jti ?? digest(token).slice(0, 16)}`,
    permissions: new Set(embedPermissions),
    isOperator: false,
    policy: { workspaceId: ws, name: nameOf(rules), rules },
    embed: { dashboards, panels: panels ?? null },
  };
}

/** Tokens with the same limits have the same name, so that they share answers. */
function nameOf(rules: DatasetRules): string {
  return Object.keys(rules).length === 0 ? 'embed' : `embed:${digest(JSON.stringify(rules)).slice(0, 8)}`;
}
