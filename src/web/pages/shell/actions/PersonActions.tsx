/** What the menu of the person holds: profile, settings, theme, documentation, sign out. */
import { useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconFileCode, IconLogout, IconMoon, IconSettings, IconSun, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { MenuChoice, MenuItem, MenuLine, MenuList } from '../../../ui/menu/MenuList.tsx';
import classes from '../TopBar.module.css';
import { useActions } from './use-actions.ts';

const schemes = [
  { value: 'light', label: 'Light theme', icon: IconSun },
  { value: 'dark', label: 'Dark theme', icon: IconMoon },
  { value: 'auto', label: 'Theme of the system', icon: IconDeviceDesktop },
] as const;

/** The list. */
export function PersonActions({ person, onClose }: { person: Session['person']; onClose: () => void }): ReactNode {
  const { colorScheme } = useMantineColorScheme();
  const { setTheme, leave } = useActions();
  const navigate = useNavigate();
  return (
    <MenuList onClose={onClose}>
      <div className={classes.who} role="presentation">
        <div className="bw-clip">{person.name}</div>
        <div className="bw-clip bw-quiet bw-small">{person.email}</div>
      </div>
      <MenuLine />
      <MenuItem icon={IconUser} onPick={() => void navigate({ to: '/profile' })}>
        Profile
      </MenuItem>
      <MenuItem icon={IconSettings} onPick={() => void navigate({ to: '/settings' })}>
        Settings
      </MenuItem>
      <MenuLine />
      {schemes.map(({ value, label, icon }) => (
        <MenuChoice key={value} icon={icon} isChosen={value === colorScheme} onPick={() => setTheme(value)}>
          {label}
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuItem icon={IconFileCode} onPick={() => void window.open('/api/docs', '_blank', 'noopener')}>
        API reference
      </MenuItem>
      <MenuItem icon={IconLogout} onPick={leave}>
        Sign out
      </MenuItem>
    </MenuList>
  );
}
