/** Answers who is signed in, and the one-time sign-up. */
import { sessionRoute, signUpRoute } from '../../shared/contract/identity.ts';
import type { Identity } from '../identity/identity.ts';
import { webHeaders } from './access.ts';
import { bindRoute, type RouteBinding } from './binding.ts';
import type { CountryOf } from './trail.ts';
import { cookiesOf, setAll, visitorOf } from './visitor.ts';

/** The routes of src/shared/contract/identity.ts. */
export function identityRoutes(identity: Identity, countryOf: CountryOf): RouteBinding[] {
  return [
    bindRoute(sessionRoute, async ({ request, reply }) => {
      const headers = webHeaders(request);
      const { session, setCookies } = await identity.readSession(headers);
      setAll(reply, setCookies);
      return { session, hasOwner: session !== null || (await identity.hasOwner()), csrf: identity.csrf.tokenOf(headers) };
    }),
    bindRoute(signUpRoute, async ({ body: { token, ...applicant }, request, reply }) => {
      const { session, setCookies } = await identity.joining.signUp(visitorOf(request, countryOf), token, applicant);
      setAll(reply, setCookies);
      return { session, hasOwner: true, csrf: identity.csrf.tokenOf(cookiesOf(setCookies)) };
    }),
  ];
}
