/** Deletes a role that nobody has; else says who has it, and what to do first. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { deleteRole, rolesQuery } from '../../../data/admin/roles.ts';
import type { Role } from '../../../data/admin/roles.ts';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { RoleHolders } from './RoleHolders.tsx';

/** What the dialog takes. */
export interface DeleteRoleProps {
  role: Role;
  session: Session;
  onClose: () => void;
  /** the role is gone */
  onDeleted?: () => void;
}

/** The dialog. */
export function DeleteRole({ role, session, onClose, onDeleted }: DeleteRoleProps): ReactNode {
  const client = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteRole(role.id);
    onDeleted?.();
    await client.invalidateQueries({ queryKey: rolesQuery.queryKey });
  };
  if (role.memberCount + role.groupCount + role.invitationCount > 0)
    return (
      <Dialog title={`${role.name} is in use`} onClose={onClose}>
        <p>Give these another role first; a role that somebody has cannot be deleted.</p>
        <RoleHolders role={role} session={session} />
        <DialogButtons>
          <Button onClick={onClose}>All right</Button>
        </DialogButtons>
      </Dialog>
    );
  return (
    <ConfirmDialog title={`Delete ${role.name}?`} confirm="Delete the role" onConfirm={remove} onClose={onClose}>
      Nobody has it. Keys that are bound to it are refused from then on. It cannot be brought back.
    </ConfirmDialog>
  );
}
