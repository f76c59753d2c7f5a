/** The frame of Settings: its own side navigation, and one page beside it. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { sessionQuery } from '../../data/session.ts';
import { pagesFor, settingsGroups, settingsPageOf } from './settings-pages.ts';
import type { SettingsPage } from './settings-pages.ts';
import classes from './SettingsFrame.module.css';

/** The frame. On phones the navigation is a list to choose from. */
export function SettingsFrame(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const page = settingsPageOf(useLocation({ select: (location) => location.pathname }));
  const pages = pagesFor(session?.permissions ?? []);
  const label = page?.label;
  useEffect(() => {
    if (label !== undefined) document.title = `${label} · Bellwether`;
  }, [label]);
  return (
    <div className={classes.frame}>
      <PageChoice pages={pages} page={page} />
      <nav className={classes.side} aria-label="Settings">
        {settingsGroups.map((group) => (
          <PageGroup key={group} group={group} pages={pages.filter((one) => one.group === group)} />
        ))}
      </nav>
      <div className={classes.page}>
        <Outlet />
      </div>
    </div>
  );
}

function PageGroup({ group, pages }: { group: string; pages: readonly SettingsPage[] }): ReactNode {
  if (pages.length === 0) return null;
  return (
    <>
      <h2 className={classes.group}>{group}</h2>
      <ul className={classes.list}>
        {pages.map(({ path, label, icon: Icon }) => (
          <li key={path}>
            <Link
              to={path}
              className={classes.link}
              activeOptions={{ exact: path === '/profile', includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
            >
              <Icon size={18} stroke={1.5} aria-hidden="true" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function PageChoice({ pages, page }: { pages: readonly SettingsPage[]; page: SettingsPage | undefined }): ReactNode {
  const navigate = useNavigate();
  const go = (path: string): void => {
    const to = pages.find((one) => one.path === path);
    if (to !== undefined) void navigate({ to: to.path });
  };
  return (
    <select
      className={classes.choice}
      aria-label="Page of Settings"
      value={page?.path ?? ''}
      onChange={(change) => go(change.currentTarget.value)}
    >
      {settingsGroups.map((group) => (
        <optgroup key={group} label={group}>
          {pages
            .filter((one) => one.group === group)
            .map(({ path, label }) => (
              <option key={path} value={path}>
                {label}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
