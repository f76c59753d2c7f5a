/** Removes what is never kept, whoever sends it. */
import type { Json } from '../../../shared/model/event.ts';

/** Properties in which SDKs put the client's network address without being asked. */
const ADDRESS_PROPERTY = '$ip';

/** Deletes client addresses from `properties`. */
export function protect(properties: Record<string, Json>): void {
  if (Object.hasOwn(properties, ADDRESS_PROPERTY)) delete properties[ADDRESS_PROPERTY];
}
