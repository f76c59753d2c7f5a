/** better-auth as we use it: e-mail and password on the catalog, no way to sign up, our table names. */
import { kyselyAdapter } from '@better-auth/kysely-adapter';
import { APIError } from '@better-auth/core/error';
import { betterAuth } from 'better-auth/minimal';
import { passwordLength } from '../../../shared/contract/identity.ts';
import type { Catalog } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Secrets } from '../../sealing/secrets.ts';
import { countAttempts } from './attempts.ts';
import { trustedOrigins } from './origins.ts';
import { authSecrets } from './auth-secrets.ts';

/** Header in which the handler tells better-auth the caller's address; what a caller puts there is overwritten. */
export const addressHeader = 'bellwether-address';

const dayS = 86_400;
/** Tries of a password per minute and address. One try costs some 60 ms of processor time, so this bounds the load too. */
const signInRule = { window: 60, max: 20 };

/** What sign-in is built on. */
export interface AuthParts extends Secrets {
  catalog: Catalog;
  /** null: whatever address the browser used */
  publicUrl: string | null;
  webOrigins: readonly string[];
  clock: Clock;
  log: Log;
}

/** The library, set up. */
export type Auth = ReturnType<typeof createAuth>;

/** Sign-in on the tables `auth_*` of the catalog. Sessions last a week and are renewed by use, once a day. */
export function createAuth({ catalog, publicUrl, webOrigins, clock, log, ...secrets }: AuthParts) {
  const changes = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return betterAuth({
    appName: 'Bellwether',
    // Only its path counts: the address itself is the one of each request, judged by `trustedOrigins`.
    baseURL: 'http://localhost',
    basePath: '/api/auth',
    secret: secrets.secret,
    secrets: authSecrets(secrets),
    telemetry: { enabled: false },
    database: kyselyAdapter(catalog.db, { type: catalog.dialect }),
    user: { modelName: 'auth_users', fields: { emailVerified: 'email_verified', ...changes } },
    session: {
      modelName: 'auth_sessions',
      fields: { userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent', ...changes },
      expiresIn: 7 * dayS,
      updateAge: dayS,
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
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: passwordLength.min, maxPasswordLength: passwordLength.max },
    trustedOrigins: async (request) => trustedOrigins(request, publicUrl, webOrigins),
    rateLimit: { enabled: true, window: 60, max: 100, customRules: { '/sign-in/email': signInRule }, customStorage: countAttempts(clock) },
    advanced: {
      cookiePrefix: 'bellwether',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      // Both are the default, except where NODE_ENV is "test".
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [addressHeader] },
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
