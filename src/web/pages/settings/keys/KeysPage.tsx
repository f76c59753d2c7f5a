/** The keys of the workspace, what embed tokens are signed with, and tokens of other applications. */
import { Button, Tabs } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { keyTabs } from '../../../data/admin/keys-search.ts';
import type { KeyTab } from '../../../data/admin/keys-search.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { PageHead } from '../../../ui/page/PageHead.tsx';
import tabs from '../../events/EventsPage.module.css';
import { NotPermitted } from '../../NotPermitted.tsx';
import { EmbedTab } from './EmbedTab.tsx';
import { KeyList } from './KeyList.tsx';
import { MakeKey } from './make/MakeKey.tsx';
import { OutsideTab } from './outside/OutsideTab.tsx';

const labelByTab: Readonly<Record<KeyTab, string>> = { keys: 'Keys', embedding: 'Embedding', applications: 'Other applications' };

/** The page. */
export function KeysPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const { tab = 'keys' } = useSearch({ from: '/inside/settings/settings/keys' });
  const navigate = useNavigate();
  const [isMaking, setIsMaking] = useState(false);
  if (session === null) return null;
  const canManage = may(session, 'keys:manage');
  const choose = (value: string | null): void => {
    const next = keyTabs.find((one) => one === value) ?? 'keys';
    void navigate({ to: '/settings/keys', search: { tab: next === 'keys' ? undefined : next } });
  };
  return (
    <>
      <PageHead
        title="Keys"
        about="With keys programs send events and ask questions. Each is shown once and kept as a fingerprint."
        actions={canManage && tab === 'keys' && <Button onClick={() => setIsMaking(true)}>New key</Button>}
      />
      <Tabs
        value={tab}
        onChange={choose}
        keepMounted={false}
        activateTabWithKeyboard={false}
        classNames={{ list: tabs.tabs ?? '', tab: tabs.tab ?? '' }}
      >
        <Tabs.List aria-label="Kinds of keys">
          {keyTabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {labelByTab[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="keys">
          {session.permissions.includes('keys:read') ? <KeyList canManage={canManage} /> : <NotPermitted />}
        </Tabs.Panel>
        <Tabs.Panel value="embedding">
          <EmbedTab canManage={canManage} />
        </Tabs.Panel>
        <Tabs.Panel value="applications">
          {session.permissions.includes('workspace:manage') ? (
            <OutsideTab canManage={may(session, 'workspace:manage')} />
          ) : (
            <NotPermitted />
          )}
        </Tabs.Panel>
      </Tabs>
      {isMaking && <MakeKey session={session} onClose={() => setIsMaking(false)} />}
    </>
  );
}
