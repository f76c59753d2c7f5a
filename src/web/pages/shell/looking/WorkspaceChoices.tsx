/** The list behind the switcher: one's workspaces, and for whoever runs the installation a new one. */
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { MenuChoice, MenuItem, MenuLine, MenuList } from '../../../ui/menu/MenuList.tsx';
import { builtInName } from './role-names.ts';
import { useLook } from './use-look.ts';
import classes from './WorkspaceSwitcher.module.css';

/** The list. */
export function WorkspaceChoices({ session, onClose, onNew }: { session: Session; onClose: () => void; onNew: () => void }): ReactNode {
  const look = useLook();
  return (
    <MenuList onClose={onClose}>
      {session.workspaces.map(({ id, name, role }) => {
        const isHere = id === session.workspaceId;
        return (
          <MenuChoice key={id} isChosen={isHere} onPick={() => look.at(id)}>
            <span className={classes.item} dir="auto">
              {name}
            </span>
            <span className="bw-quiet bw-small">{builtInName(role) ?? (isHere ? session.role.name : '')}</span>
          </MenuChoice>
        );
      })}
      {session.isOperator && (
        <>
          <MenuLine />
          <MenuItem icon={IconPlus} onPick={onNew}>
            New workspace…
          </MenuItem>
        </>
      )}
    </MenuList>
  );
}
