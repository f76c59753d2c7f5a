/** The members of the workspace and who is invited, and what an admin can do for and to them. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  Attributes,
  changeMemberRoute,
  createInvitationRoute,
  InvitationAnswer,
  MemberAnswer,
  membersRoute,
  resetLinkRoute,
} from '../../../shared/contract/members.ts';
import { oneOf } from '../address.ts';
import { request } from '../http.ts';
import { idFrom } from '../looking.ts';

/** A member as they are listed. */
export type Member = MemberAnswer;
/** An invitation that nobody has accepted yet. */
export type Invitation = InvitationAnswer;
/** What is known of a member beyond the account. */
export type MemberAttributes = Attributes;

/** What stands in the address of the page. */
export interface PeopleSearch {
  q?: string | undefined;
  /** id of the member who is open */
  open?: string | undefined;
}

/** The search of an address; what makes no sense is left out. */
export function peopleSearch(search: Readonly<Record<string, unknown>>): PeopleSearch {
  const q = oneOf(search, 'q')?.slice(0, 200);
  return { q: q === '' ? undefined : q, open: idFrom(oneOf(search, 'open')) };
}

/** Everybody, and who is invited. */
export type MembersAnswer = z.infer<(typeof membersRoute)['answer']>;

/** In front of the key of every list of members. */
export const membersKey = ['members'];

/** Members whose name or address holds `text`, as a question. */
export function membersQuery(text?: string) {
  return queryOptions({
    queryKey: [...membersKey, text ?? ''],
    queryFn: ({ signal }) => request<MembersAnswer>('/api/admin/people', { query: { text }, signal }),
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
}

const pathOf = (id: string): string => `/api/admin/people/${encodeURIComponent(id)}`;

/** What can be changed of a member. */
export type MemberChange = z.input<(typeof changeMemberRoute)['body']>;

/** Changes a member; what is not given stays. */
export async function changeMember(id: string, body: MemberChange): Promise<Member> {
  return (await request<{ person: Member }>(pathOf(id), { method: 'PUT', body })).person;
}

/** Takes a member out of the workspace. */
export async function removeMember(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}

/** Lets a member sign in again. */
export async function unlockMember(id: string): Promise<void> {
  await request(`${pathOf(id)}/unlock`, { method: 'POST', body: {} });
}

/** Sends a link for a new password, or gives it where there is no mail. */
export function resetLink(id: string): Promise<z.infer<(typeof resetLinkRoute)['answer']>> {
  return request(`${pathOf(id)}/reset-link`, { method: 'POST', body: {} });
}

/** Deletes the account everywhere. */
export async function erasePerson(id: string): Promise<void> {
  await request(`${pathOf(id)}/erase`, { method: 'POST', body: {} });
}

/** Says whether somebody runs the installation. */
export async function setOperator(id: string, isOperator: boolean): Promise<void> {
  await request(`${pathOf(id)}/operator`, { method: 'PUT', body: { isOperator } });
}

/** An invitation that was just made: where no mail went out, its link comes this once. */
export type MadeInvitation = z.infer<(typeof createInvitationRoute)['answer']>;

/** Invites somebody. */
export function createInvitation(body: z.input<(typeof createInvitationRoute)['body']>): Promise<MadeInvitation> {
  return request('/api/admin/invitations', { method: 'POST', body });
}

/** Withdraws an invitation. */
export async function deleteInvitation(id: string): Promise<void> {
  await request(`/api/admin/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
