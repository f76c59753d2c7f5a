/** Groups: people who have further roles together. */
import { Button } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../../../shared/format/number.ts';
import { deleteGroup, groupsQuery } from '../../../../data/admin/groups.ts';
import type { Group } from '../../../../data/admin/groups.ts';
import { membersKey } from '../../../../data/admin/members.ts';
import { roleName } from '../../../../data/admin/roles.ts';
import { may, sessionQuery } from '../../../../data/session.ts';
import { ConfirmDialog } from '../../../../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../../../../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../../ui/page/RowTable.tsx';
import { Asked } from '../../../Asked.tsx';
import { GroupForm } from './GroupForm.tsx';

const namesShown = 3;

function memberNames({ members }: Group): string {
  if (members.length === 0) return 'nobody';
  const names = members.slice(0, namesShown).map((member) => member.name || member.email);
  return members.length > namesShown
    ? `${names.join(', ')} and ${formatCount(members.length - namesShown, 'more', 'more')}`
    : names.join(', ');
}

const columns: RowColumn<Group>[] = [
  { label: 'Group', cell: ({ name }) => name },
  { label: 'Roles', cell: ({ roles }) => (roles.length === 0 ? <span className="bw-quiet">none</span> : roles.map(roleName).join(', ')) },
  { label: 'Members', cell: memberNames },
];

type Open = { is: 'new' } | { is: 'edit' | 'delete'; group: Group };

/** The page. */
export function GroupsPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const groups = useQuery(groupsQuery);
  const [open, setOpen] = useState<Open | null>(null);
  if (session === null) return null;
  const canManage = may(session, 'people:manage');
  const make = canManage && <Button onClick={() => setOpen({ is: 'new' })}>New group</Button>;
  const table = {
    caption: 'Groups',
    columns,
    keyOf: ({ id }: Group) => id,
    nameOf: ({ name }: Group) => name,
    onOpen: (group: Group) => setOpen({ is: 'edit', group }),
  };
  return (
    <>
      <PageHead
        title="Groups"
        about="A group gives its members roles besides their own. What they may do adds up; row filters all hold, so that joining a group never shows more rows."
        actions={(groups.data?.length ?? 0) > 0 && make}
      />
      <Section isFlush>
        <Asked query={groups} skeleton={<RowTable {...table} rows={[]} skeletonRows={3} />}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState icon={IconUsersGroup} title="No groups yet" action={make}>
                Make one for a team or an office: its roles are given and taken in one place.
              </EmptyState>
            ) : (
              <RowTable
                {...table}
                rows={rows}
                {...(canManage
                  ? {
                      actionsOf: (group: Group) => [
                        { label: 'Change…', onPick: () => setOpen({ is: 'edit', group }) },
                        { label: 'Delete…', isDanger: true, onPick: () => setOpen({ is: 'delete', group }) },
                      ],
                    }
                  : {})}
              />
            )
          }
        </Asked>
      </Section>
      {(open?.is === 'new' || open?.is === 'edit') && (
        <GroupForm group={open.is === 'edit' ? open.group : null} session={session} canManage={canManage} onClose={() => setOpen(null)} />
      )}
      {open?.is === 'delete' && <DeleteDialog group={open.group} onClose={() => setOpen(null)} />}
    </>
  );
}

function DeleteDialog({ group, onClose }: { group: Group; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteGroup(group.id);
    await Promise.all([client.invalidateQueries({ queryKey: groupsQuery.queryKey }), client.invalidateQueries({ queryKey: membersKey })]);
  };
  return (
    <ConfirmDialog title={`Delete ${group.name}?`} confirm="Delete the group" onConfirm={remove} onClose={onClose}>
      {group.members.length === 0
        ? 'Nobody is in it.'
        : `${formatCount(group.members.length, 'member loses', 'members lose')} what ${group.roles.map(roleName).join(', ') || 'it'} gave them, and stay in the workspace.`}
    </ConfirmDialog>
  );
}
