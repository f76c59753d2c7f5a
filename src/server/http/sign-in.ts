/** Lets people in and out, gives them new passwords, and says who needs a second factor. */
import { setInstallationRulesRoute, setSignInRulesRoute, signInRulesRoute } from '../../shared/contract/sign-in-providers.ts';
import {
  forgotPasswordRoute,
  passwordCheckRoute,
  resetPasswordRoute,
  secondFactorRoute,
  signInOptionsRoute,
  signInRoute,
  signOutRoute,
} from '../../shared/contract/sign-in.ts';
import type { Identity } from '../identity/identity.ts';
import { bindRoute, type RouteBinding } from './binding.ts';
import type { CountryOf } from './trail.ts';
import { setAll, visitorOf } from './visitor.ts';

/** What the routes need. */
export interface SignInRouteParts {
  signIn: Identity['signIn'];
  countryOf: CountryOf;
}

/** The routes of src/shared/contract/sign-in.ts but those of providers, and the rules of src/shared/contract/sign-in-providers.ts. */
export function signInRoutes(parts: SignInRouteParts): RouteBinding[] {
  return [...doorRoutes(parts), ...passwordRoutes(parts), ...ruleRoutes(parts)];
}

function doorRoutes({ signIn: { door, providers, hasMail }, countryOf }: SignInRouteParts): RouteBinding[] {
  return [
    bindRoute(signInOptionsRoute, async () => ({ providers: await providers.listOffered(), hasMail })),
    bindRoute(signInRoute, async ({ body, request, reply }) => {
      const { needsTwoFactor, session, setCookies } = await door.byPassword(visitorOf(request, countryOf), body.email, body.password);
      setAll(reply, setCookies);
      return { needsTwoFactor, session };
    }),
    bindRoute(secondFactorRoute, async ({ body, request, reply }) => {
      const { setCookies, ...entry } = await door.bySecondFactor(visitorOf(request, countryOf), body.code, body.trustDevice);
      setAll(reply, setCookies);
      return entry;
    }),
    bindRoute(signOutRoute, async ({ request, reply }) => {
      const { ended, setCookies } = await door.out(visitorOf(request, countryOf));
      setAll(reply, setCookies);
      const providerId = ended?.providerId ?? null;
      return { redirectUrl: providerId === null ? null : await providers.maybeSignOutUrl(providerId) };
    }),
  ];
}

function passwordRoutes({ signIn: { recovery, judgePassword }, countryOf }: SignInRouteParts): RouteBinding[] {
  return [
    bindRoute(forgotPasswordRoute, async ({ body, request }) => recovery.forgot(visitorOf(request, countryOf), body.email)),
    bindRoute(resetPasswordRoute, async ({ body, request }) => recovery.reset(visitorOf(request, countryOf), body.token, body.password)),
    bindRoute(passwordCheckRoute, async ({ body, request }) => judgePassword(visitorOf(request, countryOf), body.password, body.known)),
  ];
}

function ruleRoutes({ signIn: { rules } }: SignInRouteParts): RouteBinding[] {
  return [
    bindRoute(signInRulesRoute, ({ principal }) => rules.read(principal.workspaceId)),
    bindRoute(setSignInRulesRoute, async ({ principal: { workspaceId }, body }) => {
      await rules.set(workspaceId, body.requiresTwoFactor);
      return rules.read(workspaceId);
    }),
    bindRoute(setInstallationRulesRoute, async ({ principal: { workspaceId }, body }) => {
      await rules.set(null, body.requiresTwoFactor);
      return rules.read(workspaceId);
    }),
  ];
}
