/** The workspace that is looked at, what one is there, and the way to the others. */
import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { workspaceOf } from '../../../data/session.ts';
import { loadAgain } from '../../../ui/load-again.ts';
import bar from '../TopBar.module.css';
import { useLook } from './use-look.ts';
import classes from './WorkspaceSwitcher.module.css';

const NewWorkspace = lazy(() => loadAgain(() => import('./NewWorkspace.tsx')).then((dialog) => ({ default: dialog.NewWorkspace })));

const builtIn: Readonly<Record<string, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  analyst: 'Analyst',
  editor: 'Editor',
  viewer: 'Viewer',
  auditor: 'Auditor',
};

/** The switcher; a plain name where there is nothing to switch to. */
export function WorkspaceSwitcher({ session }: { session: Session }): ReactNode {
  const look = useLook();
  const [isMaking, setIsMaking] = useState(false);
  const name = workspaceOf(session)?.name ?? 'Workspace';
  const roleName = builtIn[session.role.id] ?? session.role.name;
  if (session.workspaces.length < 2 && !session.isOperator) {
    return (
      <span className={`${classes.name} bw-clip`} dir="auto">
        {name}
      </span>
    );
  }
  const check = <IconCheck size={16} stroke={1.5} aria-hidden="true" />;
  return (
    <>
      <Menu position="bottom-start" width={280} shadow="none" withinPortal={false} classNames={{ dropdown: bar.menu ?? '' }}>
        <Menu.Target>
          <UnstyledButton className={classes.button} aria-label={`${name}, as ${roleName}: switch workspace`}>
            <span className={`${classes.name} bw-clip`} dir="auto">
              {name}
            </span>
            <IconChevronDown size={16} stroke={1.5} aria-hidden="true" />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown className={classes.drop}>
          <Menu.Label>Workspaces</Menu.Label>
          <Menu.RadioGroup value={session.workspaceId} onChange={(id) => id !== session.workspaceId && look.at(id)}>
            {session.workspaces.map((workspace) => (
              <Menu.RadioItem key={workspace.id} value={workspace.id} checkIcon={check}>
                <span className={classes.item} dir="auto">
                  {workspace.name}
                </span>
                <span className="bw-quiet bw-small">{workspace.id === session.workspaceId ? roleName : builtIn[workspace.role]}</span>
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          {session.isOperator && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconPlus size={16} stroke={1.5} aria-hidden="true" />} onClick={() => setIsMaking(true)}>
                New workspace…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {isMaking && (
        <Suspense>
          <NewWorkspace onClose={() => setIsMaking(false)} />
        </Suspense>
      )}
    </>
  );
}
