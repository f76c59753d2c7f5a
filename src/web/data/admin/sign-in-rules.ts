/** Who needs a second factor. */
import { queryOptions } from '@tanstack/react-query';
import type { SignInRules } from '../../../shared/contract/sign-in-providers.ts';
import { request } from '../http.ts';

/** The rules that hold in the workspace, as a question. */
export const signInRulesQuery = queryOptions({
  queryKey: ['sign-in rules'],
  queryFn: ({ signal }) => request<SignInRules>('/api/admin/sign-in-rules', { signal }),
});

/** Says whether members of the workspace need a second factor. */
export function setSignInRules(requiresTwoFactor: boolean): Promise<SignInRules> {
  return request('/api/admin/sign-in-rules', { method: 'PUT', body: { requiresTwoFactor } });
}

/** Says it for everybody of the installation. */
export function setInstallationRules(requiresTwoFactor: boolean): Promise<SignInRules> {
  return request('/api/admin/installation/sign-in-rules', { method: 'PUT', body: { requiresTwoFactor } });
}
