/** The roles of the workspace: what each may do and see, and who has it. */
import { Button } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { permissions as allPermissions } from '../../../../shared/model/permission.ts';
import { roleName, rolesQuery } from '../../../data/admin/roles.ts';
import type { Role } from '../../../data/admin/roles.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { Badge } from '../../../ui/page/Badge.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { useLook } from '../../shell/looking/use-look.ts';
import { DeleteRole } from './DeleteRole.tsx';
import { holdersWords } from './holders-words.ts';
import classes from './Roles.module.css';
import { rulesWords } from './rules/rule-words.ts';

function mayWords({ permissions }: Role): string {
  return permissions.length === allPermissions.length ? 'everything' : `${permissions.length} of ${allPermissions.length} permissions`;
}

const columns: RowColumn<Role>[] = [
  {
    label: 'Role',
    cell: (role) => (
      <>
        <span className={classes.name}>
          {roleName(role)} {role.isBuiltIn && <Badge>built in</Badge>}
        </span>
        {role.description !== '' && <span className={classes.about}>{role.description}</span>}
      </>
    ),
  },
  { label: 'May do', isShort: true, cell: mayWords },
  {
    label: 'Sees',
    isSecondary: true,
    cell: ({ permissions, rules }) => {
      const words = rulesWords(rules);
      if (words.length > 0) return words.join('. ');
      return <span className="bw-quiet">{permissions.includes('events:read') ? 'all rows and columns' : 'no events'}</span>;
    },
  },
  { label: 'Who has it', cell: (role) => holdersWords(role) || <span className="bw-quiet">nobody</span> },
];

/** The page. */
export function RolesPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const roles = useQuery(rolesQuery);
  const navigate = useNavigate();
  const look = useLook();
  const [deleting, setDeleting] = useState<Role | null>(null);
  if (session === null) return null;
  const canManage = may(session, 'roles:manage');
  const table = {
    caption: 'Roles',
    columns,
    keyOf: ({ id }: Role) => id,
    nameOf: roleName,
    onOpen: ({ id }: Role) => void navigate({ to: '/settings/roles/$role', params: { role: id } }),
  };
  return (
    <>
      <PageHead
        title="Roles"
        about="A role says what somebody may do, which rows they see, and which columns only behind a mask. Built-in roles are the same everywhere."
        actions={canManage && <Button renderRoot={(props) => <Link to="/settings/roles/new" {...props} />}>New role</Button>}
      />
      <Section isFlush>
        <Asked query={roles} skeleton={<RowTable {...table} rows={[]} skeletonRows={7} />}>
          {(rows) => (
            <RowTable
              {...table}
              rows={rows}
              {...(canManage
                ? {
                    actionsOf: (role: Role) => [
                      { label: 'See as this role', onPick: () => look.as(role.id) },
                      { label: 'Duplicate', onPick: () => void navigate({ to: '/settings/roles/new', search: { from: role.id } }) },
                      ...(role.isBuiltIn ? [] : [{ label: 'Delete…', isDanger: true, onPick: () => setDeleting(role) }]),
                    ],
                  }
                : {})}
            />
          )}
        </Asked>
      </Section>
      {deleting !== null && <DeleteRole role={deleting} session={session} onClose={() => setDeleting(null)} />}
    </>
  );
}
