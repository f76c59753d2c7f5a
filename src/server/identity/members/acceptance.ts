/** Accepts invitations: with the account that one has, or with a new one; on the word of somebody who may still give it. */
import { Problem } from '../../../shared/model/errors.ts';
import { permissions as allPermissions } from '../../../shared/model/permission.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { isUniqueViolation } from '../../catalog/violations.ts';
import { insertAccount, type NewPerson } from '../people.ts';
import { digest } from '../random-text.ts';
import { accessOf } from './access.ts';
import { changeMembers, type Authority, type Change, type ChangeParts } from './change.ts';
import { isOperator, type Member } from './grants.ts';
import { maybeFindRole } from './role-store.ts';

/** What an invitation says to whoever holds it. */
export interface InvitationText {
  workspaceName: string;
  email: string | null;
  roleName: string;
  hasAccount: boolean;
  expiresMs: number;
}

/** Invitations as those see them who are invited. */
export interface Acceptance {
  /** @throws NOT_FOUND when it was used, withdrawn, or has expired */
  look(token: string): Promise<InvitationText>;
  /** The workspace that the account joined. @throws NOT_FOUND, FORBIDDEN for another address, CONFLICT for a member */
  join(token: string, person: { id: string; email: string }): Promise<string>;
  /** The workspace that the new account joined. @throws NOT_FOUND, FORBIDDEN for another address, CONFLICT for an address with an account */
  signUp(token: string, person: NewPerson): Promise<string>;
  /** Accepts all that were sent to `email`, which somebody trustworthy says is that person's; how many. */
  joinAll(person: { id: string; email: string }): Promise<number>;
  /** Whether anybody has invited that address. */
  isInvited(email: string): Promise<boolean>;
}

interface OpenInvitation {
  id: string;
  workspaceId: string;
  email: string | null;
  role: string;
  groups: string[];
  attributes: string;
  limits: string;
  inviterKind: string;
  inviterId: string;
  expiresMs: number;
}

/** Acceptance on the catalog. */
export function createAcceptance(parts: ChangeParts): Acceptance {
  const { db, clock } = parts;
  const find = async (token: string): Promise<OpenInvitation> => {
    const [invitation] = await listOpen(db, 'hash', digest(token), clock.now());
    if (invitation === undefined) throw notOpen();
    return invitation;
  };
  const join = (invitation: OpenInvitation, person: { id: string; email: string }): Promise<string> => {
    assertAddress(invitation, person.email);
    return accept(parts, invitation, person.id, async () => undefined);
  };
  return {
    look: async (token) => describeInvitation(db, await find(token)),
    join: async (token, person) => join(await find(token), person),
    signUp: async (token, person) => {
      const invitation = await find(token);
      assertAddress(invitation, person.email);
      return accept(parts, invitation, person.id, ({ db: open }) => insertAccount(open, person)).catch((error: unknown) => {
        if (isUniqueViolation(error))
          throw new Problem('CONFLICT', `There is an account of ${person.email} already. Sign in with it, and accept then.`);
        throw error;
      });
    },
    joinAll: async (person) => {
      let joined = 0;
      for (const invitation of await listOpen(db, 'email', person.email.toLowerCase(), clock.now()))
        await join(invitation, person).then(
          () => joined++,
          (error: unknown) => {
            if (!(error instanceof Problem)) throw error;
          },
        );
      return joined;
    },
    isInvited: async (email) => (await listOpen(db, 'email', email.toLowerCase(), clock.now())).length > 0,
  };
}

/** The same for unknown, used, withdrawn and expired. */
function notOpen(): Problem {
  return new Problem('NOT_FOUND', 'The invitation was used or withdrawn, or has expired. Ask for a new one.');
}

function assertAddress({ email }: OpenInvitation, own: string): void {
  if (email !== null && email !== own.toLowerCase())
    throw new Problem('FORBIDDEN', `The invitation is for ${email}. Sign in with that address.`);
}

async function listOpen(db: CatalogDatabase, by: 'hash' | 'email', value: string, nowMs: number): Promise<OpenInvitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .selectAll()
    .where(by, '=', value)
    .where('expires_at', '>', nowMs)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    email: row.email,
    role: row.role,
    groups: JSON.parse(row.groups) as string[],
    attributes: row.attributes,
    limits: row.limits,
    inviterKind: row.inviter_kind,
    inviterId: row.inviter_id,
    expiresMs: row.expires_at,
  }));
}

async function describeInvitation(db: CatalogDatabase, invitation: OpenInvitation): Promise<InvitationText> {
  const { workspaceId, email, role, expiresMs } = invitation;
  const { name } = await db.selectFrom('workspaces').select('name').where('id', '=', workspaceId).executeTakeFirstOrThrow();
  const account = email === null ? undefined : await db.selectFrom('auth_users').select('id').where('email', '=', email).executeTakeFirst();
  const roleName = (await maybeFindRole(db, workspaceId, role))?.name ?? role;
  return { workspaceName: name, email, roleName, hasAccount: account !== undefined, expiresMs };
}

/** Uses the invitation up and makes the member: both or neither. `prepare` makes the account where there is none. */
async function accept(
  parts: ChangeParts,
  invitation: OpenInvitation,
  personId: string,
  prepare: (change: Change) => Promise<void>,
): Promise<string> {
  const { workspaceId } = invitation;
  const inviterIsOperator = invitation.inviterKind === 'person' && (await isOperator(parts.db, invitation.inviterId));
  await changeMembers(
    parts,
    {
      workspaceId,
      about: [personId],
      by: invitation.inviterKind === 'person' ? invitation.inviterId : undefined,
      judge: (inviter) => authorityOfInviter(invitation, inviter, inviterIsOperator),
    },
    async (change) => {
      const { db, before, nowMs } = change;
      const used = await db.deleteFrom('invitations').where('id', '=', invitation.id).returning('id').execute();
      if (used.length === 0) throw notOpen();
      if (before.has(personId)) throw new Problem('CONFLICT', 'You are a member of this workspace already.');
      await prepare(change);
      const { role, attributes, limits } = invitation;
      await db
        .insertInto('memberships')
        .values({ workspace_id: workspaceId, person_id: personId, role, attributes, limits, created_at: nowMs, last_seen_at: null })
        .execute();
      await joinGroups(change, invitation.groups, personId);
    },
  );
  return workspaceId;
}

/** Groups that were deleted meanwhile are left out. */
async function joinGroups({ db, workspaceId }: Change, groupIds: readonly string[], personId: string): Promise<void> {
  if (groupIds.length === 0) return;
  const groups = await db.selectFrom('groups').select('id').where('workspace_id', '=', workspaceId).where('id', 'in', groupIds).execute();
  const rows = groups.map(({ id }) => ({ group_id: id, workspace_id: workspaceId, person_id: personId }));
  if (rows.length > 0) await db.insertInto('group_members').values(rows).execute();
}

/** What whoever invited may give away today; of a key, which may be gone, what it might when it invited. @throws NOT_FOUND */
function authorityOfInviter(invitation: OpenInvitation, inviter: Member | null, inviterIsOperator: boolean): Authority {
  if (invitation.inviterKind !== 'person') return { permissions: new Set(allPermissions), rules: {}, isOwner: true, personId: null };
  if (inviter === null) throw notOpen();
  const { permissions, policy } = accessOf(inviter);
  return { permissions, rules: policy.rules, isOwner: inviterIsOperator || inviter.role.id === 'owner', personId: invitation.inviterId };
}
