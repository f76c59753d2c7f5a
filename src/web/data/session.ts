/** Who is signed in, and the ways in and out. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Session, sessionAnswer, signUpBody } from '../../shared/contract/identity.ts';
import { request } from './http.ts';

/** The session, or null when signed out, and whether the server has an owner at all. */
export type SessionAnswer = z.infer<typeof sessionAnswer>;

/** The session as a question. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request<SessionAnswer>('/api/session', { signal }),
  staleTime: 5 * 60_000,
});

/** The workspace that a session looks at. */
export function workspaceOf(session: Session): Session['workspaces'][number] | undefined {
  return session.workspaces.find((workspace) => workspace.id === session.workspaceId);
}

/** Shortest and longest password, in characters; the server checks them again. */
export const passwordLength: { readonly min: 8; readonly max: 128 } = { min: 8, max: 128 } satisfies typeof import('../../shared/contract/identity.ts').passwordLength;

/** Signs in; the server sets the cookie. */
export async function signIn(email: string, password: string): Promise<void> {
  await request('/api/auth/sign-in/email', { method: 'POST', body: { email, password, rememberMe: true } });
}

/** Signs out. */
export async function signOut(): Promise<void> {
  await request('/api/auth/sign-out', { method: 'POST', body: {} });
}

/** Makes the first owner with the one-time token that the server printed, and signs them in. */
export function signUp(owner: z.input<typeof signUpBody>): Promise<SessionAnswer> {
  return request('/api/sign-up', { method: 'POST', body: owner });
}
