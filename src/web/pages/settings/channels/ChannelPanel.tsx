/** One channel at the side: try it, and see what became of each delivery. */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatInstant } from '../../../../shared/format/time.ts';
import { deliveriesKey, deliveryPages, retryDelivery, testChannel } from '../../../data/admin/channels.ts';
import type { Channel, Delivery } from '../../../data/admin/channels.ts';
import { preferredZone } from '../../../data/period.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { Badge } from '../../../ui/page/Badge.tsx';
import { Dialog } from '../../../ui/page/Dialog.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import { Fact, Facts } from '../../events/detail/Facts.tsx';
import classes from './Channels.module.css';
import { deliveryWords, leastWords, receiptWords, recipientWords, targetWords } from './channel-words.ts';

/** What the panel takes. */
export interface ChannelPanelProps {
  channel: Channel;
  canManage: boolean;
  onClose: () => void;
}

/** The panel. */
export function ChannelPanel({ channel, canManage, onClose }: ChannelPanelProps): ReactNode {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: () => testChannel(channel.id),
    onSettled: () => client.invalidateQueries({ queryKey: deliveriesKey }),
  });
  return (
    <Dialog title={channel.name} place="side" onClose={onClose}>
      <Facts>
        <Fact name="Leads to">{targetWords(channel)}</Fact>
        <Fact name="Lets through">{leastWords[channel.leastSeverity]}</Fact>
        <Fact name="State">{channel.isEnabled ? 'on' : 'off'}</Fact>
        <Fact name="Id">
          <code>{channel.id}</code>
        </Fact>
      </Facts>
      {canManage && (
        <div>
          <Button loading={test.isPending} onClick={() => test.mutate()}>
            Send a test
          </Button>
        </div>
      )}
      {test.isSuccess && (
        <Notice
          tone={test.data.outcome === 'delivered' ? 'success' : 'error'}
          title={
            test.data.outcome === 'delivered'
              ? `The test was ${receiptWords(test.data)}`
              : `The test did not arrive: ${receiptWords(test.data)}`
          }
        >
          {test.data.reply}
        </Notice>
      )}
      {test.isError && (
        <Notice tone="error" title="The test was not sent">
          {test.error.message}
        </Notice>
      )}
      <Deliveries channelId={channel.id} canManage={canManage} />
    </Dialog>
  );
}

function Deliveries({ channelId, canManage }: { channelId: string; canManage: boolean }): ReactNode {
  const pages = useInfiniteQuery(deliveryPages(channelId));
  return (
    <section aria-label="Deliveries">
      <h3 className={classes.heading}>Deliveries</h3>
      <Asked query={{ data: pages.data, error: pages.error, refetch: pages.refetch }} skeleton={<Skeleton height={120} />}>
        {({ pages: loaded }) => {
          const deliveries = loaded.flatMap((page) => page.deliveries);
          return deliveries.length === 0 ? (
            <p className="bw-quiet">Nothing has gone through it yet.</p>
          ) : (
            <ul className={classes.deliveries}>
              {deliveries.map((delivery) => (
                <DeliveryLine key={delivery.id} delivery={delivery} canManage={canManage} />
              ))}
            </ul>
          );
        }}
      </Asked>
      {pages.hasNextPage && (
        <Button variant="default" size="compact-sm" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Show older deliveries
        </Button>
      )}
    </section>
  );
}

function DeliveryLine({ delivery, canManage }: { delivery: Delivery; canManage: boolean }): ReactNode {
  const client = useQueryClient();
  const zone = preferredZone();
  const retry = useMutation({
    mutationFn: () => retryDelivery(delivery.id),
    onSuccess: () => client.invalidateQueries({ queryKey: deliveriesKey }),
  });
  const { label, tone } = deliveryWords[delivery.state];
  return (
    <li>
      <div className={classes.delivery}>
        <span>
          <Badge tone={tone}>{label}</Badge> to {recipientWords(delivery.recipient)}
        </span>
        <span className="bw-quiet bw-small">{formatInstant(delivery.createdAt, zone)}</span>
        {canManage && delivery.state === 'dead' && (
          <Button variant="default" size="compact-sm" loading={retry.isPending} onClick={() => retry.mutate()}>
            Try again
          </Button>
        )}
      </div>
      <ol className={classes.receipts}>
        {delivery.receipts.map((receipt) => (
          <li key={receipt.attempt}>
            Try {receipt.attempt}, {formatInstant(receipt.at, zone)}: {receiptWords(receipt)}
            {receipt.reply !== '' && <code className={classes.reply}>{receipt.reply}</code>}
          </li>
        ))}
      </ol>
      {delivery.nextTryAt !== null && <div className="bw-quiet bw-small">Tried next {formatInstant(delivery.nextTryAt, zone)}.</div>}
      {retry.isError && (
        <Notice tone="error" title="It is not tried again">
          {retry.error.message}
        </Notice>
      )}
    </li>
  );
}
