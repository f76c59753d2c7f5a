/** Tokens of another application: which workspace trusts one, and what its claims let be seen there. */
import type { Condition, Scalar } from '../../../shared/model/query.ts';
import type { Credential } from '../credential.ts';
import { permissionsOfScopes } from '../keys/grant.ts';
import { joinRules } from '../members/rules.ts';
import type { Policy } from '../policy.ts';
import { digest } from '../random-text.ts';
import { isVerified, maybeInstantMs, notBeforeMs, type PeekedToken } from './jwt.ts';
import type { KeySets } from './key-sets.ts';
import type { OutsideTrust } from './outside-settings.ts';

/** Signatures that are tried for one token. */
const mostTries = 50;
/** A token that says when it was issued and not when it ends counts for a day. */
const withoutEndMs = 24 * 3_600_000;
const mostValues = 1_000;

/** What outside tokens are checked with. */
export interface OutsideChecks {
  trusts(): Promise<readonly OutsideTrust[]>;
  keySets: KeySets;
}

/**
 * What the holder of the token may do and see in the workspace that trusts it, or null. A token that several workspaces trust
 * equally is refused unless `wanted` names one of them.
 */
export async function maybeOutsideCredential(
  checks: OutsideChecks,
  token: PeekedToken,
  wanted: string | null,
  nowMs: number,
): Promise<Credential | null> {
  const { claims } = token;
  const untilMs = untilOf(claims);
  if (untilMs === null || untilMs <= nowMs) return null;
  const trust = await maybeTrust(checks, token, wanted, nowMs);
  if (trust === null) return null;
  const policy = maybePolicy(trust, claims);
  if (policy === null) return null;
  return {
    principal: {
      kind: 'outside',
      workspaceId: trust.workspaceId,
      id: `outside:${digest(JSON.stringify(claims['sub'] ?? policy.rules)).slice(0, 16)}`,
      permissions: permissionsOfScopes(trust.permissions),
      isOperator: false,
      policy,
      expiresMs: untilMs,
    },
    fromMs: notBeforeMs(token),
    origins: [],
    addresses: null,
  };
}

/** When the token ends, epoch ms; null when nobody can tell. */
function untilOf({ exp, iat }: PeekedToken['claims']): number | null {
  if (exp !== undefined) return maybeInstantMs(exp);
  const issuedMs = maybeInstantMs(iat);
  return issuedMs === null ? null : issuedMs + withoutEndMs;
}

/** Of the workspaces that trust whoever signed the token the one that asks most of it; null when there is none, or no single one. */
async function maybeTrust({ trusts, keySets }: OutsideChecks, token: PeekedToken, wanted: string | null, nowMs: number) {
  const fitting = (await trusts()).filter((trust) => fits(trust, token) && (wanted === null || trust.workspaceId === wanted));
  const bySpecificity = fitting.toSorted((a, b) => demandsOf(b) - demandsOf(a));
  let found: OutsideTrust | null = null;
  let triesLeft = mostTries;
  for (const trust of bySpecificity) {
    if (found !== null && demandsOf(trust) < demandsOf(found)) break;
    const keys = trust.secret === null ? await keySets.candidates(trust.jwksUrl ?? '', token) : [trust.secret];
    for (const key of keys) {
      if (triesLeft-- === 0) return found;
      if (!(await isVerified(token, key, nowMs))) continue;
      if (found !== null) return null;
      found = trust;
      break;
    }
  }
  return found;
}

function fits({ algorithm, issuer, audience }: OutsideTrust, token: PeekedToken): boolean {
  const { iss, aud } = token.claims;
  const isMeant = audience === null || aud === audience || (Array.isArray(aud) && aud.includes(audience));
  return algorithm === token.algorithm && isMeant && (issuer === null || iss === issuer);
}

function demandsOf({ issuer, audience }: OutsideTrust): number {
  return (issuer === null ? 0 : 1) + (audience === null ? 0 : 1);
}

/** What the claims let be seen; null when one that limits is missing. */
function maybePolicy({ workspaceId, claims: filters, seesAll }: OutsideTrust, claims: PeekedToken['claims']): Policy | null {
  const values = seesAll === null ? [] : (maybeValues(claimOf(claims, seesAll.claim)) ?? []);
  if (values.some((value) => seesAll?.is.includes(value))) return { workspaceId, name: 'outside', rules: {} };
  const rows: Condition[] = [];
  const said: string[] = [];
  for (const { claim, field } of filters) {
    const limits = maybeValues(claimOf(claims, claim));
    if (limits === null) return null;
    rows.push({ field, is: limits });
    said.push(`${claim}=${limits.join(',')}`);
  }
  return { workspaceId, name: `outside:${said.join(' ')}`.slice(0, 100), rules: joinRules({ events: { rows, masks: [] } }) };
}

/** The claim of that name, or else at that path. */
function claimOf(claims: PeekedToken['claims'], name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part)) return undefined;
    return (value as Record<string, unknown>)[part];
  }, claims);
}

/** The values of a claim; null when it is missing, empty, or nothing that a field could be compared with. */
function maybeValues(claim: unknown): Scalar[] | null {
  const all = Array.isArray(claim) ? claim : [claim];
  if (all.length === 0 || all.length > mostValues) return null;
  return all.every(isScalar) ? all : null;
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
