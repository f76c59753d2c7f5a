/** How embed tokens are signed, and how tokens of another application are taken. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { EmbedAnswer, setEmbedRoute } from '../../../shared/contract/embed.ts';
import type { OutsideAnswer, outsideBody } from '../../../shared/contract/outside.ts';
import { request } from '../http.ts';

/** How embed tokens are signed. */
export type Embed = EmbedAnswer;
/** How tokens of another application are taken. */
export type Outside = OutsideAnswer;
/** What is said about them. */
export type OutsideInput = z.input<typeof outsideBody>;

/** How embed tokens are signed, as a question. */
export const embedQuery = queryOptions({
  queryKey: ['embed'],
  queryFn: async ({ signal }) => (await request<{ embed: Embed }>('/api/admin/embed', { signal })).embed,
});

/** Makes a new secret; the one before works for `overlapHours` more. */
export function rotateEmbedSecret(overlapHours: number): Promise<{ embed: Embed; secret: string }> {
  return request('/api/admin/embed/secret', { method: 'POST', body: { overlapHours } });
}

/** Takes the secret away; every token signed with it is refused at once. */
export async function deleteEmbedSecret(): Promise<void> {
  await request('/api/admin/embed/secret', { method: 'DELETE' });
}

/** Changes where public keys are and which pages may show panels; what is not given stays. */
export async function setEmbed(body: z.input<(typeof setEmbedRoute)['body']>): Promise<Embed> {
  return (await request<{ embed: Embed }>('/api/admin/embed', { method: 'PUT', body })).embed;
}

/** How tokens of another application are taken, as a question; null: they are not. */
export const outsideQuery = queryOptions({
  queryKey: ['outside'],
  queryFn: async ({ signal }) => (await request<{ outside: Outside | null }>('/api/admin/outside', { signal })).outside,
});

/** Says how they are taken. */
export async function setOutside(body: OutsideInput): Promise<Outside> {
  return (await request<{ outside: Outside }>('/api/admin/outside', { method: 'PUT', body })).outside;
}

/** Takes them no more. */
export async function deleteOutside(): Promise<void> {
  await request('/api/admin/outside', { method: 'DELETE' });
}
