/** Who is signed in, where they are, and what they may do there. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { Session, sessionAnswer, signUpBody } from '../../shared/contract/identity.ts';
import type { Permission } from '../../shared/model/permission.ts';
import { keepCsrf, request, ServerProblem } from './http.ts';
import { lookAt, looking, rememberWorkspace } from './looking.ts';

/** The session, or null when signed out, and whether the server has an owner at all. */
export type SessionAnswer = z.infer<typeof sessionAnswer>;

async function askSession(signal: AbortSignal): Promise<SessionAnswer> {
  return admitted(await request<SessionAnswer>('/api/session', { signal }));
}

/** Asks who is signed in. A workspace that only this browser remembered, and that one is no member of any more, is forgotten. */
async function readSession(signal: AbortSignal): Promise<SessionAnswer> {
  const isRemembered = !new URLSearchParams(location.search).has('workspace') && looking().workspaceId !== null;
  try {
    return await askSession(signal);
  } catch (error) {
    if (!isRemembered || !(error instanceof ServerProblem) || error.code !== 'FORBIDDEN') throw error;
    rememberWorkspace(null);
    lookAt({});
    return askSession(signal);
  }
}

/** The session as a question. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => readSession(signal),
  staleTime: 5 * 60_000,
  // the live connection tells at once of a session that ends or changes; whoever has none notices so
  refetchInterval: 60_000,
});

/** Under which one's own leaving is known while it goes on: it is no throwing out. */
export const leaveKey: readonly string[] = ['leave'];

/** The workspace that a session looks at. */
export function workspaceOf(session: Session): Session['workspaces'][number] | undefined {
  return session.workspaces.find((workspace) => workspace.id === session.workspaceId);
}

/** Whether the person may do `permission` where they are. While seeing as a role they can change nothing. */
export function may(session: Session, permission: Permission): boolean {
  return session.permissions.includes(permission) && (session.seeingAs === null || /:(read|run|export)$/.test(permission));
}

/** Takes the proof for further calls out of an answer that signed somebody in. */
export function admitted(answer: SessionAnswer): SessionAnswer {
  keepCsrf(answer.csrf);
  return answer;
}

/** Makes the first owner with the one-time token that the server printed, and signs them in. */
export async function signUp(owner: z.input<typeof signUpBody>): Promise<SessionAnswer> {
  return admitted(await request<SessionAnswer>('/api/sign-up', { method: 'POST', body: owner }));
}
