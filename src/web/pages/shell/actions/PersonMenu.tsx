/** The menu of the signed-in person: profile, settings, theme, documentation, sign out. */
import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconFileCode, IconLogout, IconMoon, IconSettings, IconSun, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import classes from '../TopBar.module.css';
import { useActions } from './use-actions.ts';

const schemes = [
  { value: 'light', label: 'Light theme', icon: IconSun },
  { value: 'dark', label: 'Dark theme', icon: IconMoon },
  { value: 'auto', label: 'Theme of the system', icon: IconDeviceDesktop },
] as const;

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** The menu behind the person's initials. */
export function PersonMenu({ person }: { person: Session['person'] }): ReactNode {
  const { colorScheme } = useMantineColorScheme();
  const { setTheme, leave } = useActions();
  const short = initials(person.name === '' ? person.email : person.name);
  const icon = (Icon: typeof IconSun): ReactNode => <Icon size={16} stroke={1.5} aria-hidden="true" />;
  return (
    <Menu position="bottom-end" width={240} shadow="none" withinPortal={false} classNames={{ dropdown: classes.menu ?? '' }}>
      <Menu.Target>
        <UnstyledButton className={classes.person} aria-label={`${short}, ${person.name}: profile, theme, sign out`}>
          {short}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <div className="bw-clip">{person.name}</div>
          <div className="bw-clip bw-quiet bw-small">{person.email}</div>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/profile" leftSection={icon(IconUser)}>
          Profile
        </Menu.Item>
        <Menu.Item component={Link} to="/settings" leftSection={icon(IconSettings)}>
          Settings
        </Menu.Item>
        <Menu.Divider />
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setTheme(scheme as typeof colorScheme)}>
          {schemes.map(({ value, label, icon: Icon }) => (
            <Menu.RadioItem key={value} value={value} checkIcon={icon(IconCheck)} rightSection={icon(Icon)}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item component="a" href="/api/docs" target="_blank" rel="noreferrer" leftSection={icon(IconFileCode)}>
          API reference
        </Menu.Item>
        <Menu.Item leftSection={icon(IconLogout)} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
