/** The members of a workspace: listed, changed, taken out, let in again; and accounts, erased. */
import type { Attributes } from '../../../shared/contract/members.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Principal } from '../principal.ts';
import { raiseIdentityVersion } from '../version.ts';
import { assertMayLetIn } from './authority.ts';
import { changeWorkspace, type Change } from './change.ts';
import { byName, isOperator, readMembers, type Member } from './grants.ts';
import { setGroupsOf } from './groups.ts';
import { assertKeepable, findRole, type RoleParts } from './roles.ts';
import { joinRules } from './rules.ts';

const mostAttributeBytes = 64 * 1024;

/** What sign-in knows and does about somebody's way in. */
export interface WayIn {
  /** of those people; who is missing has no second factor and is not locked */
  statesOf(people: readonly { id: string; email: string }[]): Promise<ReadonlyMap<string, { twoFactor: boolean; isLocked: boolean }>>;
  unlock(person: { id: string; email: string }): Promise<void>;
  /** Makes a link for a new password. `link` is null when it was sent by mail. */
  offerReset(person: { id: string; name: string; email: string }): Promise<{ sent: boolean; link: string | null }>;
}

/** What members are kept with. */
export interface MemberParts extends RoleParts {
  wayIn: WayIn;
  /** Makes what else is kept of a person unreadable, such as their part of the audit log; true when there was something. */
  forgetPerson: (person: { id: string; email: string | null }) => Promise<boolean>;
}

/** A member as they are listed. */
export interface ListedMember extends Member {
  twoFactor: boolean;
  isLocked: boolean;
  isOperator: boolean;
}

/** What of a member is to change. */
export interface MemberChanges {
  role?: string | undefined;
  groups?: readonly string[] | undefined;
  attributes?: Attributes | undefined;
  limits?: DatasetRules | undefined;
}

/** Members by what can be done with them. */
export interface Members {
  list(workspaceId: string, filter: { text?: string | undefined; limit: number }): Promise<{ people: ListedMember[]; total: number }>;
  /** @throws NOT_FOUND, FORBIDDEN, CONFLICT */
  change(principal: Principal, personId: string, changes: MemberChanges): Promise<ListedMember>;
  /** @throws NOT_FOUND, FORBIDDEN, CONFLICT */
  remove(principal: Principal, personId: string): Promise<void>;
  /** The person of the principal leaves. @throws CONFLICT for the last owner */
  leave(principal: Principal): Promise<void>;
  /** @throws NOT_FOUND, FORBIDDEN */
  unlock(principal: Principal, personId: string): Promise<void>;
  /** @throws NOT_FOUND, FORBIDDEN, MAIL_FAILED */
  offerReset(principal: Principal, personId: string): Promise<{ sent: boolean; link: string | null }>;
  /** Deletes an account everywhere. Can be repeated when forgetting failed. @throws NOT_FOUND, CONFLICT */
  erase(personId: string): Promise<void>;
}

/** Members in the catalog. */
export function createMembers(parts: MemberParts): Members {
  const { db, wayIn } = parts;
  return {
    list: async (workspaceId, { text = '', limit }) => {
      const wanted = text.toLowerCase();
      const members = (await readMembers(db, { workspaceId }))
        .filter((member) => `${member.name}\n${member.person.email}`.toLowerCase().includes(wanted))
        .toSorted((a, b) => byName({ name: a.name, id: a.person.id }, { name: b.name, id: b.person.id }));
      return { people: await listed(parts, members.slice(0, limit)), total: members.length };
    },
    change: async (principal, personId, changes) => {
      await changeWorkspace(parts, principal, { needs: 'people:manage', about: [personId] }, async (change) => {
        assertMember(change, personId);
        await applyChanges(parts, change, personId, changes);
      });
      const members = await readMembers(db, { workspaceId: principal.workspaceId, personId });
      return (await listed(parts, members))[0]!;
    },
    remove: (principal, personId) =>
      changeWorkspace(parts, principal, { needs: 'people:manage', about: [personId] }, async (change) => {
        assertMember(change, personId);
        await deleteMember(change, personId);
      }),
    leave: (principal) =>
      changeWorkspace(parts, principal, { needs: null, about: [principal.id] }, (change) => deleteMember(change, principal.id)),
    unlock: async (principal, personId) => wayIn.unlock(await assertMayLetIn(db, principal, personId)),
    offerReset: async (principal, personId) => wayIn.offerReset(await assertMayLetIn(db, principal, personId)),
    erase: (personId) => erase(parts, personId),
  };
}

async function listed({ db, wayIn }: MemberParts, members: readonly Member[]): Promise<ListedMember[]> {
  const states = await wayIn.statesOf(members.map(({ person }) => person));
  const operators = new Set((await db.selectFrom('operators').select('person_id').execute()).map((row) => row.person_id));
  return members.map((member) => ({
    ...member,
    ...(states.get(member.person.id) ?? { twoFactor: false, isLocked: false }),
    isOperator: operators.has(member.person.id),
  }));
}

function assertMember({ before }: Change, personId: string): void {
  if (!before.has(personId)) throw new Problem('NOT_FOUND', `There is no member "${personId}" in this workspace.`);
}

async function applyChanges(
  parts: MemberParts,
  change: Change,
  personId: string,
  { role, groups, attributes, limits }: MemberChanges,
): Promise<void> {
  const { db, workspaceId } = change;
  const fields: { role?: string; attributes?: string; limits?: string } = {};
  if (role !== undefined) fields.role = (await findRole(db, workspaceId, role)).id;
  if (attributes !== undefined) fields.attributes = assertSmall('attributes', attributes);
  if (limits !== undefined) {
    assertKeepable(parts, limits);
    fields.limits = assertSmall('limits', joinRules(limits));
  }
  if (Object.keys(fields).length > 0)
    await db.updateTable('memberships').set(fields).where('workspace_id', '=', workspaceId).where('person_id', '=', personId).execute();
  if (groups !== undefined) await setGroupsOf(change, personId, groups);
}

/** `value` as it is kept. @throws REQUEST_INVALID */
export function assertSmall(what: string, value: Attributes | DatasetRules): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > mostAttributeBytes)
    throw new Problem('REQUEST_INVALID', `The ${what} of a member can have ${mostAttributeBytes / 1024} kB at most.`);
  return text;
}

/** Whoever leaves takes their open invitations along: nobody comes in on the word of somebody who is gone. */
async function deleteMember({ db, workspaceId }: Change, personId: string): Promise<void> {
  await db.deleteFrom('memberships').where('workspace_id', '=', workspaceId).where('person_id', '=', personId).execute();
  await db
    .deleteFrom('invitations')
    .where('workspace_id', '=', workspaceId)
    .where('inviter_kind', '=', 'person')
    .where('inviter_id', '=', personId)
    .execute();
}

async function erase({ db, version, announce, forgetPerson }: MemberParts, personId: string): Promise<void> {
  const email = await db.transaction().execute(async (transaction) => {
    await raiseIdentityVersion(transaction);
    const person = await transaction.selectFrom('auth_users').select('email').where('id', '=', personId).executeTakeFirst();
    if (person === undefined) return null;
    await assertNoLastOwner(transaction, personId);
    await transaction
      .deleteFrom('invitations')
      .where((where) => where.or([where('email', '=', person.email), where('inviter_id', '=', personId)]))
      .execute();
    await transaction.deleteFrom('auth_users').where('id', '=', personId).execute();
    return person.email;
  });
  version.forget();
  if (email !== null) announce([personId]);
  const wasKnown = await forgetPerson({ id: personId, email });
  if (email === null && !wasKnown) throw new Problem('NOT_FOUND', `There is no person "${personId}".`);
}

async function assertNoLastOwner(db: CatalogDatabase, personId: string): Promise<void> {
  for (const { workspaceId, workspaceName, role } of await readMembers(db, { personId })) {
    if (role.id !== 'owner') continue;
    const others = await db
      .selectFrom('memberships')
      .select('person_id')
      .where('workspace_id', '=', workspaceId)
      .where('role', '=', 'owner')
      .where('person_id', '<>', personId)
      .limit(1)
      .execute();
    if (others.length === 0)
      throw new Problem('CONFLICT', `This is the last owner of the workspace "${workspaceName}". Make somebody else an owner first.`);
  }
  if (!(await isOperator(db, personId))) return;
  const others = await db.selectFrom('operators').select('person_id').where('person_id', '<>', personId).limit(1).execute();
  if (others.length === 0) throw new Problem('CONFLICT', 'Nobody else runs the installation. Make somebody else an operator first.');
}
