/** Speaks OpenID Connect with providers: their configuration, where to send browsers, and who they say somebody is. */
import type { ClientAuth, Configuration, CustomFetch, IDToken, UserInfoResponse } from 'openid-client';
import { Problem } from '../../../../shared/model/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sealer } from '../../../sealing/sealer.ts';
import { providerLabel, type Provider } from './provider.ts';

/** How long the configuration of a provider is believed. */
const believedMs = 60 * 60_000;
const timeoutS = 10;

/** What a browser takes along to a provider, and what must come back. */
export interface Visit {
  state: string;
  nonce: string;
  /** of PKCE */
  verifier: string;
}

/** Who a provider says somebody is. */
export interface ProviderClaims {
  /** never given twice by one issuer */
  subject: string;
  /** lower case; null: none, or the provider has not verified it */
  email: string | null;
  name: string | null;
  /** all of the ID token, and of the user info where that was asked */
  all: Readonly<Record<string, unknown>>;
}

/** Providers, spoken with. An error that is no Problem: the answer cannot be trusted. @throws OUTBOUND_FAILED and the like when there is none */
export interface ProviderClients {
  /** Where to send a browser. */
  visitUrl(provider: Provider, visit: Visit, callbackUrl: string): Promise<string>;
  /** What the provider says in answer to a visit; `answerUrl` is the callback with all that came back. */
  readAnswer(provider: Provider, visit: Visit, answerUrl: URL): Promise<ProviderClaims>;
  problemsOf(provider: Provider): Promise<string[]>;
  maybeSignOutUrl(provider: Provider, returnUrl: string): Promise<string | null>;
  /** Asks for the configuration of that provider anew next time. */
  forget(providerId: string): void;
}

/** What is spoken with. */
export interface ProviderClientParts {
  /** keeps our own network out of reach; null: nothing can be called */
  fetch: typeof fetch | null;
  sealer: Sealer;
  clock: Clock;
}

const load = () => import('openid-client');

/** Clients by the library openid-client. */
export function createProviderClients(parts: ProviderClientParts): ProviderClients {
  const { sealer, clock } = parts;
  const known = new Map<string, { updatedMs: number; atMs: number; configuration: Promise<Configuration> }>();

  const configurationOf = (provider: Provider): Promise<Configuration> => {
    const kept = known.get(provider.id);
    if (kept?.updatedMs === provider.updatedMs && clock.now() - kept.atMs < believedMs) return kept.configuration;
    const configuration = discover(provider, secretOf(provider, sealer), parts.fetch);
    const entry = { updatedMs: provider.updatedMs, atMs: clock.now(), configuration };
    known.set(provider.id, entry);
    configuration.catch(() => known.get(provider.id) === entry && known.delete(provider.id));
    return configuration;
  };

  return {
    visitUrl: async (provider, { state, nonce, verifier }, callbackUrl) => {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await load();
      const url = buildAuthorizationUrl(await configurationOf(provider), {
        redirect_uri: callbackUrl,
        scope: provider.scopes.join(' '),
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    },
    readAnswer: async (provider, visit, answerUrl) => readAnswer(await configurationOf(provider), visit, answerUrl),
    problemsOf: async (provider) => {
      known.delete(provider.id);
      return problemsOf(provider, sealer, configurationOf);
    },
    maybeSignOutUrl: async (provider, returnUrl) => {
      try {
        const configuration = await configurationOf(provider);
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
        const { buildEndSessionUrl } = await load();
        return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnUrl }).href;
      } catch {
        // Whoever signs out has signed out here: a provider that is down must not keep them.
        return null;
      }
    },
    forget: (providerId) => void known.delete(providerId),
  };
}

function secretOf({ id, name, sealedSecret }: Provider, sealer: Sealer): string | null {
  if (sealedSecret === null) return null;
  const secret = sealer.maybeOpen(sealedSecret, providerLabel(id));
  if (secret === null) throw new Problem('CONFLICT', `The client secret of "${name}" cannot be read any more. Enter it anew.`);
  return secret;
}

async function discover({ issuer, clientId }: Provider, secret: string | null, outward: typeof fetch | null): Promise<Configuration> {
  if (outward === null) throw new Problem('OUTBOUND_FORBIDDEN', 'This server calls no other servers.');
  const oidc = await load();
  const call: CustomFetch = (url, options) => outward(url, options as RequestInit);
  const isLocal = issuer.startsWith('http:');
  const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    [oidc.customFetch]: call,
    timeout: timeoutS,
    execute: isLocal ? [oidc.allowInsecureRequests] : [],
  });
  const server = found.serverMetadata();
  const configuration = new oidc.Configuration(server, clientId, secret === null ? {} : { client_secret: secret }, authentication());
  configuration[oidc.customFetch] = call;
  configuration.timeout = timeoutS;
  if (isLocal) oidc.allowInsecureRequests(configuration);
  // The signature of ID tokens is checked although they come straight from the provider: a proxy on the way may not be ours.
  oidc.enableNonRepudiationChecks(configuration);
  return configuration;

  function authentication(): ClientAuth {
    if (secret === null) return oidc.None();
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
  }
}

async function readAnswer(configuration: Configuration, { state, nonce, verifier }: Visit, answerUrl: URL): Promise<ProviderClaims> {
  const { authorizationCodeGrant, fetchUserInfo } = await load();
  const tokens = await authorizationCodeGrant(configuration, answerUrl, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const token: IDToken = tokens.claims()!;
  // Many providers tell the address in the user info alone.
  const hasMore = token.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
  const more: UserInfoResponse | null = hasMore ? await fetchUserInfo(configuration, tokens.access_token, token.sub) : null;
  return claimsOf({ ...more, ...token });
}

function claimsOf(all: Record<string, unknown> & { sub: string }): ProviderClaims {
  const { sub, email, name } = all;
  // Some write the truth value as text.
  const isVerified = all.email_verified === true || all.email_verified === 'true';
  const address = typeof email === 'string' && isVerified && /^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email) ? email.toLowerCase() : null;
  return { subject: sub, email: address, name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 100) : null, all };
}

async function problemsOf(
  provider: Provider,
  sealer: Sealer,
  configurationOf: (provider: Provider) => Promise<Configuration>,
): Promise<string[]> {
  try {
    secretOf(provider, sealer);
    const server = (await configurationOf(provider)).serverMetadata();
    const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
    const problems = needed.filter((name) => server[name] === undefined).map((name) => `Its configuration has no "${name}".`);
    const unknown = provider.scopes.filter((scope) => server.scopes_supported?.includes(scope) === false);
    if (unknown.length > 0) problems.push(`It does not know the scopes ${unknown.map((scope) => `"${scope}"`).join(', ')}.`);
    if (server.response_types_supported?.includes('code') === false) problems.push('It does not offer the authorization code flow.');
    return problems;
  } catch (error) {
    return [`Its configuration cannot be used: ${reasonOf(error)}`];
  }
}

/** The innermost message, which says most. */
function reasonOf(error: unknown): string {
  const chain: string[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 5; at = at.cause) chain.push(at.message);
  return `${chain.at(-1) ?? 'no reason was given'}.`.replace(/\.\.$/, '.');
}
