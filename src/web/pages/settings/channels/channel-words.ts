/** Channels, deliveries and receipts in words. */
import { formatCount, formatDuration } from '../../../../shared/format/number.ts';
import type { Channel, Delivery, Receipt } from '../../../data/admin/channels.ts';
import type { BadgeTone } from '../../../ui/page/Badge.tsx';

/** Where a channel leads. */
export function targetWords({ target }: Channel): string {
  if (target.kind === 'webhook') return target.url;
  if (target.addresses === null) return 'whomever a notification is for';
  return target.addresses.length <= 2
    ? target.addresses.join(', ')
    : `${target.addresses[0]} and ${formatCount(target.addresses.length - 1, 'more', 'more')}`;
}

/** Which severities go through, in words. */
export const leastWords: Readonly<Record<Channel['leastSeverity'], string>> = {
  low: 'everything',
  medium: 'medium and above',
  high: 'high and critical',
  critical: 'critical alone',
};

/** States of a delivery. */
export const deliveryWords: Readonly<Record<Delivery['state'], { label: string; tone: BadgeTone }>> = {
  waiting: { label: 'waiting', tone: 'warning' },
  sending: { label: 'on its way', tone: 'neutral' },
  delivered: { label: 'delivered', tone: 'good' },
  dead: { label: 'given up', tone: 'bad' },
};

/** To whom, without the kind in front. */
export function recipientWords(recipient: string): string {
  if (recipient === 'endpoint') return 'the webhook';
  return recipient.replace(/^(address|person):/, '');
}

/** One try in a line: "delivered in 120 ms, status 200". */
export function receiptWords({ outcome, status, durationMs }: Receipt): string {
  const end = { delivered: 'delivered', failed: 'failed', refused: 'refused for good' }[outcome];
  return `${end} in ${formatDuration(durationMs)}${status === null ? '' : `, status ${status}`}`;
}

/** Addresses between spaces, commas and line ends. */
export function addressesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((address) => address !== '');
}
