/** The keys of the workspace. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { changedKeyBody, KeyAnswer, madeKeyAnswer, newKeyBody } from '../../../shared/contract/keys.ts';
import { request } from '../http.ts';

/** A key as it is listed. */
export type Key = KeyAnswer;
/** A key with its secret, which comes this once. */
export type MadeKey = z.infer<typeof madeKeyAnswer>;
/** What a new key is made of. */
export type NewKey = z.input<typeof newKeyBody>;
/** What of a key can be changed. */
export type KeyChange = z.input<typeof changedKeyBody>;

/** The keys, as a question. */
export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => (await request<{ keys: Key[] }>('/api/admin/keys', { signal })).keys,
  staleTime: 5_000,
});

const pathOf = (id: string): string => `/api/admin/keys/${encodeURIComponent(id)}`;

/** Makes a key. */
export function createKey(body: NewKey): Promise<MadeKey> {
  return request('/api/admin/keys', { method: 'POST', body });
}

/** Changes the name and the limits of a key. */
export async function changeKey(id: string, body: KeyChange): Promise<Key> {
  return (await request<{ key: Key }>(pathOf(id), { method: 'PUT', body })).key;
}

/** Gives a key a new secret; the one before works for `overlapHours` more. */
export function rotateKey(id: string, overlapHours: number): Promise<MadeKey> {
  return request(`${pathOf(id)}/rotate`, { method: 'POST', body: { overlapHours } });
}

/** Revokes a key, at once. */
export async function revokeKey(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}
