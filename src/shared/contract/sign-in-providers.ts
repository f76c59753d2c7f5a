/** What whoever runs the installation, or a workspace, says about signing in: OpenID Connect providers, and who needs a second factor. */
import { z } from 'zod';
import type { Route } from './route.ts';

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/, 'must be a domain, such as example.com');

const autoJoin = z.object({ workspaceId: z.string().min(1).max(64), role: z.string().min(1).max(64) });

/** A provider as it is set up. */
export const providerBody = z.strictObject({
  /** on the button: `Continue with NAME` */
  name: z.string().trim().min(1).max(60),
  /** the address under which `/.well-known/openid-configuration` is found */
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  clientId: z.string().trim().min(1).max(500),
  /** write only. null: none, PKCE alone. When changing, leave out to keep the one that is there */
  clientSecret: z.string().min(1).max(2_000).nullable().optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(20)
    .default(['openid', 'email', 'profile']),
  /** who may come in by it without an invitation, by the domain of the address that the provider has verified; empty: nobody */
  allowedDomains: z.array(domain).max(100).default([]),
  /**
   * Whether an account with a verified address of `allowedDomains` is linked at first sight. Only for a provider that alone gives
   * out these addresses, such as the company's own: whoever runs it can become any of these people. Else they link it in the profile.
   */
  linksByEmail: z.boolean().default(false),
  /** what somebody new of `allowedDomains` becomes; null: they need an invitation */
  autoJoin: autoJoin.nullable().default(null),
  /** attribute of the membership by claim of the ID token, such as `{"sellerId":"seller_id"}`; dots lead into objects. Renewed at each sign-in */
  attributeClaims: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), z.string().min(1).max(200)).default({}),
  /** whether the provider asks for a second factor itself, so that we need not */
  handlesTwoFactor: z.boolean().default(false),
  isOn: z.boolean().default(true),
});
/** What {@link providerBody} takes. */
export type ProviderInput = z.input<typeof providerBody>;
/** A parsed {@link providerBody}. */
export type ProviderBody = z.output<typeof providerBody>;

/** A provider as it is listed. */
export const providerAnswer = providerBody.omit({ clientSecret: true }).extend({
  id: z.string(),
  hasSecret: z.boolean(),
  /** to be registered at the provider as redirect address */
  callbackUrl: z.string(),
  /** accounts that are linked to it */
  linkedCount: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
/** A parsed {@link providerAnswer}. */
export type ProviderAnswer = z.infer<typeof providerAnswer>;

const id = z.object({ id: z.string().min(1).max(64) });

/** All providers. */
export const providersRoute = {
  method: 'GET',
  path: '/api/admin/sign-in-providers',
  operation: 'signInProviders',
  summary: 'The sign-in providers of the installation.',
  tag: 'sign-in',
  access: 'operator',
  answer: z.object({ providers: z.array(providerAnswer) }),
} as const satisfies Route;

/** Adds a provider. */
export const createProviderRoute = {
  method: 'POST',
  path: '/api/admin/sign-in-providers',
  operation: 'createSignInProvider',
  summary: 'Adds a sign-in provider (OpenID Connect).',
  tag: 'sign-in',
  access: 'operator',
  body: providerBody,
  answer: z.object({ provider: providerAnswer }),
} as const satisfies Route;

/** Replaces what is said of a provider. With another issuer every link to it ends, for its accounts are others'. */
export const changeProviderRoute = {
  method: 'PUT',
  path: '/api/admin/sign-in-providers/:id',
  operation: 'changeSignInProvider',
  summary: 'Changes a sign-in provider; without clientSecret the one that is there stays.',
  tag: 'sign-in',
  access: 'operator',
  params: id,
  body: providerBody,
  answer: z.object({ provider: providerAnswer }),
} as const satisfies Route;

/** Removes a provider, with all links to it. */
export const deleteProviderRoute = {
  method: 'DELETE',
  path: '/api/admin/sign-in-providers/:id',
  operation: 'deleteSignInProvider',
  summary: 'Removes a sign-in provider, and every link of an account to it.',
  tag: 'sign-in',
  access: 'operator',
  params: id,
} as const satisfies Route;

/** Asks the provider for its configuration. */
export const checkProviderRoute = {
  method: 'POST',
  path: '/api/admin/sign-in-providers/:id/check',
  operation: 'checkSignInProvider',
  summary: 'Whether the provider answers as one, and what is missing.',
  tag: 'sign-in',
  access: 'operator',
  limit: 'expensive',
  params: id,
  answer: z.object({
    isReady: z.boolean(),
    /** what is wrong; empty when ready */
    problems: z.array(z.string()),
  }),
} as const satisfies Route;

/** Who needs a second factor. */
export const signInRules = z.object({
  /** of this workspace */
  requiresTwoFactor: z.boolean(),
  /** of the whole installation; then every workspace's */
  installationRequiresTwoFactor: z.boolean(),
  /** members of the workspace who have none */
  without: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })),
});
/** A parsed {@link signInRules}. */
export type SignInRules = z.infer<typeof signInRules>;

/** The rules that hold in the workspace. */
export const signInRulesRoute = {
  method: 'GET',
  path: '/api/admin/sign-in-rules',
  operation: 'signInRules',
  summary: 'Whether a second factor is required, and which members have none.',
  tag: 'sign-in',
  access: 'people:read',
  answer: signInRules,
} as const satisfies Route;

/** Changes the rules of the workspace. Members without a second factor can do nothing until they have set it up. */
export const setSignInRulesRoute = {
  method: 'PUT',
  path: '/api/admin/sign-in-rules',
  operation: 'setSignInRules',
  summary: 'Says whether members of the workspace need a second factor.',
  tag: 'sign-in',
  access: 'workspace:manage',
  body: z.strictObject({ requiresTwoFactor: z.boolean() }),
  answer: signInRules,
} as const satisfies Route;

/** The same for everybody. */
export const setInstallationRulesRoute = {
  method: 'PUT',
  path: '/api/admin/installation/sign-in-rules',
  operation: 'setInstallationSignInRules',
  summary: 'Says whether everybody of the installation needs a second factor.',
  tag: 'sign-in',
  access: 'operator',
  body: z.strictObject({ requiresTwoFactor: z.boolean() }),
  answer: signInRules,
} as const satisfies Route;
