/** Who may act on somebody's account itself, which reaches into every workspace that the person belongs to. */
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Principal } from '../principal.ts';
import { accessOf } from './access.ts';
import { authorityOf, type Authority } from './change.ts';
import { isOperator, readMembers, type Member } from './grants.ts';
import { seesNoMore } from './rules.ts';

/**
 * Resolves with the person when `principal` may let them in anew: whoever runs the installation may, and whoever manages people,
 * and may do and see as much as the person, in all their workspaces. A new password for somebody is a way to become them.
 *
 * @throws NOT_FOUND when the person is not in the workspace of the principal, FORBIDDEN
 */
export async function assertMayLetIn(
  db: CatalogDatabase,
  principal: Principal,
  personId: string,
): Promise<{ id: string; name: string; email: string }> {
  const theirs = await readMembers(db, { personId });
  const here = theirs.find((member) => member.workspaceId === principal.workspaceId);
  if (here === undefined) throw new Problem('NOT_FOUND', `There is no member "${personId}" in this workspace.`);
  const person = { ...here.person, name: here.name };
  if (principal.isOperator) return person;
  if (await isOperator(db, personId))
    throw new Problem('FORBIDDEN', `${here.name} runs the installation: only who does so too may do this.`);
  const mine = principal.personId === undefined ? [] : await readMembers(db, { personId: principal.personId });
  for (const member of theirs) {
    const authority = maybeAuthority(principal, member.workspaceId, mine);
    if (authority === null || !isWithinReach(member, authority))
      throw new Problem(
        'FORBIDDEN',
        `${here.name} may do more than you, here or in another workspace. Ask somebody who manages people there as well, or who runs the installation.`,
      );
  }
  return person;
}

/** What the principal may in a workspace; only a person who is signed in reaches beyond the workspace of the call. */
function maybeAuthority(principal: Principal, workspaceId: string, mine: readonly Member[]): Authority | null {
  const own = mine.find((member) => member.workspaceId === workspaceId);
  if (workspaceId === principal.workspaceId) return authorityOf(principal, null, own ?? null);
  if (own === undefined || principal.kind !== 'person') return null;
  const { permissions, policy } = accessOf(own);
  return { permissions, rules: policy.rules, isOwner: own.role.id === 'owner', personId: own.person.id };
}

function isWithinReach(member: Member, authority: Authority): boolean {
  const { permissions, policy } = accessOf(member);
  return (
    authority.permissions.has('people:manage') &&
    (authority.isOwner || member.role.id !== 'owner') &&
    [...permissions].every((permission) => authority.permissions.has(permission)) &&
    seesNoMore(policy.rules, authority.rules)
  );
}
