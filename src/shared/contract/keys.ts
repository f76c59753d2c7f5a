/** The keys of a workspace, and the tokens with which people let their own programs act for them. */
import { z } from 'zod';
import { permissions as allPermissions, permissionsByScope, type Permission, type ScopeName } from '../model/permission.ts';
import { roleReference } from './roles.ts';
import type { Route } from './route.ts';

/** Words for bundles of permissions. */
export const scopeBundles = Object.keys(permissionsByScope) as [ScopeName, ...ScopeName[]];

/**
 * What a key may be used for: bundles, permissions, and `operator` for what spans workspaces, which only those give away who
 * run the installation.
 */
export const keyScopes = [...scopeBundles, 'operator', ...allPermissions] as [KeyScope, ...KeyScope[]];
/** One of {@link keyScopes}. */
export type KeyScope = ScopeName | 'operator' | Permission;

/** Hours for which the secret before works besides the new one. */
export const longestOverlapHours = 24 * 30;

const scopes = z.array(z.enum(keyScopes)).min(1).max(keyScopes.length);
const name = z.string().trim().min(1).max(100);
const instant = z.iso.datetime({ offset: true });
const id = z.object({ id: z.string().min(1).max(64) });

const origin = z
  .string()
  .max(200)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, {
    message: 'must be an origin: scheme, host and port where it is not the usual one, such as https://shop.example.com',
  });
const address = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .describe('an IP address or a network in CIDR notation, such as 10.1.0.0/16');

/** What bounds a key besides its scopes. `null` and empty lists: no bound. */
const limitFields = {
  expiresAt: instant.nullable(),
  /** beyond it calls are answered with RATE_LIMITED; of the sending kind that counts requests, not events */
  callsPerMinute: z.int().min(1).max(10_000_000).nullable(),
  /** pages that may use the key: calls must bring one of them as Origin */
  origins: z.array(origin).max(50),
  /** networks that may use the key */
  addresses: z.array(address).max(50),
};

/** A key as it is listed; the key itself is shown once, when it is made or rotated. */
export const keyAnswer = z.object({
  id: z.string(),
  kind: z.enum(['write', 'api']),
  name: z.string(),
  /** the first characters, to tell keys apart */
  prefix: z.string(),
  scopes: z.array(z.enum(keyScopes)),
  /** what it may do and see at most; null: whatever its scopes say */
  role: roleReference.nullable(),
  /** whether rows or columns are kept from it: those of its role, or what was kept from whoever made it */
  isLimited: z.boolean(),
  expiresAt: z.string().nullable(),
  callsPerMinute: z.number().nullable(),
  origins: z.array(z.string()),
  addresses: z.array(z.string()),
  createdAt: z.string(),
  /** the person or key that made it; null: the first start, or a version before 0.2 */
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  revokedAt: z.string().nullable(),
  /** to the minute */
  lastUsedAt: z.string().nullable(),
  /** the address it was last used from */
  lastUsedFrom: z.string().nullable(),
  /** until then the secret before the last rotation works too; null: it does not */
  overlapEndsAt: z.string().nullable(),
});
/** A parsed {@link keyAnswer}. */
export type KeyAnswer = z.infer<typeof keyAnswer>;

/** A key and the key itself, which is shown this once. */
export const madeKeyAnswer = z.object({ key: keyAnswer, secret: z.string() });

/** The keys of the workspace. */
export const keysRoute = {
  method: 'GET',
  path: '/api/admin/keys',
  operation: 'keys',
  summary: 'The keys of the workspace, newest first, revoked and expired ones too.',
  tag: 'keys',
  access: 'keys:read',
  answer: z.object({ keys: z.array(keyAnswer) }),
} as const satisfies Route;

/** Body of {@link createKeyRoute}. */
export const newKeyBody = z.strictObject({
  kind: z.enum(['write', 'api']),
  name,
  /** of an API key; a write key can do nothing but ingest */
  scopes: scopes.default(['ask']),
  /** of an API key: the role whose permissions and rules bound it, as they are at the time of each call */
  role: z.string().min(1).max(64).nullable().default(null),
  expiresAt: limitFields.expiresAt.default(null),
  callsPerMinute: limitFields.callsPerMinute.default(null),
  origins: limitFields.origins.default([]),
  addresses: limitFields.addresses.default([]),
});
/** A parsed {@link newKeyBody}. */
export type NewKeyBody = z.output<typeof newKeyBody>;

/** Makes a key. Nobody makes one that may do or see more than they; what is kept from its maker is kept from the key. */
export const createKeyRoute = {
  method: 'POST',
  path: '/api/admin/keys',
  operation: 'createKey',
  summary: 'Makes a key that may do at most what its maker may, and shows it this once.',
  tag: 'keys',
  access: 'keys:manage',
  body: newKeyBody,
  answer: madeKeyAnswer,
} as const satisfies Route;

/** Body of {@link changeKeyRoute}; what is not given stays. */
export const changedKeyBody = z.strictObject({ name, ...limitFields }).partial();
/** A parsed {@link changedKeyBody}. */
export type ChangedKeyBody = z.output<typeof changedKeyBody>;

/** Changes the name and the limits of a key, at once. */
export const changeKeyRoute = {
  method: 'PUT',
  path: '/api/admin/keys/:id',
  operation: 'changeKey',
  summary: 'Changes the name and the limits of a key; what is not given stays.',
  tag: 'keys',
  access: 'keys:manage',
  params: id,
  body: changedKeyBody,
  answer: z.object({ key: keyAnswer }),
} as const satisfies Route;

const rotation = z.strictObject({
  /** so long the secret before works too; 0: no longer */
  overlapHours: z.number().min(0).max(longestOverlapHours).default(24),
});

/** Gives a key a new secret. */
export const rotateKeyRoute = {
  method: 'POST',
  path: '/api/admin/keys/:id/rotate',
  operation: 'rotateKey',
  summary: 'Gives a key a new secret, shown this once; the one before works until the overlap ends.',
  tag: 'keys',
  access: 'keys:manage',
  params: id,
  body: rotation,
  answer: madeKeyAnswer,
} as const satisfies Route;

/** Revokes a key, at once: calls with it are refused, and its sockets end. */
export const revokeKeyRoute = {
  method: 'DELETE',
  path: '/api/admin/keys/:id',
  operation: 'revokeKey',
  summary: 'Revokes a key; from then on it is refused, and its open sockets end.',
  tag: 'keys',
  access: 'keys:manage',
  params: id,
} as const satisfies Route;

/** The write key for the snippets of Get started. */
export const writeKeyRoute = {
  method: 'GET',
  path: '/api/admin/write-key',
  operation: 'writeKey',
  summary: 'The oldest write key in use, in full; null when there is none, or none that can be unsealed.',
  tag: 'keys',
  access: 'keys:manage',
  answer: z.object({ writeKey: z.string().nullable() }),
} as const satisfies Route;

/** A personal token as it is listed. */
export const tokenAnswer = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  /** what it may do at most; never more than the person may at the time of the call */
  scopes: z.array(z.enum(keyScopes)),
  /** the workspace it acts in */
  workspaceId: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** to the minute */
  lastUsedAt: z.string().nullable(),
  lastUsedFrom: z.string().nullable(),
});
/** A parsed {@link tokenAnswer}. */
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** The tokens of the person. */
export const tokensRoute = {
  method: 'GET',
  path: '/api/account/tokens',
  operation: 'tokens',
  summary: 'The personal tokens of the caller that are in use or have expired, in all workspaces, newest first.',
  tag: 'account',
  access: 'signed-in',
  answer: z.object({ tokens: z.array(tokenAnswer) }),
} as const satisfies Route;

/** Makes a token that acts as the person in the workspace of the call. */
export const createTokenRoute = {
  method: 'POST',
  path: '/api/account/tokens',
  operation: 'createToken',
  summary: 'Makes a token that acts as the caller in this workspace, and shows it this once.',
  tag: 'account',
  access: 'signed-in',
  body: z.strictObject({ name, scopes: scopes.default(['ask']), expiresAt: limitFields.expiresAt.default(null) }),
  answer: z.object({ token: tokenAnswer, secret: z.string() }),
} as const satisfies Route;

/** Revokes a token of the person, at once. */
export const revokeTokenRoute = {
  method: 'DELETE',
  path: '/api/account/tokens/:id',
  operation: 'revokeToken',
  summary: 'Revokes a personal token of the caller.',
  tag: 'account',
  access: 'signed-in',
  params: id,
} as const satisfies Route;
