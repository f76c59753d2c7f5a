/** Changes who may do what in a workspace: one change at a time, judged by its outcome, and taken back if it gives too much away. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Permission } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../ports/clock.ts';
import type { Principal } from '../principal.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { WatchedVersion } from '../versioned-cache.ts';
import { accessOf } from './access.ts';
import { maybeReadMember, readMembers, type Member } from './grants.ts';
import { joinRules, seesNoMoreThanEither } from './rules.ts';

/** What changes of memberships work with. */
export interface ChangeParts {
  db: CatalogDatabase;
  clock: Clock;
  randomBytes: RandomBytes;
  version: WatchedVersion;
  /** hears whose access has changed, once that is durable */
  announce: (personIds: readonly string[]) => void;
}

/** What whoever changes something may do and see themselves, read in the transaction of the change. */
export interface Authority {
  permissions: ReadonlySet<Permission>;
  rules: DatasetRules;
  /** owns the workspace, or runs the installation */
  isOwner: boolean;
  /** null: no person */
  personId: string | null;
}

/** Whose access a change can touch: only they are read and judged. */
export type About = 'everybody' | readonly string[];

/** A change under way. */
export interface Change {
  /** the open transaction */
  db: CatalogDatabase;
  workspaceId: string;
  authority: Authority;
  /** whom it is about, as they were before, by person id */
  before: ReadonlyMap<string, Member>;
  nowMs: number;
}

/**
 * What `work` returns, after its changes to the workspace of `principal` are durable and this node has forgotten what it knew.
 *
 * @throws FORBIDDEN when they would give somebody more than the principal has, or touch somebody who may do more than they;
 * CONFLICT when the workspace would be left without an owner
 */
export async function changeWorkspace<T>(
  parts: ChangeParts,
  principal: Principal,
  { needs, about }: { needs: Permission | null; about: About },
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { workspaceId, personId } = principal;
  return changeMembers(parts, { workspaceId, about, by: personId, judge: (member) => authorityOf(principal, needs, member) }, work);
}

/** In which workspace something changes, about whom, by whom, and what they may. */
export interface ChangeOrder {
  workspaceId: string;
  about: About;
  /** person id; undefined: by no person */
  by: string | undefined;
  /** the authority of the member `by` at the moment; null: they are none. @throws FORBIDDEN, NOT_FOUND */
  judge: (member: Member | null) => Authority;
}

/** As {@link changeWorkspace}, by an authority that is found in the transaction. */
export async function changeMembers<T>(
  { db, clock, version, announce }: ChangeParts,
  { workspaceId, about, by, judge }: ChangeOrder,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { result, changed } = await db.transaction().execute(async (transaction) => {
    // TRICKY: first of all, for it locks: on PostgreSQL too, changes then wait for each other, and read what the one before left.
    await raiseIdentityVersion(transaction);
    const before = await readState(transaction, workspaceId, about);
    const authority = judge(by === undefined ? null : await maybeReadMember(transaction, workspaceId, by));
    const outcome = await work({ db: transaction, workspaceId, authority, before: before.members, nowMs: clock.now() });
    return { result: outcome, changed: assertOutcome(before, await readState(transaction, workspaceId, about), authority) };
  });
  version.forget();
  if (changed.length > 0) announce(changed);
  return result;
}

/** What `principal` may give away: what it was let in with, as far as its person still has it. @throws FORBIDDEN without `needs` */
export function authorityOf(principal: Principal, needs: Permission | null, member: Member | null): Authority {
  const { personId = null } = principal;
  if (personId !== null && member === null) throw new Problem('FORBIDDEN', 'You are no longer a member of this workspace.');
  const own = { permissions: principal.permissions, rules: principal.policy.rules };
  const access = member === null ? null : accessOf(member);
  const permissions =
    access === null ? own.permissions : new Set([...own.permissions].filter((permission) => access.permissions.has(permission)));
  if (needs !== null && !permissions.has(needs))
    throw new Problem('FORBIDDEN', `This needs the permission "${needs}", which you no longer have.`);
  return {
    permissions,
    rules: access === null ? own.rules : joinRules(own.rules, access.policy.rules),
    isOwner: principal.isOperator || (principal.kind === 'person' && member?.role.id === 'owner'),
    personId,
  };
}

/** @throws FORBIDDEN when `wanted` has what neither `authority` nor `had` has */
export function assertGrantable(wanted: Iterable<Permission>, authority: Authority, had: Iterable<Permission> = []): void {
  const allowed = new Set([...authority.permissions, ...had]);
  const beyond = [...wanted].filter((permission) => !allowed.has(permission));
  if (beyond.length > 0)
    throw new Problem(
      'FORBIDDEN',
      `You cannot give away what you do not have: ${beyond.slice(0, 5).join(', ')}${beyond.length > 5 ? ', ...' : ''}.`,
    );
}

/** What a change can touch. */
interface State {
  members: ReadonlyMap<string, Member>;
  owners: ReadonlySet<string>;
}

async function readState(db: CatalogDatabase, workspaceId: string, about: About): Promise<State> {
  const members = await readMembers(db, about === 'everybody' ? { workspaceId } : { workspaceId, personIds: about });
  const owners = await db
    .selectFrom('memberships')
    .select('person_id')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', 'owner')
    .execute();
  return { members: new Map(members.map((member) => [member.person.id, member])), owners: new Set(owners.map((row) => row.person_id)) };
}

/** The ids of those whose access changed, if nobody got what they must not. */
function assertOutcome({ members: before, owners }: State, { members: after, ...later }: State, authority: Authority): string[] {
  assertOwners(owners, later.owners, authority);
  const changed = [...before.keys(), ...[...after.keys()].filter((id) => !before.has(id))].filter(
    (id) => grantsText(before.get(id)) !== grantsText(after.get(id)),
  );
  for (const id of changed) assertWithin(before.get(id) ?? null, after.get(id) ?? null, authority);
  return changed;
}

function assertOwners(before: ReadonlySet<string>, after: ReadonlySet<string>, authority: Authority): void {
  if (before.size === after.size && [...before].every((id) => after.has(id))) return;
  if (!authority.isOwner) throw new Problem('FORBIDDEN', 'Only owners make and unmake owners.');
  if (after.size === 0)
    throw new Problem('CONFLICT', 'A workspace needs an owner, and this is the last one. Make somebody else an owner first.');
}

function assertWithin(before: Member | null, after: Member | null, authority: Authority): void {
  const had = before === null ? null : accessOf(before);
  const name = (after ?? before)!.name;
  if (
    had !== null &&
    before!.person.id !== authority.personId &&
    ![...had.permissions].every((permission) => authority.permissions.has(permission))
  )
    throw new Problem('FORBIDDEN', `${name} may do more than you: somebody who may do as much has to change this.`);
  if (after === null) return;
  const gets = accessOf(after);
  assertGrantable(gets.permissions, authority, had?.permissions);
  const limits = had === null ? [authority.rules] : [authority.rules, had.policy.rules];
  if (!seesNoMoreThanEither(gets.policy.rules, ...limits))
    throw new Problem('FORBIDDEN', `${name} would see more than you may see yourself.`);
}

function grantsText(member: Member | undefined): string {
  if (member === undefined) return '';
  const { role, further, attributes, limits } = member;
  return JSON.stringify([role, further, attributes, limits]);
}
