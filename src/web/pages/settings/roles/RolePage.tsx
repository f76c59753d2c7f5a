/** One role, or a new one: its name, its permissions, what it sees of the data, and who has it. */
import { Button } from '@mantine/core';
import { IconArrowLeft, IconEye } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { roleName, rolesQuery } from '../../../data/admin/roles.ts';
import type { Role } from '../../../data/admin/roles.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { DangerButton } from '../../../ui/form/DangerButton.tsx';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import { NotPermitted } from '../../NotPermitted.tsx';
import { useLook } from '../../shell/looking/use-look.ts';
import { DeleteRole } from './DeleteRole.tsx';
import { RoleEditor } from './RoleEditor.tsx';
import { RoleHolders } from './RoleHolders.tsx';
import classes from './Roles.module.css';

/** The page of a role that is there. */
export function RolePage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const { role: id } = useParams({ from: '/inside/settings/settings/roles/$role' });
  const roles = useQuery(rolesQuery);
  if (session === null) return null;
  return (
    <>
      <Back />
      <Asked query={roles} skeleton={<LoadingRole />}>
        {(known) => {
          const role = known.find((one) => one.id === id);
          return role === undefined ? (
            <EmptyState title="There is no such role" action={<Link to="/settings/roles">All roles</Link>}>
              It was deleted, or belongs to another workspace.
            </EmptyState>
          ) : (
            <KnownRole key={role.id} role={role} roles={known} session={session} />
          );
        }}
      </Asked>
    </>
  );
}

/** The page of a role that is to be made, maybe from another. */
export function NewRolePage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const { from } = useSearch({ from: '/inside/settings/settings/roles/new' });
  const roles = useQuery(rolesQuery);
  if (session === null) return null;
  if (!may(session, 'roles:manage')) return <NotPermitted />;
  return (
    <>
      <Back />
      <PageHead title="New role" about="It may do and see at most what you may yourself." />
      <Asked query={roles} skeleton={<LoadingRole />}>
        {(known) => {
          const pattern = known.find((role) => role.id === from);
          const start = pattern === undefined ? null : { ...pattern, name: `${roleName(pattern)} copy` };
          return <RoleEditor key={from ?? ''} role={null} start={start} roles={known} session={session} canManage />;
        }}
      </Asked>
    </>
  );
}

function Back(): ReactNode {
  return (
    <Link to="/settings/roles" className={classes.back}>
      <IconArrowLeft size={14} stroke={1.5} aria-hidden="true" />
      Roles
    </Link>
  );
}

function KnownRole({ role, roles, session }: { role: Role; roles: readonly Role[]; session: Session }): ReactNode {
  const look = useLook();
  const navigate = useNavigate();
  const [isDeleting, setIsDeleting] = useState(false);
  const canManage = may(session, 'roles:manage');
  const actions = canManage && (
    <>
      <Button variant="default" leftSection={<IconEye size={16} stroke={1.5} aria-hidden="true" />} onClick={() => look.as(role.id)}>
        See as this role
      </Button>
      <Button variant="default" renderRoot={(props) => <Link to="/settings/roles/new" search={{ from: role.id }} {...props} />}>
        Duplicate
      </Button>
      {!role.isBuiltIn && <DangerButton onClick={() => setIsDeleting(true)}>Delete…</DangerButton>}
    </>
  );
  return (
    <>
      <PageHead
        title={roleName(role)}
        about={
          role.isBuiltIn
            ? `${role.description} Built in: it is the same everywhere and cannot be changed; duplicate it to make your own.`
            : role.description || undefined
        }
        actions={actions}
      />
      <RoleEditor role={role} start={role} roles={roles} session={session} canManage={canManage && !role.isBuiltIn}>
        <Section title="Who has it">
          <RoleHolders role={role} session={session} />
        </Section>
      </RoleEditor>
      {isDeleting && (
        <DeleteRole
          role={role}
          session={session}
          onClose={() => setIsDeleting(false)}
          onDeleted={() => void navigate({ to: '/settings/roles' })}
        />
      )}
    </>
  );
}

function LoadingRole(): ReactNode {
  return (
    <div role="status" aria-label="Loading the role">
      <Section>
        <Skeleton height={56} />
      </Section>
      <Section title="May do">
        <Skeleton height={640} />
      </Section>
    </div>
  );
}
