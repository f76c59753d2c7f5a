/** The ways in and out: password, second factor, other providers, a new password, an invitation. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { acceptInvitationRoute, lookAtInvitationRoute } from '../../../shared/contract/members.ts';
import type {
  passwordCheckRoute,
  ProviderFailure,
  secondFactorRoute,
  SignInAnswer,
  signInOptionsRoute,
} from '../../../shared/contract/sign-in.ts';
import { request, withQuery } from '../http.ts';
import { admitted } from '../session.ts';
import type { SessionAnswer } from '../session.ts';

/** Shortest and longest password that can be chosen, in characters; the server checks them again. */
export const newPasswordLength: { readonly min: 10; readonly max: 128 } = { min: 10, max: 128 } satisfies typeof import('../../../shared/contract/sign-in.ts').newPasswordLength;

/** What the page offers besides the password. */
export type SignInOptions = z.infer<(typeof signInOptionsRoute)['answer']>;

/** What the page offers, as a question. */
export const signInOptionsQuery = queryOptions({
  queryKey: ['sign-in options'],
  queryFn: ({ signal }) => request<SignInOptions>('/api/sign-in', { signal }),
  staleTime: 60_000,
});

/** Signs in; the server sets the cookie, or asks for the second factor. */
export function signIn(email: string, password: string): Promise<SignInAnswer> {
  return request('/api/auth/sign-in/email', { method: 'POST', body: { email, password } });
}

/** The second step, with a code of the authenticator or a recovery code. */
export function secondFactor(code: string, trustDevice: boolean): Promise<z.infer<(typeof secondFactorRoute)['answer']>> {
  return request('/api/auth/sign-in/second-factor', { method: 'POST', body: { code, trustDevice } });
}

/** Signs out; the answer may name an address where one signs out of the provider as well. */
export function signOut(): Promise<{ redirectUrl: string | null } | null> {
  return request('/api/auth/sign-out', { method: 'POST', body: {} });
}

/** Where the browser goes to sign in with a provider and come back to `returnPath`. */
export function providerStart(providerId: string, returnPath: string): string {
  return withQuery(`/api/auth/oidc/${encodeURIComponent(providerId)}/start`, { return: returnPath });
}

/** Asks for a link to a new password; the answer is the same for every address. */
export async function forgotPassword(email: string): Promise<void> {
  await request('/api/auth/forgot-password', { method: 'POST', body: { email } });
}

/** Sets a new password by a link; all sessions of the person end. */
export async function resetPassword(token: string, password: string): Promise<void> {
  await request('/api/auth/reset-password', { method: 'POST', body: { token, password } });
}

/** How strong a password is. */
export type PasswordCheck = z.infer<(typeof passwordCheckRoute)['answer']>;

/** Asks whether a password would be taken; `known` is what others may guess it from. */
export function checkPassword(password: string, known: readonly string[], signal: AbortSignal): Promise<PasswordCheck> {
  return request('/api/auth/password-check', { method: 'POST', body: { password, known }, signal });
}

/** What an invitation says. */
export type InvitationLook = z.infer<(typeof lookAtInvitationRoute)['answer']>;

/** What the invitation behind `token` says, as a question. */
export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => request<InvitationLook>('/api/invitation/look', { method: 'POST', body: { token }, signal }),
    staleTime: 0,
    gcTime: 0,
    enabled: token !== '',
  });
}

/** Accepts an invitation, with the account that is signed in or a new one. */
export async function acceptInvitation(acceptance: z.input<(typeof acceptInvitationRoute)['body']>): Promise<SessionAnswer> {
  return admitted(await request<SessionAnswer>('/api/invitation/accept', { method: 'POST', body: acceptance }));
}

/** Why a sign-in by a provider failed, and what to do, in words. */
export const failureWords: Readonly<Record<ProviderFailure, { title: string; words: string }>> = {
  refused: { title: 'The provider did not let you in', words: 'It said no, or you went back. Try again, or sign in with your password.' },
  expired: { title: 'That took too long', words: 'The visit to the provider has to end within ten minutes, in the browser where it began. Try again.' },
  unavailable: { title: 'The provider does not answer', words: 'Try again in a while, or sign in with your password.' },
  invalid: { title: 'The answer of the provider cannot be trusted', words: 'Nobody was signed in. If it happens again, tell whoever runs this server.' },
  'email-unverified': { title: 'The provider has not verified your e-mail address', words: 'Confirm the address there, then try again.' },
  'link-first': { title: 'There is an account with your address already', words: 'Sign in with its password once, and link the provider in your profile.' },
  'not-invited': { title: 'Nobody has invited this address', words: 'Ask an admin of the workspace for an invitation.' },
  'link-refused': { title: 'The provider was not linked', words: 'Its account belongs to somebody else here, or your session ended meanwhile. Nothing was changed.' },
  locked: { title: 'Your account is locked', words: 'Ask an admin of the workspace to unlock it.' },
};

/** The failure that an address names; undefined where it names none that is known. */
export function failureFrom(text: unknown): ProviderFailure | undefined {
  return typeof text === 'string' && Object.hasOwn(failureWords, text) ? (text as ProviderFailure) : undefined;
}
