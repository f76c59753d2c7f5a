/** The way in: password, second factor, other sign-in providers, a new password by mail, and the way out. */
import { z } from 'zod';
import { passwordLength, sessionAnswer } from './identity.ts';
import type { Route } from './route.ts';

/**
 * Characters of a password that is chosen now. Older ones that are shorter still sign in. Length alone is not enough: the server
 * refuses what is easily guessed with REQUEST_INVALID, whose `issues` name the field and say why; {@link passwordCheckRoute} says it before.
 */
export const newPasswordLength = { min: 10, max: passwordLength.max } as const;

/** A password that somebody chooses. */
export const newPassword = z.string().min(newPasswordLength.min).max(newPasswordLength.max);

const providerId = z.object({ id: z.string().min(1).max(64) });

/** A page of this app to go to afterwards: a path that begins with one `/`. */
const returnPath = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'must be a path of this app, such as /boards');

/** What the sign-in page shows. */
export const signInOptionsRoute = {
  method: 'GET',
  path: '/api/sign-in',
  operation: 'signInOptions',
  summary: 'What the sign-in page can offer: other providers, and whether a new password can be asked for by mail.',
  tag: 'sign-in',
  access: 'public',
  answer: z.object({
    /** begin with a visit to `/api/auth/oidc/:id/start?return=/path` */
    providers: z.array(z.object({ id: z.string(), name: z.string() })),
    /** false: whoever forgot their password asks an admin for a link */
    hasMail: z.boolean(),
  }),
} as const satisfies Route;

/**
 * Where a sign-in stands. `needsTwoFactor`: nobody is signed in yet, a cookie of ten minutes waits for {@link secondFactorRoute}.
 * Else the answer carries the session cookie; `session` is null when the person is a member of no workspace.
 */
export const signInAnswer = z.object({ needsTwoFactor: z.boolean(), session: sessionAnswer.shape.session });
/** A parsed {@link signInAnswer}. */
export type SignInAnswer = z.infer<typeof signInAnswer>;

/** Signs in. Unknown, wrong and locked get the same CREDENTIALS_INVALID in the same time; too many tries RATE_LIMITED with `retryAfterSeconds`. */
export const signInRoute = {
  method: 'POST',
  path: '/api/auth/sign-in/email',
  operation: 'signIn',
  summary: 'Signs in with e-mail address and password; the answer carries the session cookie, or asks for the second factor.',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  body: z.object({ email: z.string().trim().min(1).max(254), password: z.string().min(1).max(passwordLength.max) }),
  answer: signInAnswer,
} as const satisfies Route;

/**
 * The second step. CREDENTIALS_INVALID when the code is wrong, was used before, or the ten minutes or five tries are over
 * (`isOver: true` in the problem: begin again with the password).
 */
export const secondFactorRoute = {
  method: 'POST',
  path: '/api/auth/sign-in/second-factor',
  operation: 'secondFactor',
  summary: 'Ends a sign-in with a code of the authenticator app, or with a recovery code, which is used up.',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  body: z.strictObject({
    /** six digits of the app, or a recovery code; spaces and dashes do not matter */
    code: z.string().trim().min(6).max(40),
    /** asks for no code on this device for 30 days */
    trustDevice: z.boolean().default(false),
  }),
  answer: signInAnswer.extend({
    /** how many are left after one was used; null when the app's code was given */
    recoveryCodesLeft: z.number().nullable(),
  }),
} as const satisfies Route;

/** Signs out. Without a session it does nothing. */
export const signOutRoute = {
  method: 'POST',
  path: '/api/auth/sign-out',
  operation: 'signOut',
  summary: 'Ends the session of the call.',
  tag: 'sign-in',
  access: 'public',
  /** `redirectUrl`: where to go to sign out of the provider as well; null: nowhere */
  answer: z.object({ redirectUrl: z.string().nullable() }),
} as const satisfies Route;

/** Asks for a link to a new password. The answer is the same for every address. MAIL_NOT_CONFIGURED where there is no mail. */
export const forgotPasswordRoute = {
  method: 'POST',
  path: '/api/auth/forgot-password',
  operation: 'forgotPassword',
  summary: 'Sends a link for a new password, if the address has an account.',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  body: z.strictObject({ email: z.email().max(254) }),
} as const satisfies Route;

/**
 * Uses such a link (`/reset-password#token=...`; valid for an hour, once). FORBIDDEN when the link was used or is too old; a password
 * that is too weak does not use it up. Ends all sessions of the person, who then signs in.
 */
export const resetPasswordRoute = {
  method: 'POST',
  path: '/api/auth/reset-password',
  operation: 'resetPassword',
  summary: 'Sets a new password by a link, and ends all sessions of the person.',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  body: z.strictObject({ token: z.string().min(1).max(200), password: newPassword }),
} as const satisfies Route;

/** How strong a password is: 0 (guessed at once) to 4; from 3 on it is taken. Ask when typing rests: 60 a minute are answered. */
export const passwordCheckRoute = {
  method: 'POST',
  path: '/api/auth/password-check',
  operation: 'passwordCheck',
  summary: 'Says whether a password would be taken, and why not. Nothing of it is kept.',
  tag: 'sign-in',
  access: 'public',
  isRecorded: false,
  body: z.strictObject({
    password: z.string().max(passwordLength.max),
    /** name, e-mail address, workspace: what others may guess from */
    known: z.array(z.string().max(254)).max(10).default([]),
  }),
  answer: z.object({
    isStrong: z.boolean(),
    score: z.number().int().min(0).max(4),
    /** why it is weak, and what helps; empty when it is strong */
    advice: z.array(z.string()),
  }),
} as const satisfies Route;

/** A visit of the browser (no fetch): goes on to the provider, which sends it back to the callback. */
export const startProviderRoute = {
  method: 'GET',
  path: '/api/auth/oidc/:id/start',
  operation: 'startProvider',
  summary: 'Sends the browser to a sign-in provider (302).',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  params: providerId,
  query: z.object({ return: returnPath.default('/') }),
} as const satisfies Route;

/** Why a sign-in by a provider failed: the page `/sign-in?failure=...` says it in words. */
export const providerFailures = [
  /** the provider said no, or the person went back */
  'refused',
  /** the visit took too long, began in another browser, or was repeated */
  'expired',
  /** the provider does not answer, or not as it should */
  'unavailable',
  /** the answer of the provider could not be trusted */
  'invalid',
  /** the provider gives no e-mail address that it has verified */
  'email-unverified',
  /** there is an account with this address: sign in with its password, then link the provider in the profile */
  'link-first',
  /** nobody has invited this address */
  'not-invited',
  /** linking: the provider's account belongs to somebody else here, or the session ended meanwhile */
  'link-refused',
  /** somebody has locked the account here */
  'locked',
] as const;
/** One of {@link providerFailures}. */
export type ProviderFailure = (typeof providerFailures)[number];

/**
 * Where the provider sends the browser. Goes on (302) to the `return` path; to `/sign-in?step=second-factor&return=...` when a code
 * is needed; or to `/sign-in?failure=...` (one of {@link providerFailures}; while linking `/profile?failure=...`).
 */
export const providerCallbackRoute = {
  method: 'GET',
  path: '/api/auth/oidc/:id/callback',
  operation: 'providerCallback',
  summary: 'Takes the answer of a sign-in provider, and sends the browser into the app (302).',
  tag: 'sign-in',
  access: 'public',
  limit: 'sign-in',
  params: providerId,
} as const satisfies Route;
