/** All workspaces of the installation, for whoever runs it, and the way to a new one. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import type { WorkspaceAnswer } from '../../../../shared/contract/workspaces.ts';
import { formatNumber } from '../../../../shared/format/number.ts';
import { formatDay } from '../../../../shared/format/time.ts';
import { workspacesQuery } from '../../../data/admin/workspaces.ts';
import { preferredZone } from '../../../data/period.ts';
import { Badge } from '../../../ui/page/Badge.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { NewWorkspace } from '../../shell/looking/NewWorkspace.tsx';
import { useLook } from '../../shell/looking/use-look.ts';

function columns(currentId: string): RowColumn<WorkspaceAnswer>[] {
  const zone = preferredZone();
  return [
    {
      label: 'Workspace',
      cell: ({ id, name }) => (
        <>
          {name} {id === currentId && <Badge>this one</Badge>}
        </>
      ),
    },
    { label: 'Id', isSecondary: true, cell: ({ id }) => <code>{id}</code> },
    { label: 'Members', isNumber: true, cell: ({ memberCount }) => formatNumber(memberCount) },
    { label: 'Keys', isNumber: true, cell: ({ keyCount }) => formatNumber(keyCount) },
    { label: 'Since', isShort: true, cell: ({ createdAt }) => formatDay(createdAt, zone) },
  ];
}

/** The section. */
export function WorkspacesSection({ session }: { session: Session }): ReactNode {
  const workspaces = useQuery(workspacesQuery);
  const look = useLook();
  const [isMaking, setIsMaking] = useState(false);
  const mine = new Set(session.workspaces.map(({ id }) => id));
  const table = {
    caption: 'All workspaces',
    columns: columns(session.workspaceId),
    keyOf: ({ id }: WorkspaceAnswer) => id,
    nameOf: ({ name }: WorkspaceAnswer) => name,
    buttonOf: ({ id, name }: WorkspaceAnswer) =>
      mine.has(id) &&
      id !== session.workspaceId && (
        <Button variant="default" size="compact-sm" aria-label={`Go to ${name}`} onClick={() => look.at(id)}>
          Go there
        </Button>
      ),
  };
  return (
    <Section
      title="All workspaces"
      about="Of this installation; you see them as an operator. What is in one is seen by its members alone."
      actions={
        <Button variant="default" onClick={() => setIsMaking(true)}>
          New workspace…
        </Button>
      }
      isFlush
    >
      <Asked query={workspaces} skeleton={<RowTable {...table} rows={[]} skeletonRows={2} />}>
        {(rows) => <RowTable {...table} rows={rows} />}
      </Asked>
      {isMaking && <NewWorkspace onClose={() => setIsMaking(false)} />}
    </Section>
  );
}
