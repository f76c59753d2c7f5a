/** better-auth as we use it: it makes sessions, signs their cookies and finds them again, on the catalog, under our table names. */
import { kyselyAdapter } from '@better-auth/kysely-adapter';
import type { BetterAuthPlugin } from '@better-auth/core';
import { createAuthEndpoint } from '@better-auth/core/api';
import { APIError } from '@better-auth/core/error';
import { setSessionCookie } from 'better-auth/cookies';
import { betterAuth } from 'better-auth/minimal';
import { z } from 'zod';
import type { Catalog } from '../../../catalog/schema.ts';
import type { Log } from '../../../ports/log.ts';
import type { Secrets } from '../../../sealing/secrets.ts';
import { hashingTokens } from './hashed-tokens.ts';
import { idleDays, longestSessionMs } from '../lifetimes.ts';

const dayS = 86_400;

/** What sign-in is built on. */
export interface AuthParts extends Secrets {
  catalog: Catalog;
  /** whether browsers come by https: then cookies are sent by https alone */
  isHttps: boolean;
  log: Log;
}

/** The library, set up. */
export type Auth = ReturnType<typeof createAuth>;

/** The one call that better-auth does not have: a session for somebody whom we have let in, with its cookie. */
const opening = {
  id: 'bellwether',
  endpoints: {
    openSession: createAuthEndpoint(
      { method: 'POST', body: z.object({ personId: z.string(), address: z.string(), userAgent: z.string() }) },
      async (ctx) => {
        const { personId, address, userAgent } = ctx.body;
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(personId);
        if (user === null) throw new APIError('NOT_FOUND');
        const session = await internalAdapter.createSession(personId, false, { ipAddress: address, userAgent });
        // The cookie outlives the idle time, which the catalog keeps: use prolongs the session without a new cookie.
        await setSessionCookie(ctx, { session, user }, false, { maxAge: longestSessionMs / 1_000 });
        return { sessionId: session.id };
      },
    ),
  },
} satisfies BetterAuthPlugin;

/**
 * Sessions on the tables `auth_*` of the catalog. Nothing of it is reachable from outside: its handler is not installed, so that the
 * contract has every door.
 */
export function createAuth({ catalog, isHttps, log, secret }: AuthParts) {
  const changes = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return betterAuth({
    appName: 'Bellwether',
    baseURL: 'http://localhost',
    basePath: '/api/auth',
    // signs cookies; what it could encrypt (second factors, tokens of providers) we seal ourselves
    secret,
    telemetry: { enabled: false },
    database: hashingTokens(kyselyAdapter(catalog.db, { type: catalog.dialect })),
    plugins: [opening],
    user: { modelName: 'auth_users', fields: { emailVerified: 'email_verified', ...changes } },
    session: {
      modelName: 'auth_sessions',
      fields: { userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent', ...changes },
      expiresIn: idleDays * dayS,
      disableSessionRefresh: true,
    },
    account: {
      modelName: 'auth_accounts',
      fields: {
        userId: 'user_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...changes,
      },
    },
    verification: { modelName: 'auth_verifications', fields: { expiresAt: 'expires_at', ...changes } },
    emailAndPassword: { enabled: false },
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: 'bellwether',
      useSecureCookies: false,
      // `__Host-`: set by this very host, over https, for all its paths; no other host of the domain can put its own in the place.
      cookies: {
        session_token: {
          name: `${isHttps ? '__Host-' : ''}bellwether.session_token`,
          attributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: isHttps },
        },
      },
      // The tables come from our own migrations, and the contract suite signs in on both databases.
      database: { validateSchema: false },
    },
    onAPIError: {
      onError: (error) => {
        if (!(error instanceof APIError)) log.error({ err: error }, 'sign-in failed unexpectedly');
      },
    },
    logger: {
      level: 'warn',
      disableColors: true,
      log: (level, message, ...details: unknown[]) => log[level]({ details }, `sign-in: ${message}`),
    },
  });
}
