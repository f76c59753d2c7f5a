/** Answers about the members of a workspace and its invitations, and lets those in who accept one. */
import {
  acceptInvitationRoute,
  changeMemberRoute,
  changeOperatorRoute,
  createInvitationRoute,
  deleteInvitationRoute,
  erasePersonRoute,
  lookAtInvitationRoute,
  membersRoute,
  removeMemberRoute,
  resetLinkRoute,
  unlockPersonRoute,
  type InvitationAnswer,
  type MemberAnswer,
} from '../../shared/contract/members.ts';
import type { Joining } from '../identity/joining.ts';
import type { Invitation } from '../identity/members/invitations.ts';
import type { ListedMember } from '../identity/members/members.ts';
import type { Register } from '../identity/members/register.ts';
import { bindRoute, type RouteBinding } from './binding.ts';
import type { CsrfJudge } from './guard/forgery.ts';
import type { CountryOf } from './trail.ts';
import { cookiesOf, setAll, visitorOf } from './visitor.ts';

/** What the routes of members need. */
export interface MemberRouteParts {
  register: Pick<Register, 'members' | 'invitations' | 'acceptance' | 'operators'>;
  joining: Pick<Joining, 'accept'>;
  csrf: Pick<CsrfJudge, 'tokenOf'>;
  countryOf: CountryOf;
  clock: { now(): number };
}

/** The routes of src/shared/contract/members.ts. */
export function memberRoutes(parts: MemberRouteParts): RouteBinding[] {
  return [...peopleRoutes(parts), ...invitationRoutes(parts), ...acceptanceRoutes(parts)];
}

function peopleRoutes({ register: { members, invitations, operators }, clock }: MemberRouteParts): RouteBinding[] {
  return [
    bindRoute(membersRoute, async ({ principal: { workspaceId }, query }) => {
      const { people, total } = await members.list(workspaceId, query);
      const open = await invitations.list(workspaceId);
      return { people: people.map(memberAnswerOf), total, invitations: open.map((each) => invitationAnswerOf(each, clock.now())) };
    }),
    bindRoute(changeMemberRoute, async ({ principal, params, body, note }) => {
      const member = await members.change(principal, params.id, body);
      note({ target: { kind: 'person', id: params.id }, detail: { changed: Object.keys(body), ...givenOf(member) } });
      return { person: memberAnswerOf(member) };
    }),
    bindRoute(removeMemberRoute, ({ principal, params }) => members.remove(principal, params.id)),
    bindRoute(unlockPersonRoute, ({ principal, params }) => members.unlock(principal, params.id)),
    bindRoute(resetLinkRoute, async ({ principal, params, note }) => {
      const { sent, link } = await members.offerReset(principal, params.id);
      note({ detail: { sent } });
      return { sent, link };
    }),
    bindRoute(erasePersonRoute, ({ params }) => members.erase(params.id)),
    bindRoute(changeOperatorRoute, async ({ params, body, note }) => {
      await operators.set(params.id, body.isOperator);
      note({ detail: { isOperator: body.isOperator } });
    }),
  ];
}

function invitationRoutes({ register: { invitations }, clock }: MemberRouteParts): RouteBinding[] {
  return [
    bindRoute(createInvitationRoute, async ({ principal, body, reply, note }) => {
      const { invitation, link, sent } = await invitations.create(principal, body);
      note({
        target: { kind: 'invitation', id: invitation.id },
        detail: { ...givenOf(invitation), isForAddress: invitation.email !== null, sent },
      });
      reply.code(201);
      return { invitation: invitationAnswerOf(invitation, clock.now()), link, sent };
    }),
    bindRoute(deleteInvitationRoute, ({ principal, params }) => invitations.withdraw(principal, params.id)),
  ];
}

function acceptanceRoutes({ register: { acceptance }, joining, csrf, countryOf }: MemberRouteParts): RouteBinding[] {
  return [
    bindRoute(lookAtInvitationRoute, async ({ body }) => {
      const { expiresMs, ...text } = await acceptance.look(body.token);
      return { ...text, expiresAt: isoOf(expiresMs) };
    }),
    bindRoute(acceptInvitationRoute, async ({ body, request, reply, note }) => {
      const visitor = visitorOf(request, countryOf);
      const { session, setCookies } = await joining.accept(visitor, body);
      if (session !== null)
        note({ target: { kind: 'workspace', id: session.workspaceId }, detail: { personId: session.person.id, role: session.role.id } });
      setAll(reply, setCookies);
      return { session, hasOwner: true, csrf: csrf.tokenOf(setCookies.length > 0 ? cookiesOf(setCookies) : visitor.headers) };
    }),
  ];
}

/** What the audit log keeps of what somebody was given: no values of attributes, which may be personal. */
function givenOf({ role, groups, attributes, limits }: Pick<ListedMember, 'role' | 'groups' | 'attributes' | 'limits'> | Invitation) {
  return { role: role.id, groups: groups.map(({ id }) => id), attributes: Object.keys(attributes), limited: Object.keys(limits) };
}

function memberAnswerOf({
  person,
  name,
  role,
  groups,
  attributes,
  limits,
  twoFactor,
  isLocked,
  isOperator,
  joinedMs,
  lastSeenMs,
}: ListedMember): MemberAnswer {
  return {
    ...person,
    name,
    role: { id: role.id, name: role.name },
    groups,
    attributes,
    limits,
    twoFactor,
    isLocked,
    isOperator,
    joinedAt: isoOf(joinedMs),
    lastSeenAt: lastSeenMs === null ? null : isoOf(lastSeenMs),
  };
}

function invitationAnswerOf({ createdMs, expiresMs, ...invitation }: Invitation, nowMs: number): InvitationAnswer {
  return { ...invitation, createdAt: isoOf(createdMs), expiresAt: isoOf(expiresMs), isExpired: expiresMs <= nowMs };
}

function isoOf(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
