/** The channels through which notifications leave the application, and what became of each. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  ChannelAnswer,
  channelBody,
  channelsRoute,
  deliveriesRoute,
  DeliveryAnswer,
  madeChannelAnswer,
  ReceiptAnswer,
} from '../../../shared/contract/notifications.ts';
import { oneOf } from '../address.ts';
import { request } from '../http.ts';
import { idFrom } from '../looking.ts';

/** A channel. */
export type Channel = ChannelAnswer;
/** What a channel is made of. */
export type ChannelInput = z.input<typeof channelBody>;
/** One notification on its way through one channel. */
export type Delivery = DeliveryAnswer;
/** The record of one try. */
export type Receipt = ReceiptAnswer;
/** A channel, and the secret of a webhook, which comes this once. */
export type MadeChannel = z.infer<typeof madeChannelAnswer>;

/** What stands in the address of the page. */
export interface ChannelsSearch {
  /** id of the channel that is open */
  open?: string | undefined;
}

/** The search of an address; what makes no sense is left out. */
export function channelsSearch(search: Readonly<Record<string, unknown>>): ChannelsSearch {
  return { open: idFrom(oneOf(search, 'open')) };
}

/** The channels, as a question. */
export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => request<z.infer<(typeof channelsRoute)['answer']>>('/api/admin/channels', { signal }),
  staleTime: 5_000,
});

const pathOf = (id: string): string => `/api/admin/channels/${encodeURIComponent(id)}`;

/** Adds a channel. */
export function addChannel(body: ChannelInput): Promise<MadeChannel> {
  return request('/api/admin/channels', { method: 'POST', body });
}

/** Changes a channel; its kind and secret stay. */
export function changeChannel(id: string, body: ChannelInput): Promise<Channel> {
  return request(pathOf(id), { method: 'PUT', body });
}

/** Deletes a channel with its deliveries. */
export async function deleteChannel(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}

/** Gives a webhook a new secret. */
export function rotateChannel(id: string): Promise<MadeChannel> {
  return request(`${pathOf(id)}/rotate`, { method: 'POST', body: {} });
}

/** Sends something through a channel at once, and tells how it went. */
export function testChannel(id: string): Promise<Receipt> {
  return request(`${pathOf(id)}/test`, { method: 'POST', body: {} });
}

/** In front of the key of every list of deliveries. */
export const deliveriesKey = ['deliveries'];

/** The deliveries of a channel, newest first, page by page. */
export function deliveryPages(channel: string) {
  return infiniteQueryOptions({
    queryKey: [...deliveriesKey, channel],
    queryFn: ({ pageParam, signal }) =>
      request<z.infer<(typeof deliveriesRoute)['answer']>>('/api/admin/deliveries', { query: { channel, limit: 20, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 5_000,
    refetchInterval: 15_000,
  });
}

/** Tries a delivery again that was given up. */
export async function retryDelivery(id: string): Promise<void> {
  await request(`/api/admin/deliveries/${encodeURIComponent(id)}/retry`, { method: 'POST', body: {} });
}
