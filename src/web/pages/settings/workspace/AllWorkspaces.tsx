/** All workspaces of the installation, for whoever runs it. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import type { WorkspaceAnswer } from '../../../../shared/contract/workspaces.ts';
import { formatNumber } from '../../../../shared/format/number.ts';
import { formatDay } from '../../../../shared/format/time.ts';
import { workspacesQuery } from '../../../data/admin/workspaces.ts';
import { preferredZone } from '../../../data/period.ts';
import { loadAgain } from '../../../ui/load-again.ts';
import { Badge } from '../../../ui/page/Badge.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { useLook } from '../../shell/looking/use-look.ts';

const NewWorkspace = lazy(() =>
  loadAgain(() => import('../../shell/looking/NewWorkspace.tsx')).then((dialog) => ({ default: dialog.NewWorkspace })),
);

function columns(session: Session): RowColumn<WorkspaceAnswer>[] {
  return [
    {
      label: 'Name',
      cell: ({ id, name }) => (
        <>
          {name} {id === session.workspaceId && <Badge tone="good">this one</Badge>}
        </>
      ),
    },
    { label: 'Members', isNumber: true, cell: ({ memberCount }) => formatNumber(memberCount) },
    { label: 'Keys in use', isNumber: true, cell: ({ keyCount }) => formatNumber(keyCount) },
    { label: 'Since', isShort: true, cell: ({ createdAt }) => formatDay(createdAt, preferredZone()) },
    { label: 'Id', isSecondary: true, cell: ({ id }) => <code>{id}</code> },
  ];
}

/** The section. Only members can look into a workspace, whoever runs the installation too. */
export function AllWorkspaces({ session }: { session: Session }): ReactNode {
  const workspaces = useQuery(workspacesQuery);
  const look = useLook();
  const [isMaking, setIsMaking] = useState(false);
  const mine = new Set(session.workspaces.map(({ id }) => id));
  const table = {
    caption: 'All workspaces',
    columns: columns(session),
    keyOf: ({ id }: WorkspaceAnswer) => id,
    nameOf: ({ name }: WorkspaceAnswer) => name,
  };
  return (
    <Section
      title="All workspaces"
      about="You run this installation. Nothing of one workspace is seen in another; only its members look into it."
      isFlush
      actions={
        <Button variant="default" onClick={() => setIsMaking(true)}>
          New workspace
        </Button>
      }
    >
      <Asked query={workspaces} skeleton={<RowTable {...table} rows={[]} skeletonRows={2} />}>
        {(rows) => (
          <RowTable
            {...table}
            rows={rows}
            buttonOf={({ id, name }) =>
              mine.has(id) &&
              id !== session.workspaceId && (
                <Button variant="default" size="compact-sm" aria-label={`Go to ${name}`} onClick={() => look.at(id)}>
                  Go there
                </Button>
              )
            }
          />
        )}
      </Asked>
      {isMaking && (
        <Suspense>
          <NewWorkspace onClose={() => setIsMaking(false)} />
        </Suspense>
      )}
    </Section>
  );
}
