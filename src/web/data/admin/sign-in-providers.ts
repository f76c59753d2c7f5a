/** The sign-in providers of the installation. */
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { checkProviderRoute, ProviderAnswer, ProviderInput } from '../../../shared/contract/sign-in-providers.ts';
import { request } from '../http.ts';

/** A provider as it is listed. */
export type Provider = ProviderAnswer;
/** What a provider is made of. */
export type ProviderFields = ProviderInput;

/** The providers, as a question. */
export const providersQuery = queryOptions({
  queryKey: ['sign-in providers'],
  queryFn: async ({ signal }) => (await request<{ providers: Provider[] }>('/api/admin/sign-in-providers', { signal })).providers,
});

const pathOf = (id: string): string => `/api/admin/sign-in-providers/${encodeURIComponent(id)}`;

/** Adds a provider, or changes the one of `id`. */
export async function saveProvider(id: string | null, body: ProviderFields): Promise<Provider> {
  const [path, method] = id === null ? (['/api/admin/sign-in-providers', 'POST'] as const) : ([pathOf(id), 'PUT'] as const);
  return (await request<{ provider: Provider }>(path, { method, body })).provider;
}

/** Removes a provider, with all links to it. */
export async function deleteProvider(id: string): Promise<void> {
  await request(pathOf(id), { method: 'DELETE' });
}

/** Whether the provider answers as one. */
export function checkProvider(id: string): Promise<z.infer<(typeof checkProviderRoute)['answer']>> {
  return request(`${pathOf(id)}/check`, { method: 'POST', body: {} });
}
