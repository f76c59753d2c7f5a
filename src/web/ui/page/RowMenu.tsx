/** The menu of what can be done to one thing of a list. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './RowMenu.module.css';

/** One thing that can be done. */
export interface RowAction {
  label: string;
  onPick: () => void;
  /** cannot be taken back, or hurts; it stands last */
  isDanger?: boolean;
  isDisabled?: boolean;
  /** why it cannot be done now */
  why?: string;
}

/** The menu behind three dots, named `label`. */
export function RowMenu({ label, actions }: { label: string; actions: readonly RowAction[] }): ReactNode {
  const harmless = actions.filter((action) => action.isDanger !== true);
  const dangers = actions.filter((action) => action.isDanger === true);
  return (
    <Menu position="bottom-end" width={240} shadow="none" classNames={{ dropdown: classes.menu ?? '' }}>
      <Menu.Target>
        <ActionIcon aria-label={label} size={30}>
          <IconDots size={18} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {harmless.map((action) => (
          <ActionItem key={action.label} action={action} />
        ))}
        {harmless.length > 0 && dangers.length > 0 && <Menu.Divider />}
        {dangers.map((action) => (
          <ActionItem key={action.label} action={action} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ActionItem({ action }: { action: RowAction }): ReactNode {
  return (
    <Menu.Item
      className={action.isDanger === true ? classes.danger : undefined}
      disabled={action.isDisabled ?? false}
      onClick={action.onPick}
    >
      {action.label}
      {action.why !== undefined && <span className={classes.why}>{action.why}</span>}
    </Menu.Item>
  );
}
