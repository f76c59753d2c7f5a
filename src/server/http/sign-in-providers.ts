/** Signing in by a provider, linking one to an account, and setting providers up. */
import type { FastifyReply } from 'fastify';
import { linkProviderRoute, unlinkProviderRoute } from '../../shared/contract/account.ts';
import { providerCallbackRoute, startProviderRoute } from '../../shared/contract/sign-in.ts';
import {
  changeProviderRoute,
  checkProviderRoute,
  createProviderRoute,
  deleteProviderRoute,
  providersRoute,
} from '../../shared/contract/sign-in-providers.ts';
import type { Onward } from '../identity/sign-in/oidc/provider-door.ts';
import { selfOf, type AccountRouteParts } from './account.ts';
import { bindRoute, type RouteBinding } from './binding.ts';
import { setAll, visitorOf } from './visitor.ts';

/** The routes of providers in src/shared/contract/{sign-in,account,sign-in-providers}.ts. */
export function providerRoutes(parts: AccountRouteParts): RouteBinding[] {
  return [...visitRoutes(parts), ...linkRoutes(parts), ...setUpRoutes(parts)];
}

function visitRoutes({ signIn: { providerDoor }, countryOf }: AccountRouteParts): RouteBinding[] {
  return [
    bindRoute(startProviderRoute, async ({ params, query, request, reply }) =>
      goOn(reply, await providerDoor.startOrFail(visitorOf(request, countryOf), params.id, query.return)),
    ),
    bindRoute(providerCallbackRoute, async ({ params, request, reply }) => {
      const { search } = new URL(request.url, 'http://localhost');
      return goOn(reply, await providerDoor.finish(visitorOf(request, countryOf), params.id, search));
    }),
  ];
}

/** The address that the browser came from holds a code or a state: it must not go on in a `Referer`. */
function goOn(reply: FastifyReply, { url, setCookies }: Onward): FastifyReply {
  setAll(reply, setCookies);
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 302);
}

function linkRoutes({ signIn: { providerDoor, account }, countryOf }: AccountRouteParts): RouteBinding[] {
  return [
    bindRoute(linkProviderRoute, async ({ principal, params, body, request, reply }) => {
      const self = selfOf(principal, request, countryOf);
      await account.prove(self, body.password);
      const { url, setCookies } = await providerDoor.start(self.visitor, params.id, '/profile', self.sessionId);
      setAll(reply, setCookies);
      return { url };
    }),
    bindRoute(unlinkProviderRoute, ({ principal, params, request }) =>
      providerDoor.unlink(selfOf(principal, request, countryOf).personId, params.id),
    ),
  ];
}

function setUpRoutes({ signIn: { providers } }: AccountRouteParts): RouteBinding[] {
  return [
    bindRoute(providersRoute, async () => ({ providers: await providers.list() })),
    bindRoute(createProviderRoute, async ({ body, reply }) => {
      const provider = await providers.create(body);
      reply.code(201);
      return { provider };
    }),
    bindRoute(changeProviderRoute, async ({ params, body }) => ({ provider: await providers.change(params.id, body) })),
    bindRoute(deleteProviderRoute, ({ params }) => providers.remove(params.id)),
    bindRoute(checkProviderRoute, async ({ params }) => {
      const problems = await providers.check(params.id);
      return { isReady: problems.length === 0, problems };
    }),
  ];
}
