/** Tells what can be asked about. */
import { catalogRoute, type CatalogAnswer } from '../../shared/contract/catalog.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the route needs. */
export interface CatalogParts {
  catalog(workspaceId: string): Promise<CatalogAnswer>;
}

/** Routes of the catalog. */
export function catalogRoutes(parts: CatalogParts): RouteBinding[] {
  return [bindRoute(catalogRoute, ({ principal }) => parts.catalog(principal.workspaceId))];
}
