/** Who is signed in, and the first sign-up. */
import { z } from 'zod';
import { permissionSchema, roleReference } from './roles.ts';
import type { Route } from './route.ts';

/** Characters of a password that signs in. One that is chosen now must have more than one: `newPasswordLength` of sign-in.ts. */
export const passwordLength = { max: 128 } as const;

/** Header with which a person or the local owner picks one of several workspaces; without it the oldest is meant. */
export const workspaceHeader = 'bellwether-workspace';

/** Header that proves a call with the session cookie, other than GET, to come from a page of ours: `csrf` in the answer of {@link sessionRoute}. */
export const csrfHeader = 'bellwether-csrf';

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
  /** a second factor is required and not set up: until then nothing but `/api/account` is allowed */
  mustSetUpTwoFactor: z.boolean(),
});
/** A signed-in person. */
export type Session = z.infer<typeof session>;

/** Answer of {@link sessionRoute}: `session` is null when signed out; without an owner only the sign-up link helps. */
export const sessionAnswer = z.object({
  session: session.nullable(),
  hasOwner: z.boolean(),
  /** for {@link csrfHeader}; null without a session cookie */
  csrf: z.string().nullable(),
});

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
  /** strong enough, as src/shared/contract/sign-in.ts says */
  password: z.string().min(1).max(passwordLength.max),
});

/** Uses a one-time link; the answer carries the session cookie. */
export const signUpRoute = {
  method: 'POST',
  path: '/api/sign-up',
  operation: 'signUp',
  summary: 'Makes the owner of a one-time sign-up link, and signs them in.',
  tag: 'identity',
  access: 'public',
  limit: 'sign-in',
  body: signUpBody,
  answer: sessionAnswer,
} as const satisfies Route;
