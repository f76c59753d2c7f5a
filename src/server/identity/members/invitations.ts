/** Invitations into a workspace: made, listed, withdrawn. Each carries the limits of whoever made it, and works once. */
import type { Attributes } from '../../../shared/contract/members.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Log } from '../../ports/log.ts';
import type { Letter } from '../../ports/mailer.ts';
import type { Principal } from '../principal.ts';
import { digest, makeId, makeToken } from '../random-text.ts';
import { assertGrantable, changeWorkspace, type Change, type ChangeParts } from './change.ts';
import { assertGroups } from './groups.ts';
import { assertSmall } from './members.ts';
import { loadRoles } from './role-store.ts';
import { findRole } from './roles.ts';

const dayMs = 86_400_000;
const mostOpen = 2_000;

/** What invitations are made with. */
export interface InvitationParts extends ChangeParts {
  log: Log;
  /** where browsers find the app */
  appUrl: () => string;
  /** null: no mail is set up, and links are handed over by whoever invites */
  sendMail: ((letter: Letter) => Promise<unknown>) | null;
}

/** Whom to invite, and as what. */
export interface NewInvitation {
  /** null: whoever has the link */
  email: string | null;
  role: string;
  groups: readonly string[];
  attributes: Attributes;
  expiresInDays: number;
}

/** An open invitation. Instants in epoch ms. */
export interface Invitation {
  id: string;
  email: string | null;
  role: { id: string; name: string };
  groups: { id: string; name: string }[];
  attributes: Attributes;
  limits: DatasetRules;
  invitedBy: string;
  createdMs: number;
  expiresMs: number;
}

/** An invitation that was made; `link` is shown this once, null where it was sent. */
export interface MadeInvitation {
  invitation: Invitation;
  link: string | null;
  sent: boolean;
}

/** Invitations by what can be done with them. */
export interface Invitations {
  list(workspaceId: string): Promise<Invitation[]>;
  /** An invitation of that address before is replaced. @throws NOT_FOUND, FORBIDDEN, CONFLICT for somebody who is a member */
  create(principal: Principal, invitation: NewInvitation): Promise<MadeInvitation>;
  /** @throws NOT_FOUND */
  withdraw(principal: Principal, invitationId: string): Promise<void>;
}

/** Invitations in the catalog. */
export function createInvitations(parts: InvitationParts): Invitations {
  const { db } = parts;
  return {
    list: (workspaceId) => listInvitations(db, workspaceId),
    create: async (principal, wanted) => {
      const { id, token } = await changeWorkspace(parts, principal, { needs: 'people:manage', about: [] }, (change) =>
        insertInvitation(parts, change, principal, wanted),
      );
      const invitation = (await listInvitations(db, principal.workspaceId)).find((each) => each.id === id)!;
      const link = invitationLink(parts.appUrl(), token);
      const sent = wanted.email !== null && (await maybeSend(parts, principal.workspaceId, invitation, link));
      return { invitation, link: sent ? null : link, sent };
    },
    withdraw: (principal, invitationId) =>
      changeWorkspace(parts, principal, { needs: 'people:manage', about: [] }, async ({ db: open, workspaceId }) => {
        const gone = await open
          .deleteFrom('invitations')
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', invitationId)
          .returning('id')
          .execute();
        if (gone.length === 0) throw new Problem('NOT_FOUND', `There is no invitation "${invitationId}" in this workspace.`);
      }),
  };
}

/** Adds an invitation for what `authority` may give away. */
export async function insertInvitation(
  { randomBytes }: Pick<ChangeParts, 'randomBytes'>,
  change: Change,
  inviter: Pick<Principal, 'kind' | 'id' | 'personId'>,
  wanted: NewInvitation,
): Promise<{ id: string; token: string }> {
  const { db, workspaceId, authority, nowMs } = change;
  const role = await findRole(db, workspaceId, wanted.role);
  if (role.id === 'owner' && !authority.isOwner) throw new Problem('FORBIDDEN', 'Only owners make owners.');
  const groups = await assertGroups(db, workspaceId, wanted.groups);
  const roleOf = await loadRoles(
    db,
    groups.flatMap((group) => group.roles),
  );
  const further = groups.flatMap((group) => group.roles).map((id) => roleOf(workspaceId, id));
  assertGrantable(
    [role, ...further].flatMap((given) => given.permissions),
    authority,
  );
  const email = wanted.email?.toLowerCase() ?? null;
  if (email !== null) await replaceInvitation(change, email);
  const open = await db.selectFrom('invitations').select('id').where('workspace_id', '=', workspaceId).execute();
  if (open.length >= mostOpen) throw new Problem('CONFLICT', `A workspace can have ${mostOpen} open invitations. Withdraw some.`);
  if (email !== null && (await isMember(db, workspaceId, email)))
    throw new Problem('CONFLICT', `${email} is a member of this workspace already.`);
  const id = makeId('inv', randomBytes);
  const token = makeToken(randomBytes);
  await db
    .insertInto('invitations')
    .values({
      id,
      workspace_id: workspaceId,
      hash: digest(token),
      email,
      role: role.id,
      groups: JSON.stringify([...new Set(wanted.groups)]),
      attributes: assertSmall('attributes', wanted.attributes),
      limits: assertSmall('limits', authority.rules),
      inviter_kind: inviter.kind,
      inviter_id: inviter.personId ?? inviter.id,
      created_at: nowMs,
      expires_at: nowMs + wanted.expiresInDays * dayMs,
    })
    .execute();
  return { id, token };
}

/** The token stands behind the `#`, which browsers send to nobody. */
export function invitationLink(appUrl: string, token: string): string {
  return `${appUrl.replace(/\/$/, '')}/invitation#token=${token}`;
}

/** Deletes the invitations that nobody can accept any more, some time after; once a day is enough. */
export async function pruneInvitations(db: CatalogDatabase, nowMs: number): Promise<void> {
  await db
    .deleteFrom('invitations')
    .where('expires_at', '<', nowMs - 30 * dayMs)
    .execute();
}

async function replaceInvitation({ db, workspaceId }: Change, email: string): Promise<void> {
  await db.deleteFrom('invitations').where('workspace_id', '=', workspaceId).where('email', '=', email).execute();
}

async function isMember(db: CatalogDatabase, workspaceId: string, email: string): Promise<boolean> {
  const found = await db
    .selectFrom('memberships')
    .innerJoin('auth_users', 'auth_users.id', 'memberships.person_id')
    .select('auth_users.id')
    .where('memberships.workspace_id', '=', workspaceId)
    .where('auth_users.email', '=', email)
    .executeTakeFirst();
  return found !== undefined;
}

async function listInvitations(db: CatalogDatabase, workspaceId: string): Promise<Invitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  const roleOf = await loadRoles(
    db,
    rows.map((row) => row.role),
  );
  const groups = await db.selectFrom('groups').select(['id', 'name']).where('workspace_id', '=', workspaceId).orderBy('name_key').execute();
  const names = await namesOf(db, [...new Set(rows.map((row) => row.inviter_id))]);
  return rows.map((row) => {
    const groupIds = JSON.parse(row.groups) as string[];
    return {
      id: row.id,
      email: row.email,
      role: { id: row.role, name: roleOf(workspaceId, row.role).name },
      groups: groups.filter((group) => groupIds.includes(group.id)),
      attributes: JSON.parse(row.attributes) as Attributes,
      limits: JSON.parse(row.limits) as DatasetRules,
      invitedBy: names.get(row.inviter_id) ?? (row.inviter_kind === 'local-owner' ? 'the command line' : row.inviter_id),
      createdMs: row.created_at,
      expiresMs: row.expires_at,
    };
  });
}

/** Names of people and keys by id. */
async function namesOf(db: CatalogDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const people = await db.selectFrom('auth_users').select(['id', 'name']).where('id', 'in', ids).execute();
  const keys = await db.selectFrom('keys').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map([...keys.map(({ id, name }) => [id, `the key "${name}"`] as const), ...people.map(({ id, name }) => [id, name] as const)]);
}

/** Whether the mail went out; where it did not, whoever invites is given the link instead. */
async function maybeSend(
  { db, sendMail, log }: InvitationParts,
  workspaceId: string,
  invitation: Invitation,
  link: string,
): Promise<boolean> {
  if (sendMail === null || invitation.email === null) return false;
  const { name } = await db.selectFrom('workspaces').select('name').where('id', '=', workspaceId).executeTakeFirstOrThrow();
  try {
    await sendMail(letterOf(invitation, invitation.email, name, link));
    return true;
  } catch (error) {
    log.warn({ err: error, invitation: invitation.id }, 'could not send an invitation; its link was given to whoever invited');
    return false;
  }
}

function letterOf({ id, invitedBy, role, expiresMs }: Invitation, to: string, workspaceName: string, link: string): Letter {
  const lastDay = new Date(expiresMs).toISOString().slice(0, 10);
  return {
    to,
    subject: `${invitedBy} invites you to "${workspaceName}"`,
    paragraphs: [
      `${invitedBy} invites you to the workspace "${workspaceName}" in Bellwether, as ${role.name}.`,
      `The invitation is for this address alone, can be accepted once, and ends on ${lastDay} (UTC).`,
    ],
    action: { label: 'Accept the invitation', url: link },
    footer: 'If you do not know what this is about, ignore this message: nothing happens then.',
    id,
  };
}
