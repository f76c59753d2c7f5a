/** The workspace that is looked at, what one is there, and the way to the others. */
import { UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { workspaceOf } from '../../../data/session.ts';
import { loadAgain } from '../../../ui/load-again.ts';
import { MenuBox } from '../../../ui/menu/MenuBox.tsx';
import { builtInName } from './role-names.ts';
import classes from './WorkspaceSwitcher.module.css';

const WorkspaceChoices = lazy(() => loadAgain(() => import('./WorkspaceChoices.tsx')).then((list) => ({ default: list.WorkspaceChoices })));
const NewWorkspace = lazy(() => loadAgain(() => import('./NewWorkspace.tsx')).then((dialog) => ({ default: dialog.NewWorkspace })));

/** The switcher; a plain name where there is nothing to switch to. */
export function WorkspaceSwitcher({ session }: { session: Session }): ReactNode {
  const [isMaking, setIsMaking] = useState(false);
  const name = workspaceOf(session)?.name ?? 'Workspace';
  const label = (
    <span className={`${classes.name} bw-clip`} dir="auto">
      {name}
    </span>
  );
  if (session.workspaces.length < 2 && !session.isOperator) return label;
  const roleName = builtInName(session.role.id) ?? session.role.name;
  return (
    <>
      <MenuBox
        label="Workspaces"
        place="start"
        widthPx={280}
        button={(props) => (
          <UnstyledButton {...props} className={classes.button} aria-label={`${name}, as ${roleName}: switch workspace`}>
            {label}
            <IconChevronDown size={16} stroke={1.5} aria-hidden="true" />
          </UnstyledButton>
        )}
      >
        {(close) => <WorkspaceChoices session={session} onClose={close} onNew={() => setIsMaking(true)} />}
      </MenuBox>
      {isMaking && (
        <Suspense>
          <NewWorkspace onClose={() => setIsMaking(false)} />
        </Suspense>
      )}
    </>
  );
}
