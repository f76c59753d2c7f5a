/** Invitations that nobody has accepted yet. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatAgo, formatInstant } from '../../../../../shared/format/time.ts';
import { deleteInvitation, membersKey } from '../../../../data/admin/members.ts';
import type { Invitation } from '../../../../data/admin/members.ts';
import { roleName } from '../../../../data/admin/roles.ts';
import { useNow } from '../../../../data/clock.ts';
import { preferredZone } from '../../../../data/period.ts';
import { Badge } from '../../../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../../../ui/page/ConfirmDialog.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../../ui/page/RowTable.tsx';

const guest = ({ email }: Invitation): string => email ?? 'whoever has the link';

function columns(nowMs: number): RowColumn<Invitation>[] {
  const zone = preferredZone();
  return [
    { label: 'For', cell: (invitation) => (invitation.email === null ? <em>{guest(invitation)}</em> : invitation.email) },
    { label: 'Role', cell: ({ role }) => roleName(role) },
    { label: 'Groups', isSecondary: true, cell: ({ groups }) => groups.map((group) => group.name).join(', ') },
    { label: 'Invited by', isSecondary: true, cell: ({ invitedBy }) => invitedBy },
    {
      label: 'Ends',
      isShort: true,
      cell: ({ expiresAt, isExpired }) =>
        isExpired ? <Badge tone="bad">ended</Badge> : <span title={formatInstant(expiresAt, zone)}>{formatAgo(expiresAt, nowMs)}</span>,
    },
  ];
}

/** The list. */
export function InvitationList({ invitations, canManage }: { invitations: readonly Invitation[]; canManage: boolean }): ReactNode {
  const client = useQueryClient();
  const nowMs = useNow();
  const [open, setOpen] = useState<Invitation | null>(null);
  const withdraw = async (invitation: Invitation): Promise<void> => {
    await deleteInvitation(invitation.id);
    await client.invalidateQueries({ queryKey: membersKey });
  };
  const button = (invitation: Invitation): ReactNode => (
    <Button
      variant="default"
      size="compact-sm"
      aria-label={`Withdraw the invitation for ${guest(invitation)}`}
      onClick={() => setOpen(invitation)}
    >
      Withdraw…
    </Button>
  );
  return (
    <Section title="Open invitations" isFlush>
      <RowTable
        caption="Open invitations"
        columns={columns(nowMs)}
        rows={invitations}
        keyOf={({ id }) => id}
        nameOf={guest}
        {...(canManage ? { buttonOf: button } : {})}
      />
      {open !== null && (
        <ConfirmDialog
          title="Withdraw the invitation?"
          confirm="Withdraw it"
          onConfirm={() => withdraw(open)}
          onClose={() => setOpen(null)}
        >
          The link for <strong>{guest(open)}</strong> stops working at once. You can invite again.
        </ConfirmDialog>
      )}
    </Section>
  );
}
