/** The members of a workspace and those who are invited; what an invitation says, and how it is accepted. */
import { z } from 'zod';
import { datasetRulesSchema } from '../model/policy.ts';
import { sessionAnswer } from './identity.ts';
import { roleReference } from './roles.ts';
import type { Route } from './route.ts';
import { newPassword } from './sign-in.ts';

const attributeText = z
  .string()
  .max(1_000)
  .refine((text) => !/\{\s*person\b/i.test(text), { message: 'must not look like "{person.NAME}"' });
const attributeValue = z.union([attributeText, z.number(), z.boolean()]);

/** What is known of a member beyond the account, for `{person.NAME}` in the rules of roles. `id` and `email` are always there. */
export const attributesSchema = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'must be a letter and then letters, digits, "_" or "-"; 64 at most')
      .refine((name) => name !== 'id' && name !== 'email', { message: '"id" and "email" are those of the account' }),
    z.union([attributeValue, z.array(attributeValue).max(1_000)]),
  )
  .refine((attributes) => Object.keys(attributes).length <= 50, { message: 'at most 50 attributes' });
/** A parsed {@link attributesSchema}. */
export type Attributes = z.infer<typeof attributesSchema>;

const reference = z.object({ id: z.string(), name: z.string() });

/** A member as it is listed. */
export const memberAnswer = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleReference,
  groups: z.array(reference),
  attributes: attributesSchema,
  /** limits of this member alone, besides those of the roles; inherited from whoever invited them */
  limits: datasetRulesSchema,
  /** whether sign-in asks for a second factor */
  twoFactor: z.boolean(),
  /** whether sign-in is locked after too many wrong passwords */
  isLocked: z.boolean(),
  isOperator: z.boolean(),
  joinedAt: z.string(),
  /** to five minutes; null: never */
  lastSeenAt: z.string().nullable(),
});
/** A parsed {@link memberAnswer}. */
export type MemberAnswer = z.infer<typeof memberAnswer>;

/** An invitation that nobody has accepted yet. */
export const invitationAnswer = z.object({
  id: z.string(),
  /** the only address that may accept; null: whoever has the link */
  email: z.string().nullable(),
  role: roleReference,
  groups: z.array(reference),
  attributes: attributesSchema,
  limits: datasetRulesSchema,
  /** name of the person or key that invited */
  invitedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  isExpired: z.boolean(),
});
/** A parsed {@link invitationAnswer}. */
export type InvitationAnswer = z.infer<typeof invitationAnswer>;

const id = z.object({ id: z.string().min(1).max(64) });
const roleId = z.string().min(1).max(64);
const groupIds = z.array(z.string().min(1).max(64)).max(100);

/** Query string of {@link membersRoute}. */
export const membersQuery = z.strictObject({
  /** anywhere in name or e-mail address; ignores case */
  text: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
});

/** The members of the workspace, and who is invited. */
export const membersRoute = {
  method: 'GET',
  path: '/api/admin/people',
  operation: 'members',
  summary: 'The members of the workspace by name, and the open invitations, newest first.',
  tag: 'people',
  access: 'people:read',
  query: membersQuery,
  answer: z.object({
    people: z.array(memberAnswer),
    /** members that match, of which `people` holds the first */
    total: z.number(),
    invitations: z.array(invitationAnswer),
  }),
} as const satisfies Route;

/** Changes a member; what is not given stays. */
export const changeMemberRoute = {
  method: 'PUT',
  path: '/api/admin/people/:id',
  operation: 'changeMember',
  summary: 'Changes the role, groups, attributes or limits of a member; what is not given stays.',
  tag: 'people',
  access: 'people:manage',
  params: id,
  body: z.strictObject({
    role: roleId.optional(),
    groups: groupIds.optional(),
    attributes: attributesSchema.optional(),
    limits: datasetRulesSchema.optional(),
  }),
  answer: z.object({ person: memberAnswer }),
} as const satisfies Route;

/** Takes a member out of the workspace; the account stays. */
export const removeMemberRoute = {
  method: 'DELETE',
  path: '/api/admin/people/:id',
  operation: 'removeMember',
  summary: 'Takes a member out of the workspace, at once.',
  tag: 'people',
  access: 'people:manage',
  params: id,
} as const satisfies Route;

/** Lets a member sign in again who was locked out. */
export const unlockPersonRoute = {
  method: 'POST',
  path: '/api/admin/people/:id/unlock',
  operation: 'unlockPerson',
  summary: 'Lets somebody sign in again who was locked out by wrong passwords.',
  tag: 'people',
  access: 'people:manage',
  params: id,
} as const satisfies Route;

/** Sends a member a link for a new password. Only for who may do as much as they in all their workspaces. */
export const resetLinkRoute = {
  method: 'POST',
  path: '/api/admin/people/:id/reset-link',
  operation: 'resetLink',
  summary: 'Sends a link for a new password by mail; without a mail server it is in the answer.',
  tag: 'people',
  access: 'people:manage',
  params: id,
  answer: z.object({ sent: z.boolean(), link: z.string().nullable() }),
} as const satisfies Route;

/** Deletes an account, in all workspaces, and makes what the audit log knows of the person unreadable. */
export const erasePersonRoute = {
  method: 'POST',
  path: '/api/admin/people/:id/erase',
  operation: 'erasePerson',
  summary: 'Deletes an account everywhere, with the key to its personal data in the audit log.',
  tag: 'people',
  access: 'operator',
  limit: 'expensive',
  params: id,
} as const satisfies Route;

/** Makes somebody one of those who run the installation, or takes that back; at least one stays. */
export const changeOperatorRoute = {
  method: 'PUT',
  path: '/api/admin/people/:id/operator',
  operation: 'changeOperator',
  summary: 'Says whether a person runs the installation; at least one does.',
  tag: 'people',
  access: 'operator',
  params: id,
  body: z.strictObject({ isOperator: z.boolean() }),
} as const satisfies Route;

/** Invites somebody. The limits of whoever invites become those of the new member. */
export const createInvitationRoute = {
  method: 'POST',
  path: '/api/admin/invitations',
  operation: 'createInvitation',
  summary: 'Invites somebody into the workspace, by mail where one is set up, else by a link to hand over.',
  tag: 'people',
  access: 'people:manage',
  body: z.strictObject({
    /** null: whoever has the link may accept, once */
    email: z.email().max(254).nullable(),
    role: roleId.default('viewer'),
    groups: groupIds.default([]),
    attributes: attributesSchema.default({}),
    expiresInDays: z.number().int().min(1).max(90).default(7),
  }),
  answer: z.object({
    invitation: invitationAnswer,
    /** `/invitation#token=...`, shown this once; null where it was sent */
    link: z.string().nullable(),
    sent: z.boolean(),
  }),
} as const satisfies Route;

/** Withdraws an invitation. */
export const deleteInvitationRoute = {
  method: 'DELETE',
  path: '/api/admin/invitations/:id',
  operation: 'deleteInvitation',
  summary: 'Withdraws an invitation; its link stops working.',
  tag: 'people',
  access: 'people:manage',
  params: id,
} as const satisfies Route;

const invitationToken = z.string().min(1).max(200);

/** What an invitation says; the token travels in the body, so that no log of addresses holds it. */
export const lookAtInvitationRoute = {
  method: 'POST',
  path: '/api/invitation/look',
  operation: 'lookAtInvitation',
  summary: 'What an invitation is for. NOT_FOUND when it was used, withdrawn, or has expired.',
  tag: 'people',
  access: 'public',
  limit: 'sign-in',
  body: z.strictObject({ token: invitationToken }),
  answer: z.object({
    workspaceName: z.string(),
    /** the only address that may accept; null: any */
    email: z.string().nullable(),
    roleName: z.string(),
    /** whether `email` has an account: then sign in first, else choose a name and a password */
    hasAccount: z.boolean(),
    expiresAt: z.string(),
  }),
} as const satisfies Route;

/** Accepts an invitation: joins the workspace when signed in, else makes the account and signs in. */
export const acceptInvitationRoute = {
  method: 'POST',
  path: '/api/invitation/accept',
  operation: 'acceptInvitation',
  summary: 'Accepts an invitation with the account that is signed in, or with a new one; the answer then carries the session cookie.',
  tag: 'people',
  access: 'public',
  limit: 'sign-in',
  body: z.strictObject({
    token: invitationToken,
    /** of a new account */
    name: z.string().trim().min(1).max(100).optional(),
    /** of a new account, where the invitation names no address */
    email: z.email().max(254).optional(),
    password: newPassword.optional(),
  }),
  /** `workspaceId` of the session is the one that was joined */
  answer: sessionAnswer,
} as const satisfies Route;
