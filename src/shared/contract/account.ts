/** One's own account: name, password, second factor, sessions, and other ways to sign in. */
import { z } from 'zod';
import { passwordLength } from './identity.ts';
import type { Route } from './route.ts';
import { newPassword } from './sign-in.ts';

const currentPassword = z.string().min(1).max(passwordLength.max);
/** Proof that it is still the person: their password. Who has none (only a provider) must have signed in within ten minutes, else FORBIDDEN. */
const proof = z.strictObject({ password: currentPassword.optional() });
const id = z.object({ id: z.string().min(1).max(64) });

/** A session as it is listed. */
export const sessionSummary = z.object({
  id: z.string(),
  /** browser and system in words, such as `Firefox on Linux` */
  device: z.string(),
  address: z.string(),
  /** ISO 3166 code of where the address is; null: not known */
  country: z.string().nullable(),
  /** how it was opened, such as `password` or the name of a provider */
  method: z.string(),
  createdAt: z.string(),
  /** to five minutes */
  lastSeenAt: z.string(),
  /** when it ends at the latest, however much it is used */
  endsAt: z.string(),
  isCurrent: z.boolean(),
});
/** A parsed {@link sessionSummary}. */
export type SessionSummary = z.infer<typeof sessionSummary>;

/** Everything about one's own account. */
export const accountAnswer = z.object({
  profile: z.object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    /** false: signs in by a provider only */
    hasPassword: z.boolean(),
    createdAt: z.string(),
  }),
  twoFactor: z.object({
    isOn: z.boolean(),
    /** whether the installation or a workspace of the person asks for it; then it cannot be turned off */
    isRequired: z.boolean(),
    onSince: z.string().nullable(),
    recoveryCodesLeft: z.number(),
    /** devices that are not asked for a code */
    trustedDevices: z.number(),
  }),
  /** most recently used first */
  sessions: z.array(sessionSummary),
  /** every provider that is on; link one by {@link linkProviderRoute} */
  providers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      linkedAt: z.string().nullable(),
      /** the address at the provider, when linked */
      email: z.string().nullable(),
    }),
  ),
});
/** A parsed {@link accountAnswer}. */
export type AccountAnswer = z.infer<typeof accountAnswer>;

/** One's own account. */
export const accountRoute = {
  method: 'GET',
  path: '/api/account',
  operation: 'account',
  summary: 'The account of the person who asks: profile, second factor, sessions, providers.',
  tag: 'account',
  access: 'signed-in',
  answer: accountAnswer,
} as const satisfies Route;

/** Changes one's own name. */
export const changeAccountRoute = {
  method: 'PUT',
  path: '/api/account',
  operation: 'changeAccount',
  summary: 'Changes the name of the person who asks.',
  tag: 'account',
  access: 'signed-in',
  body: z.strictObject({ name: z.string().trim().min(1).max(100) }),
  answer: z.object({ name: z.string() }),
} as const satisfies Route;

/** Changes one's own password; all other sessions end, and trusted devices are forgotten. CREDENTIALS_INVALID when the current one is wrong. */
export const changePasswordRoute = {
  method: 'POST',
  path: '/api/account/password',
  operation: 'changePassword',
  summary: 'Changes the password; ends all other sessions.',
  tag: 'account',
  access: 'signed-in',
  limit: 'sign-in',
  body: z.strictObject({ currentPassword, newPassword }),
} as const satisfies Route;

/** Ends one of one's own sessions, at once. */
export const endSessionRoute = {
  method: 'DELETE',
  path: '/api/account/sessions/:id',
  operation: 'endSession',
  summary: 'Ends a session of the person who asks, with its sockets.',
  tag: 'account',
  access: 'signed-in',
  params: id,
} as const satisfies Route;

/** Ends all sessions but the one that asks, and forgets trusted devices. */
export const endOtherSessionsRoute = {
  method: 'DELETE',
  path: '/api/account/sessions',
  operation: 'endOtherSessions',
  summary: 'Ends all other sessions of the person who asks, and forgets their trusted devices.',
  tag: 'account',
  access: 'signed-in',
  answer: z.object({ ended: z.number() }),
} as const satisfies Route;

/** Begins to set up the second factor; nothing is asked at sign-in before {@link confirmTwoFactorRoute}. CONFLICT when it is on. */
export const beginTwoFactorRoute = {
  method: 'POST',
  path: '/api/account/two-factor',
  operation: 'beginTwoFactor',
  summary: 'A new secret for an authenticator app, to be confirmed with a code.',
  tag: 'account',
  access: 'signed-in',
  limit: 'sign-in',
  body: proof,
  answer: z.object({
    /** `otpauth://totp/...`; on a phone a link to the app */
    uri: z.string(),
    /** base32 in groups of four, to be typed */
    secret: z.string(),
    /** the address as a QR code, to be drawn dark on light with four modules of margin: `<svg viewBox="0 0 size size"><path d={path} /></svg>` */
    qr: z.object({ size: z.number(), path: z.string() }),
  }),
} as const satisfies Route;

const recoveryCodes = z.object({
  /** shown this once; each signs in once where the app is not at hand */
  recoveryCodes: z.array(z.string()),
});

/** Turns the second factor on; other sessions end. CREDENTIALS_INVALID when the code is wrong. */
export const confirmTwoFactorRoute = {
  method: 'POST',
  path: '/api/account/two-factor/confirm',
  operation: 'confirmTwoFactor',
  summary: 'Turns the second factor on, with a code of the app; shows the recovery codes.',
  tag: 'account',
  access: 'signed-in',
  limit: 'sign-in',
  body: z.strictObject({ code: z.string().trim().min(6).max(20) }),
  answer: recoveryCodes,
} as const satisfies Route;

/** Turns the second factor off. FORBIDDEN where it is required. */
export const disableTwoFactorRoute = {
  method: 'POST',
  path: '/api/account/two-factor/disable',
  operation: 'disableTwoFactor',
  summary: 'Turns the second factor off, and forgets trusted devices.',
  tag: 'account',
  access: 'signed-in',
  limit: 'sign-in',
  body: proof,
} as const satisfies Route;

/** New recovery codes; the old ones stop working. */
export const newRecoveryCodesRoute = {
  method: 'POST',
  path: '/api/account/two-factor/recovery-codes',
  operation: 'newRecoveryCodes',
  summary: 'New recovery codes in place of the old ones.',
  tag: 'account',
  access: 'signed-in',
  limit: 'sign-in',
  body: proof,
  answer: recoveryCodes,
} as const satisfies Route;

/** Forgets trusted devices: the next sign-in asks for a code everywhere. */
export const forgetDevicesRoute = {
  method: 'DELETE',
  path: '/api/account/trusted-devices',
  operation: 'forgetDevices',
  summary: 'Forgets the devices that are not asked for a code.',
  tag: 'account',
  access: 'signed-in',
} as const satisfies Route;

/** Begins to link a provider: the browser goes to `url` and comes back to `/profile`. */
export const linkProviderRoute = {
  method: 'POST',
  path: '/api/account/providers/:id',
  operation: 'linkProvider',
  summary: 'The address at a sign-in provider where the person confirms that it is their account too.',
  tag: 'account',
  access: 'signed-in',
  params: id,
  body: proof,
  answer: z.object({ url: z.string() }),
} as const satisfies Route;

/** Unlinks a provider. CONFLICT when no other way to sign in would be left. */
export const unlinkProviderRoute = {
  method: 'DELETE',
  path: '/api/account/providers/:id',
  operation: 'unlinkProvider',
  summary: 'Unlinks a sign-in provider from the account.',
  tag: 'account',
  access: 'signed-in',
  params: id,
} as const satisfies Route;
