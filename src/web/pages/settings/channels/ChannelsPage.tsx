/** The channels through which notifications leave the application: mail and signed webhooks. */
import { Button } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { channelsQuery, deleteChannel, rotateChannel } from '../../../data/admin/channels.ts';
import type { Channel, MadeChannel } from '../../../data/admin/channels.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { Badge } from '../../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { SecretOnce } from '../../../ui/page/SecretOnce.tsx';
import { Asked } from '../../Asked.tsx';
import { leastWords, targetWords } from './channel-words.ts';
import { ChannelForm } from './ChannelForm.tsx';
import { ChannelPanel } from './ChannelPanel.tsx';

const columns: RowColumn<Channel>[] = [
  { label: 'Channel', cell: ({ name }) => name },
  { label: 'Kind', isShort: true, cell: ({ target }) => (target.kind === 'email' ? 'E-mail' : 'Webhook') },
  { label: 'Leads to', cell: targetWords },
  { label: 'Lets through', isShort: true, isSecondary: true, cell: ({ leastSeverity }) => leastWords[leastSeverity] },
  { label: 'State', isShort: true, cell: ({ isEnabled }) => (isEnabled ? <Badge tone="good">on</Badge> : <Badge>off</Badge>) },
];

type Open = { is: 'new' } | { is: 'edit' | 'rotate' | 'delete'; channel: Channel };

/** The page. */
export function ChannelsPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const search = useSearch({ from: '/inside/settings/settings/channels' });
  const navigate = useNavigate();
  const channels = useQuery(channelsQuery);
  const [open, setOpen] = useState<Open | null>(null);
  const [made, setMade] = useState<MadeChannel | null>(null);
  if (session === null) return null;
  const canManage = may(session, 'notifications:manage');
  const show = (id: string | undefined): void => void navigate({ to: '/settings/channels', search: { open: id }, resetScroll: false });
  const add = canManage && <Button onClick={() => setOpen({ is: 'new' })}>New channel</Button>;
  const table = {
    caption: 'Channels',
    columns,
    keyOf: ({ id }: Channel) => id,
    nameOf: ({ name }: Channel) => name,
    onOpen: ({ id }: Channel) => show(id),
  };
  const opened = channels.data?.channels.find((channel) => channel.id === search.open);
  const close = (): void => setOpen(null);
  return (
    <>
      <PageHead
        title="Channels"
        about="Notifications are always in the app, under the bell. Channels carry them further: by mail, or to a program by a signed webhook."
        actions={(channels.data?.channels.length ?? 0) > 0 && add}
      />
      {channels.data?.canMail === false && (
        <div style={{ marginBottom: 12 }}>
          <Notice tone="info" title="This server sends no mail">
            Whoever runs it sets <code>SMTP_URL</code>. Until then mail channels deliver nothing; webhooks work.
          </Notice>
        </div>
      )}
      <Section isFlush>
        <Asked query={channels} skeleton={<RowTable {...table} rows={[]} skeletonRows={3} />}>
          {({ channels: rows }) =>
            rows.length === 0 ? (
              <EmptyState icon={IconBell} title="No channels yet" action={add}>
                Make one so that an incident finds somebody who is not looking at this page.
              </EmptyState>
            ) : (
              <RowTable
                {...table}
                rows={rows}
                {...(canManage
                  ? {
                      actionsOf: (channel: Channel) => [
                        { label: 'Change…', onPick: () => setOpen({ is: 'edit', channel }) },
                        ...(channel.target.kind === 'webhook'
                          ? [{ label: 'New secret…', onPick: () => setOpen({ is: 'rotate', channel }) }]
                          : []),
                        { label: 'Delete…', isDanger: true, onPick: () => setOpen({ is: 'delete', channel }) },
                      ],
                    }
                  : {})}
              />
            )
          }
        </Asked>
      </Section>
      {opened !== undefined && <ChannelPanel key={opened.id} channel={opened} canManage={canManage} onClose={() => show(undefined)} />}
      {(open?.is === 'new' || open?.is === 'edit') && (
        <ChannelForm
          channel={open.is === 'edit' ? open.channel : null}
          canMail={channels.data?.canMail === true}
          onMade={setMade}
          onClose={close}
        />
      )}
      {open?.is === 'rotate' && <RotateDialog channel={open.channel} onMade={setMade} onClose={close} />}
      {open?.is === 'delete' && <DeleteDialog channel={open.channel} onClose={close} />}
      {made !== null && made.secret !== null && (
        <SecretOnce
          title={`The secret of ${made.channel.name}`}
          label="Webhook secret"
          secret={made.secret}
          kept="The server keeps it sealed, to sign with."
          onClose={() => setMade(null)}
        >
          <p className="bw-quiet">
            The receiver checks the signature with it, as Standard Webhooks describes: <code>webhook-id</code>,{' '}
            <code>webhook-timestamp</code> and <code>webhook-signature</code>.
          </p>
        </SecretOnce>
      )}
    </>
  );
}

function RotateDialog({
  channel,
  onMade,
  onClose,
}: {
  channel: Channel;
  onMade: (made: MadeChannel) => void;
  onClose: () => void;
}): ReactNode {
  return (
    <ConfirmDialog
      title={`A new secret for ${channel.name}?`}
      confirm="Make a new secret"
      isDanger={false}
      onConfirm={async () => onMade(await rotateChannel(channel.id))}
      onClose={onClose}
    >
      For a day each call is signed with the old secret too, so that nothing is missed while the receiver learns the new one.
    </ConfirmDialog>
  );
}

function DeleteDialog({ channel, onClose }: { channel: Channel; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteChannel(channel.id);
    await client.invalidateQueries({ queryKey: channelsQuery.queryKey });
  };
  return (
    <ConfirmDialog title={`Delete ${channel.name}?`} confirm="Delete the channel" onConfirm={remove} onClose={onClose}>
      What waits to be delivered through it is dropped, with the receipts. To stop it for a while, switch it off instead.
    </ConfirmDialog>
  );
}
