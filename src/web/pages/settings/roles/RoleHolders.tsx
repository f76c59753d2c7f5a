/** Who has a role: people by themselves, groups, and invitations into it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { groupsQuery } from '../../../data/admin/groups.ts';
import { membersQuery } from '../../../data/admin/members.ts';
import type { Role } from '../../../data/admin/roles.ts';
import { holdersWords } from './holders-words.ts';
import classes from './Roles.module.css';

const namesShown = 30;

/** The list; whoever may not read people finds figures alone. */
export function RoleHolders({ role, session }: { role: Role; session: Session }): ReactNode {
  const mayRead = session.permissions.includes('people:read');
  const members = useQuery({ ...membersQuery(), enabled: mayRead });
  const groups = useQuery({ ...groupsQuery, enabled: mayRead });
  const words = holdersWords(role);
  if (words === '') return <p className="bw-quiet">Nobody has it yet.</p>;
  if (!mayRead || members.data === undefined || groups.data === undefined) return <p>{words}.</p>;
  const people = members.data.people.filter((member) => member.role.id === role.id);
  const held = groups.data.filter((group) => group.roles.some((one) => one.id === role.id));
  const invited = members.data.invitations.filter((invitation) => invitation.role.id === role.id);
  return (
    <ul className={classes.holders}>
      {people.slice(0, namesShown).map((member) => (
        <li key={member.id}>
          <Link to="/settings/people" search={{ open: member.id }}>
            {member.name || member.email}
          </Link>
        </li>
      ))}
      {people.length > namesShown && <li className="bw-quiet">and {people.length - namesShown} more people</li>}
      {held.map((group) => (
        <li key={group.id}>
          <Link to="/settings/groups">{group.name}</Link> <span className="bw-quiet">group of {group.members.length}</span>
        </li>
      ))}
      {invited.map((invitation) => (
        <li key={invitation.id}>
          {invitation.email ?? 'whoever has the link'} <span className="bw-quiet">invited</span>
        </li>
      ))}
    </ul>
  );
}
