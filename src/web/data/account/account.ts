/** One's own account: name, password, second factor, sessions, providers, and personal tokens. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { AccountAnswer, beginTwoFactorRoute, SessionSummary } from '../../../shared/contract/account.ts';
import type { createTokenRoute, TokenAnswer } from '../../../shared/contract/keys.ts';
import { request } from '../http.ts';

/** Everything about the account. */
export type Account = AccountAnswer;
/** A session as it is listed. */
export type AccountSession = SessionSummary;

/** The account, as a question. */
export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => request<Account>('/api/account', { signal }),
  staleTime: 5_000,
});

/** Changes the name. */
export function changeName(name: string): Promise<{ name: string }> {
  return request('/api/account', { method: 'PUT', body: { name } });
}

/** Changes the password; all other sessions end. */
export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await request('/api/account/password', { method: 'POST', body: { currentPassword, newPassword } });
}

/** Ends one session. */
export async function endSession(id: string): Promise<void> {
  await request(`/api/account/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Ends all sessions but this one. */
export function endOtherSessions(): Promise<{ ended: number }> {
  return request('/api/account/sessions', { method: 'DELETE' });
}

/** The person's password, where they have one. */
export type Proof = { password?: string | undefined };

/** The secret for the authenticator, as text and as a picture. */
export type TwoFactorSecret = z.infer<(typeof beginTwoFactorRoute)['answer']>;

/** Begins to set up the second factor. */
export function beginTwoFactor(proof: Proof): Promise<TwoFactorSecret> {
  return request('/api/account/two-factor', { method: 'POST', body: proof });
}

/** Turns the second factor on; the answer is the recovery codes. */
export async function confirmTwoFactor(code: string): Promise<string[]> {
  const answer = await request<{ recoveryCodes: string[] }>('/api/account/two-factor/confirm', { method: 'POST', body: { code } });
  return answer.recoveryCodes;
}

/** Turns the second factor off. */
export async function disableTwoFactor(proof: Proof): Promise<void> {
  await request('/api/account/two-factor/disable', { method: 'POST', body: proof });
}

/** New recovery codes in place of the old ones. */
export async function newRecoveryCodes(proof: Proof): Promise<string[]> {
  const answer = await request<{ recoveryCodes: string[] }>('/api/account/two-factor/recovery-codes', { method: 'POST', body: proof });
  return answer.recoveryCodes;
}

/** From now on every device is asked for a code. */
export async function forgetDevices(): Promise<void> {
  await request('/api/account/trusted-devices', { method: 'DELETE' });
}

/** Begins to link a provider; the browser has to visit the address that comes back. */
export function linkProvider(id: string, proof: Proof): Promise<{ url: string }> {
  return request(`/api/account/providers/${encodeURIComponent(id)}`, { method: 'POST', body: proof });
}

/** Unlinks a provider. */
export async function unlinkProvider(id: string): Promise<void> {
  await request(`/api/account/providers/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** A personal token as it is listed. */
export type PersonalToken = TokenAnswer;

/** The tokens of the person, as a question. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await request<{ tokens: PersonalToken[] }>('/api/account/tokens', { signal })).tokens,
  staleTime: 5_000,
});

/** Makes a token; its secret is in this answer alone. */
export function createToken(body: z.input<(typeof createTokenRoute)['body']>): Promise<{ token: PersonalToken; secret: string }> {
  return request('/api/account/tokens', { method: 'POST', body });
}

/** Revokes a token. */
export async function revokeToken(id: string): Promise<void> {
  await request(`/api/account/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
