/** Who is signed in, the first sign-up, and the keys of a workspace. */
import { z } from 'zod';
import type { ScopeName } from '../model/permission.ts';
import { permissionSchema, roleReference } from './roles.ts';
import type { Route } from './route.ts';

/** Characters of a password, checked on the screen and again on the server. */
export const passwordLength = { min: 8, max: 128 } as const;

/** Header with which a person or the local owner picks one of several workspaces; without it the oldest is meant. */
export const workspaceHeader = 'bellwether-workspace';

const session = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /** those that the person is a member of, oldest first; `role` is the id of the role there */
  workspaces: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
  /** the one that this call is about */
  workspaceId: z.string(),
  /** what the person is there */
  role: roleReference,
  /** what they may do there; while seeing as a role, what that role allows of it */
  permissions: z.array(permissionSchema),
  /** whether they run the installation */
  isOperator: z.boolean(),
  /** the role that they look as at the moment; nothing can be changed then */
  seeingAs: roleReference.nullable(),
});
/** A signed-in person. */
export type Session = z.infer<typeof session>;

/** Answer of {@link sessionRoute}: `session` is null when signed out; without an owner only the sign-up link helps. */
export const sessionAnswer = z.object({ session: session.nullable(), hasOwner: z.boolean() });

/** The signed-in person. Sign in with `POST /api/auth/sign-in/email` and out with `POST /api/auth/sign-out`. */
export const sessionRoute = {
  method: 'GET',
  path: '/api/session',
  operation: 'session',
  summary: 'The signed-in person and their workspaces; null when signed out.',
  tag: 'identity',
  access: 'public',
  answer: sessionAnswer,
} as const satisfies Route;

/** Body of {@link signUpRoute}. */
export const signUpBody = z.object({
  /** from the one-time link that the first start prints: `/sign-up?token=...` */
  token: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254),
  password: z.string().min(passwordLength.min).max(passwordLength.max),
});

/** Uses a one-time link; the answer carries the session cookie. */
export const signUpRoute = {
  method: 'POST',
  path: '/api/sign-up',
  operation: 'signUp',
  summary: 'Makes the owner of a one-time sign-up link, and signs them in.',
  tag: 'identity',
  access: 'public',
  body: signUpBody,
  answer: sessionAnswer,
} as const satisfies Route;

/** What a key may be used for, in bundles of permissions. */
export const keyScopes = ['ask', 'ingest', 'admin'] as const satisfies readonly ScopeName[];

/** A key as it is listed; the key itself is shown once, when it is made. */
export const keyAnswer = z.object({
  id: z.string(),
  kind: z.enum(['write', 'api']),
  name: z.string(),
  /** the first characters, to tell keys apart */
  prefix: z.string(),
  scopes: z.array(z.enum(keyScopes)),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
  /** to the minute */
  lastUsedAt: z.string().nullable(),
});
/** A parsed {@link keyAnswer}. */
export type KeyAnswer = z.infer<typeof keyAnswer>;

/** The keys of the workspace. */
export const keysRoute = {
  method: 'GET',
  path: '/api/admin/keys',
  operation: 'keys',
  summary: 'The keys of the workspace, newest first, revoked ones too.',
  tag: 'identity',
  access: 'keys:read',
  answer: z.object({ keys: z.array(keyAnswer) }),
} as const satisfies Route;

/** Makes a key. */
export const createKeyRoute = {
  method: 'POST',
  path: '/api/admin/keys',
  operation: 'createKey',
  summary: 'Makes a key, and shows it this once.',
  tag: 'identity',
  access: 'keys:manage',
  body: z.object({
    kind: z.enum(['write', 'api']),
    name: z.string().trim().min(1).max(100),
    /** of an API key; a write key can do nothing but ingest */
    scopes: z.array(z.enum(keyScopes)).min(1).default(['ask']),
  }),
  answer: z.object({ key: keyAnswer, secret: z.string() }),
} as const satisfies Route;

/** Revokes a key, at once. */
export const revokeKeyRoute = {
  method: 'DELETE',
  path: '/api/admin/keys/:id',
  operation: 'revokeKey',
  summary: 'Revokes a key; from then on it is refused.',
  tag: 'identity',
  access: 'keys:manage',
  params: z.object({ id: z.string().min(1).max(64) }),
} as const satisfies Route;

/** The write key for the snippets of Get started. */
export const writeKeyRoute = {
  method: 'GET',
  path: '/api/admin/write-key',
  operation: 'writeKey',
  summary: 'The oldest write key in use, in full; null when there is none, or none that can be unsealed.',
  tag: 'identity',
  access: 'keys:manage',
  answer: z.object({ writeKey: z.string().nullable() }),
} as const satisfies Route;
