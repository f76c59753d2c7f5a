/** Answers people about their own account, and changes it. */
import type { FastifyRequest } from 'fastify';
import {
  accountRoute,
  beginTwoFactorRoute,
  changeAccountRoute,
  changePasswordRoute,
  confirmTwoFactorRoute,
  disableTwoFactorRoute,
  endOtherSessionsRoute,
  endSessionRoute,
  forgetDevicesRoute,
  newRecoveryCodesRoute,
} from '../../shared/contract/account.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Self } from '../identity/account/account.ts';
import type { Identity } from '../identity/identity.ts';
import type { Principal } from '../identity/principal.ts';
import { bindRoute, type RouteBinding } from './binding.ts';
import type { CountryOf } from './trail.ts';
import { visitorOf } from './visitor.ts';

/** What the routes need. */
export interface AccountRouteParts {
  signIn: Identity['signIn'];
  countryOf: CountryOf;
}

/** The routes of src/shared/contract/account.ts but those of providers. */
export function accountRoutes(parts: AccountRouteParts): RouteBinding[] {
  return [...profileRoutes(parts), ...twoFactorRoutes(parts)];
}

/** The person who calls. @throws FORBIDDEN for who came by a token, which must not change how they sign in */
export function selfOf({ personId, sessionId }: Principal, request: FastifyRequest, countryOf: CountryOf): Self {
  if (personId === undefined || sessionId === undefined)
    throw new Problem('FORBIDDEN', 'An account is changed by its person, signed in with a browser, and not by a token.');
  return { personId, sessionId, visitor: visitorOf(request, countryOf) };
}

function profileRoutes({ signIn: { account }, countryOf }: AccountRouteParts): RouteBinding[] {
  return [
    bindRoute(accountRoute, ({ principal, request }) => account.read(selfOf(principal, request, countryOf))),
    bindRoute(changeAccountRoute, async ({ principal, request, body: { name } }) => {
      await account.rename(selfOf(principal, request, countryOf), name);
      return { name };
    }),
    bindRoute(changePasswordRoute, ({ principal, request, body: { currentPassword, newPassword } }) =>
      account.changePassword(selfOf(principal, request, countryOf), currentPassword, newPassword),
    ),
    bindRoute(endSessionRoute, ({ principal, request, params }) => account.endSession(selfOf(principal, request, countryOf), params.id)),
    bindRoute(endOtherSessionsRoute, async ({ principal, request }) => ({
      ended: await account.endOtherSessions(selfOf(principal, request, countryOf)),
    })),
    bindRoute(forgetDevicesRoute, ({ principal, request }) => account.forgetDevices(selfOf(principal, request, countryOf))),
  ];
}

function twoFactorRoutes({ signIn: { account }, countryOf }: AccountRouteParts): RouteBinding[] {
  return [
    bindRoute(beginTwoFactorRoute, ({ principal, request, body }) =>
      account.beginTwoFactor(selfOf(principal, request, countryOf), body.password),
    ),
    bindRoute(confirmTwoFactorRoute, async ({ principal, request, body }) => ({
      recoveryCodes: await account.confirmTwoFactor(selfOf(principal, request, countryOf), body.code),
    })),
    bindRoute(disableTwoFactorRoute, ({ principal, request, body }) =>
      account.disableTwoFactor(selfOf(principal, request, countryOf), body.password),
    ),
    bindRoute(newRecoveryCodesRoute, async ({ principal, request, body }) => ({
      recoveryCodes: await account.newRecoveryCodes(selfOf(principal, request, countryOf), body.password),
    })),
  ];
}
