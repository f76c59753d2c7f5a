/** The sign-in providers of the installation, as they are kept. */
import type { ProviderBody } from '../../../../shared/contract/sign-in-providers.ts';
import { Problem } from '../../../../shared/model/errors.ts';
import type { CatalogDatabase, CatalogTables } from '../../../catalog/schema.ts';
import type { Sealer } from '../../../sealing/sealer.ts';

/** What is said of a provider beyond its address and credentials. */
type Settings = Pick<ProviderBody, 'scopes' | 'allowedDomains' | 'linksByEmail' | 'autoJoin' | 'attributeClaims' | 'handlesTwoFactor'>;

/** A provider. */
export interface Provider extends Settings {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  /** sealed; null: none, PKCE alone */
  sealedSecret: string | null;
  isOn: boolean;
  createdMs: number;
  updatedMs: number;
}

/** The label under which the client secret of a provider is sealed. */
export function providerLabel(providerId: string): string {
  return `sign-in provider ${providerId}`;
}

function providerOf(row: CatalogTables['sign_in_providers']): Provider {
  return {
    ...(JSON.parse(row.settings) as Settings),
    id: row.id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    sealedSecret: row.sealed,
    isOn: row.is_on === 1,
    createdMs: row.created_at,
    updatedMs: row.updated_at,
  };
}

/** All providers, by name. */
export async function listProviders(db: CatalogDatabase): Promise<Provider[]> {
  const rows = await db.selectFrom('sign_in_providers').selectAll().orderBy('name').orderBy('id').execute();
  return rows.map(providerOf);
}

/** One of them. @throws NOT_FOUND */
export async function findProvider(db: CatalogDatabase, id: string): Promise<Provider> {
  const row = await db.selectFrom('sign_in_providers').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Problem('NOT_FOUND', `There is no sign-in provider "${id}".`);
  return providerOf(row);
}

/** Writes a provider, new or changed. A secret that is left out stays as it is. */
export async function saveProvider(
  db: CatalogDatabase,
  sealer: Sealer,
  body: ProviderBody,
  { id, createdMs, updatedMs, sealedSecret }: Pick<Provider, 'id' | 'createdMs' | 'updatedMs' | 'sealedSecret'>,
): Promise<void> {
  const { name, issuer, clientId, clientSecret, isOn, ...settings } = body;
  const changed = {
    name,
    issuer,
    client_id: clientId,
    sealed: clientSecret === undefined ? sealedSecret : clientSecret === null ? null : sealer.seal(clientSecret, providerLabel(id)),
    settings: JSON.stringify(settings),
    is_on: isOn ? 1 : 0,
    updated_at: updatedMs,
  };
  await db
    .insertInto('sign_in_providers')
    .values({ id, created_at: createdMs, ...changed })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
    .execute();
}

/** Whether an address is in one of the domains for which the provider may let people in. */
export function isOfDomain({ allowedDomains }: Provider, email: string): boolean {
  return allowedDomains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}
