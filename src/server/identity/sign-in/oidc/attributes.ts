/** What a provider says of somebody, kept as attributes of their memberships, which row filters look at. */
import type { CatalogDatabase } from '../../../catalog/schema.ts';
import type { ProviderClaims } from './clients.ts';
import type { Provider } from './provider.ts';

type Value = string | number | boolean | (string | number | boolean)[];

const mostItems = 1_000;
const mostCharacters = 1_000;

/**
 * Brings the attributes that a provider tells up to date: in the workspace that its people join, or where there is none in all of the
 * person's. A claim that is gone takes its attribute along, so that a right which ended there ends here. Whether anything changed.
 */
export async function renewAttributes(db: CatalogDatabase, provider: Provider, claims: ProviderClaims, personId: string): Promise<boolean> {
  const told = Object.entries(provider.attributeClaims);
  if (told.length === 0) return false;
  let memberships = db.selectFrom('memberships').select(['workspace_id', 'attributes']).where('person_id', '=', personId);
  if (provider.autoJoin !== null) memberships = memberships.where('workspace_id', '=', provider.autoJoin.workspaceId);
  let isChanged = false;
  for (const { workspace_id: workspaceId, attributes } of await memberships.execute()) {
    const renewed = { ...(JSON.parse(attributes) as Record<string, Value>) };
    for (const [attribute, path] of told) {
      const value = maybeValue(claims.all, path);
      if (value === null) delete renewed[attribute];
      else renewed[attribute] = value;
    }
    const text = JSON.stringify(renewed);
    if (text === attributes) continue;
    await db
      .updateTable('memberships')
      .set({ attributes: text })
      .where('workspace_id', '=', workspaceId)
      .where('person_id', '=', personId)
      .execute();
    isChanged = true;
  }
  return isChanged;
}

/** The claim of that name, or where there is none what its dots lead to; null when it is nothing that an attribute can be. */
function maybeValue(claims: Readonly<Record<string, unknown>>, path: string): Value | null {
  if (Object.hasOwn(claims, path)) return asValue(claims[path]);
  let at: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return null;
    at = (at as Record<string, unknown>)[step];
  }
  return asValue(at);
}

function asValue(value: unknown): Value | null {
  if (isPlain(value)) return value;
  return Array.isArray(value) && value.length <= mostItems && value.every(isPlain) ? value : null;
}

function isPlain(value: unknown): value is string | number | boolean {
  return (typeof value === 'string' && value.length <= mostCharacters) || typeof value === 'number' || typeof value === 'boolean';
}
