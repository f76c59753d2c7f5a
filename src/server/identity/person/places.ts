/** A signed-in person: their places in workspaces, and the principal that they are in one of them. */
import { workspaceHeader } from '../../../shared/contract/identity.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { accessOf } from '../members/access.ts';
import { isOperator, readMembers, type Member } from '../members/grants.ts';
import type { Principal } from '../principal.ts';

/** A place in a workspace, with what it amounts to. */
export interface Place {
  member: Member;
  principal: Principal;
}

/** The places of a person, oldest workspace first; none for somebody who is a member of nothing. */
export async function readPlaces(db: CatalogDatabase, personId: string): Promise<Place[]> {
  const members = await readMembers(db, { personId });
  const runsInstallation = members.length > 0 && (await isOperator(db, personId));
  return members.map((member) => {
    const { permissions, policy } = accessOf(member);
    const { workspaceId } = member;
    return {
      member,
      principal: { kind: 'person', workspaceId, id: personId, personId, permissions, isOperator: runsInstallation, policy },
    };
  });
}

/** The place that a call is about: the workspace of its header, else the oldest. @throws FORBIDDEN */
export function pickPlace(places: readonly Place[], headers: Headers): Place {
  const wanted = headers.get(workspaceHeader);
  const found = wanted === null ? places[0] : places.find(({ member }) => member.workspaceId === wanted);
  if (found === undefined) throw new Problem('FORBIDDEN', `You are not a member of the workspace "${wanted}".`);
  return found;
}
