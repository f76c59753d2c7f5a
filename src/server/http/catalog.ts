/** Tells what can be asked about. */
import { catalogRoute, type CatalogAnswer } from '../../shared/contract/catalog.ts';
import { viewOf } from '../query/policy/view.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import type { View } from '../warehouse/view/view.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the route needs. */
export interface CatalogParts {
  catalog(view: View): Promise<CatalogAnswer>;
  maskSalt: MaskSalt;
}

/** Routes of the catalog. */
export function catalogRoutes({ catalog, maskSalt }: CatalogParts): RouteBinding[] {
  return [bindRoute(catalogRoute, ({ principal }) => catalog(viewOf(principal.policy, maskSalt)))];
}
