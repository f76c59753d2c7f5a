/** Events one by one: as they arrive, those that were rejected, and whether all of them add up. */
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { eventTabs } from '../../data/events-search.ts';
import type { EventsSearch, EventTab } from '../../data/events-search.ts';
import { DeadLetters } from './dead-letters/DeadLetters.tsx';
import classes from './EventsPage.module.css';
import { LedgerView } from './ledger/LedgerView.tsx';
import { Stream } from './stream/Stream.tsx';

const labelByTab: Readonly<Record<EventTab, string>> = { stream: 'Live stream', 'dead-letters': 'Dead letters', ledger: 'Ledger' };

/** The page. */
export function EventsPage(): ReactNode {
  const search = useSearch({ from: '/inside/events' });
  const navigate = useNavigate();
  const change = useCallback(
    (part: Partial<EventsSearch>, isStep = true) =>
      void navigate({ to: '/events', search: (before) => ({ ...before, ...part }), replace: !isStep, resetScroll: false }),
    [navigate],
  );
  const tab = search.tab ?? 'stream';
  const choose = (value: string | null): void => {
    const next = eventTabs.find((one) => one === value) ?? 'stream';
    void navigate({ to: '/events', search: { zone: search.zone, tab: next === 'stream' ? undefined : next } });
  };
  return (
    <div className={classes.page}>
      <h1 className="bw-hidden">Events</h1>
      <Tabs
        value={tab}
        onChange={choose}
        keepMounted={false}
        activateTabWithKeyboard={false}
        classNames={{ list: classes.tabs ?? '', tab: classes.tab ?? '' }}
      >
        <Tabs.List aria-label="Views of events">
          {eventTabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {labelByTab[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="stream">
          <Stream search={search} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="dead-letters">
          <DeadLetters search={search} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="ledger">
          <LedgerView onReason={(part) => change({ tab: 'dead-letters', ...part })} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
