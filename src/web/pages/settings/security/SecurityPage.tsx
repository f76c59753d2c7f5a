/** How safe the workspace is: the checklist, what was suspicious, what the watch does, and how one signs in. */
import { Tabs } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { securityQuery, securityTabs } from '../../../data/admin/security.ts';
import type { SecuritySearch, SecurityTab } from '../../../data/admin/security.ts';
import { sessionQuery } from '../../../data/session.ts';
import { PageHead } from '../../../ui/page/PageHead.tsx';
import tabs from '../../events/EventsPage.module.css';
import { NotPermitted } from '../../NotPermitted.tsx';
import { IncidentDrawer } from './incidents/IncidentDrawer.tsx';
import { IncidentList } from './incidents/IncidentList.tsx';
import { Overview } from './overview/Overview.tsx';
import { SignInTab } from './sign-in/SignInTab.tsx';
import { WatchSection } from './watch/WatchSection.tsx';

const labelByTab: Readonly<Record<SecurityTab, string>> = {
  overview: 'Overview',
  incidents: 'Incidents',
  watch: 'Watch',
  'sign-in': 'Sign-in',
};

/** The page. */
export function SecurityPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const search = useSearch({ from: '/inside/settings/settings/security' });
  const navigate = useNavigate();
  const mayRead = session?.permissions.includes('incidents:read') === true;
  const { data } = useQuery({ ...securityQuery, enabled: mayRead });
  const change = useCallback(
    (part: SecuritySearch) => void navigate({ to: '/settings/security', search: (before) => ({ ...before, ...part }), resetScroll: false }),
    [navigate],
  );
  const choose = (value: string | null): void => {
    const tab = securityTabs.find((one) => one === value) ?? 'overview';
    change({ tab: tab === 'overview' ? undefined : tab, incident: undefined, show: undefined });
  };
  if (session === null) return null;
  const head = <PageHead title="Security" about="What is well kept, what could be better, and what looked suspicious." />;
  if (!mayRead)
    return (
      <>
        {head}
        <NotPermitted />
      </>
    );
  const open = data?.openIncidents ?? 0;
  return (
    <>
      {head}
      <Tabs
        value={search.tab ?? 'overview'}
        onChange={choose}
        keepMounted={false}
        activateTabWithKeyboard={false}
        classNames={{ list: tabs.tabs ?? '', tab: tabs.tab ?? '' }}
      >
        <Tabs.List aria-label="Parts of security">
          {securityTabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {labelByTab[one]}
              {one === 'incidents' && open > 0 && ` (${open})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="incidents">
          <IncidentList show={search.show ?? 'unresolved'} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="watch">
          <WatchSection session={session} />
        </Tabs.Panel>
        <Tabs.Panel value="sign-in">
          <SignInTab session={session} />
        </Tabs.Panel>
      </Tabs>
      {search.incident !== undefined && (
        <IncidentDrawer key={search.incident} id={search.incident} session={session} onClose={() => change({ incident: undefined })} />
      )}
    </>
  );
}
