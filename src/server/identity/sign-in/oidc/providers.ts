/** Sets sign-in providers up: for whoever runs the installation. */
import type { ProviderAnswer, ProviderBody } from '../../../../shared/contract/sign-in-providers.ts';
import { Problem } from '../../../../shared/model/errors.ts';
import { builtInRoles } from '../../../../shared/model/permission.ts';
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { Clock, RandomBytes } from '../../../ports/clock.ts';
import type { Sealer } from '../../../sealing/sealer.ts';
import { makeId } from '../../random-text.ts';
import type { WatchedVersion } from '../../versioned-cache.ts';
import { deleteProviderSessions } from '../session-rows.ts';
import type { ProviderClients } from './clients.ts';
import { findProvider, listProviders, saveProvider, type Provider } from './provider.ts';

const mostProviders = 50;

/** What providers are set up with. */
export interface ProvidersParts {
  db: CatalogDatabase;
  sealer: Sealer;
  clock: Clock;
  randomBytes: RandomBytes;
  version: WatchedVersion;
  clients: ProviderClients;
  appUrl: () => string;
}

/** Providers, set up and looked at. */
export interface Providers {
  /** those that are on, for the sign-in page */
  listOffered(): Promise<{ id: string; name: string }[]>;
  list(): Promise<ProviderAnswer[]>;
  /** @throws REQUEST_INVALID, CONFLICT */
  create(body: ProviderBody): Promise<ProviderAnswer>;
  /** @throws REQUEST_INVALID, NOT_FOUND */
  change(id: string, body: ProviderBody): Promise<ProviderAnswer>;
  /** @throws NOT_FOUND */
  remove(id: string): Promise<void>;
  /** What keeps a provider from working; nothing when it does. @throws NOT_FOUND */
  check(id: string): Promise<string[]>;
  /** Where to go to sign out of the provider as well; null when it offers no such place, or does not answer. */
  maybeSignOutUrl(id: string): Promise<string | null>;
}

/** Providers in the catalog. */
export function createProviders(parts: ProvidersParts): Providers {
  const { db, sealer, clock, randomBytes, clients, appUrl } = parts;
  return {
    listOffered: async () => (await listProviders(db)).filter(({ isOn }) => isOn).map(({ id, name }) => ({ id, name })),
    list: async () => {
      const counts = await countLinks(db);
      return (await listProviders(db)).map((provider) => answerOf(provider, counts.get(provider.id) ?? 0, appUrl()));
    },
    create: async (body) => {
      if ((await listProviders(db)).length >= mostProviders)
        throw new Problem('CONFLICT', `There are ${mostProviders} sign-in providers, which is the most.`);
      await assertPlausible(db, body);
      const nowMs = clock.now();
      const id = makeId('sp', randomBytes);
      await saveProvider(db, sealer, body, { id, createdMs: nowMs, updatedMs: nowMs, sealedSecret: null });
      return answerOf(await findProvider(db, id), 0, appUrl());
    },
    change: async (id, body) => {
      const before = await findProvider(db, id);
      await assertPlausible(db, body);
      await db.transaction().execute(async (transaction) => {
        await saveProvider(transaction, sealer, body, { ...before, updatedMs: clock.now() });
        if (before.issuer !== body.issuer) await transaction.deleteFrom('sign_in_links').where('provider_id', '=', id).execute();
        if (before.issuer !== body.issuer || !body.isOn) await deleteProviderSessions(transaction, id);
      });
      parts.version.forget();
      clients.forget(id);
      return answerOf(await findProvider(db, id), (await countLinks(db)).get(id) ?? 0, appUrl());
    },
    remove: async (id) => {
      await findProvider(db, id);
      await db.transaction().execute(async (transaction) => {
        await deleteProviderSessions(transaction, id);
        await transaction.deleteFrom('sign_in_providers').where('id', '=', id).execute();
      });
      parts.version.forget();
      clients.forget(id);
    },
    check: async (id) => clients.problemsOf(await findProvider(db, id)),
    maybeSignOutUrl: async (id) => {
      const provider = await findProvider(db, id).catch(() => null);
      return provider === null ? null : clients.maybeSignOutUrl(provider, `${appUrl().replace(/\/$/, '')}/sign-in`);
    },
  };
}

/** Where a provider sends browsers back to. */
export function callbackUrlOf(appUrl: string, providerId: string): string {
  return `${appUrl.replace(/\/$/, '')}/api/auth/oidc/${providerId}/callback`;
}

async function assertPlausible(
  db: CatalogDatabase,
  { issuer, autoJoin, scopes, linksByEmail, allowedDomains }: ProviderBody,
): Promise<void> {
  const refuse = (path: string, message: string): never => {
    throw new Problem('REQUEST_INVALID', `The sign-in provider cannot be set up so: ${message}`, { issues: [{ path, message }] });
  };
  const url = new URL(issuer);
  if (url.protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
    refuse('issuer', `"${issuer}" must begin with https://; http:// is for this machine alone.`);
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    refuse('issuer', `"${issuer}" must be an address without user, "?" and "#".`);
  if (!scopes.includes('openid')) refuse('scopes', 'they must include "openid".');
  if ((linksByEmail || autoJoin !== null) && allowedDomains.length === 0)
    refuse('allowedDomains', 'linking by e-mail and joining without an invitation need the domains for which they hold.');
  if (autoJoin === null) return;
  const { workspaceId, role } = autoJoin;
  const workspace = await db.selectFrom('workspaces').select('id').where('id', '=', workspaceId).executeTakeFirst();
  if (workspace === undefined) refuse('autoJoin.workspaceId', `there is no workspace "${workspaceId}".`);
  if (role === 'owner') refuse('autoJoin.role', 'nobody becomes an owner without an invitation.');
  if ((builtInRoles as readonly string[]).includes(role)) return;
  const own = await db.selectFrom('roles').select('id').where('id', '=', role).where('workspace_id', '=', workspaceId).executeTakeFirst();
  if (own === undefined) refuse('autoJoin.role', `the workspace has no role "${role}".`);
}

async function countLinks(db: CatalogDatabase): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('sign_in_links')
    .select((eb) => ['provider_id', eb.fn.countAll<number>().as('links')])
    .groupBy('provider_id')
    .execute();
  return new Map(rows.map((row) => [row.provider_id, Number(row.links)]));
}

function answerOf(provider: Provider, linkedCount: number, appUrl: string): ProviderAnswer {
  const { sealedSecret, createdMs, updatedMs, ...shown } = provider;
  return {
    ...shown,
    hasSecret: sealedSecret !== null,
    callbackUrl: callbackUrlOf(appUrl, provider.id),
    linkedCount,
    createdAt: new Date(createdMs).toISOString(),
    updatedAt: new Date(updatedMs).toISOString(),
  };
}
