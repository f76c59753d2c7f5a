/** Get started: what to copy, with the workspace's own key, and whether it has arrived. */
import { Button, Tabs } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { request, toServerProblem } from '../../data/http.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Arrival } from './Arrival.tsx';
import { CodeBlock } from './CodeBlock.tsx';
import { firstEvent, keyPlaceholder, waysToSend } from './snippets.ts';
import type { Way } from './snippets.ts';
import classes from './StartPage.module.css';
import { useWriteKey } from './use-write-key.ts';
import type { WriteKey } from './use-write-key.ts';

/** The chosen way: in the address on the page of its own, kept here where Home shows this page before the first event. */
function useWay(ways: readonly Way[]): [Way | undefined, (id: string) => void] {
  const search: { with?: string } = useSearch({ strict: false });
  const isOwnPage = useRouterState({ select: (state) => state.location.pathname === '/start' });
  const navigate = useNavigate();
  const [kept, setKept] = useState<string | undefined>();
  const wanted = isOwnPage ? search.with : kept;
  const choose = (id: string): void => {
    setKept(id);
    if (isOwnPage) void navigate({ to: '/start', search: { with: id }, replace: true });
  };
  return [ways.find((way) => way.id === wanted) ?? ways[0], choose];
}

/** The page. */
export function StartPage(): ReactNode {
  const writeKey = useWriteKey();
  const ways = waysToSend(location.origin, writeKey.key ?? keyPlaceholder);
  const [way, choose] = useWay(ways);
  return (
    <div className={classes.page}>
      <header>
        <h1>Send your first event</h1>
        <p className={`${classes.lead} bw-quiet`}>Copy, run, and watch it arrive. Nothing else needs to be set up.</p>
      </header>
      <Arrival />
      <KeyLine writeKey={writeKey} />
      <Tabs
        value={way?.id ?? null}
        onChange={(id) => id !== null && choose(id)}
        keepMounted={false}
        classNames={{ list: classes.tabs ?? '', tab: classes.tab ?? '' }}
      >
        <Tabs.List aria-label="Ways to send events">
          {ways.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {ways.map((one) => (
          <Tabs.Panel key={one.id} value={one.id} className={classes.way}>
            <p className={classes.about}>{one.about}</p>
            {one.snippets.map((snippet, at) => (
              <CodeBlock
                key={snippet.place}
                {...snippet}
                own={[location.origin, writeKey.key ?? keyPlaceholder]}
                tools={one.id === 'curl' && at === 0 && writeKey.key !== null ? <SendButton writeKey={writeKey.key} /> : undefined}
              />
            ))}
          </Tabs.Panel>
        ))}
      </Tabs>
      <p className="bw-quiet bw-small">
        Everything that can be sent, asked and followed is in the <a href="/api/docs">API reference</a>.
      </p>
    </div>
  );
}

/** The key by itself, or why it cannot be shown. */
function KeyLine({ writeKey }: { writeKey: WriteKey }): ReactNode {
  switch (writeKey.state) {
    case 'loading':
      return <p className={classes.key}>&nbsp;</p>;
    case 'known':
      return (
        <p className={classes.key}>
          <span className="bw-quiet">Write key</span>
          <code>{writeKey.key}</code>
          <CopyButton text={writeKey.key ?? ''} label="Copy the key" />
          <span className="bw-quiet bw-small">It may only send, so it may stand in a web page.</span>
        </p>
      );
    case 'forbidden':
      return (
        <Notice tone="info" title="Ask an owner or an admin for the write key">
          You may look at the data of this workspace, not see its keys. Put theirs where {keyPlaceholder} stands.
        </Notice>
      );
    case 'none':
      return (
        <Notice tone="warning" title="This workspace has no write key that can be shown">
          Make one with <code>npx bellwether key create --kind write --name shop</code> and put it where {keyPlaceholder} stands.
        </Notice>
      );
    case 'failed':
      return (
        <Notice
          tone="error"
          title={writeKey.problem?.title}
          actions={
            <Button variant="default" size="compact-sm" onClick={writeKey.retry}>
              Ask again
            </Button>
          }
        >
          The write key could not be read. {writeKey.problem?.message} <code>{writeKey.problem?.code}</code>
        </Notice>
      );
  }
}

/** Sends the event of the snippet from here, for those who have no terminal at hand. */
function SendButton({ writeKey }: { writeKey: string }): ReactNode {
  const send = useMutation({
    mutationFn: () => request('/v1/events', { method: 'POST', body: { writeKey, events: [firstEvent] } }),
  });
  return (
    <>
      {send.isError && (
        <span role="alert" className={classes.failed}>
          Not sent: {toServerProblem(send.error).title.toLowerCase()}
        </span>
      )}
      <Button
        variant="default"
        size="compact-sm"
        loading={send.isPending}
        onClick={() => send.mutate()}
        leftSection={<IconSend size={14} stroke={1.5} aria-hidden="true" />}
      >
        Send it from here
      </Button>
    </>
  );
}
