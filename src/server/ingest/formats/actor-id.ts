/** Ids of people and devices in formats that also allow numbers. */

/** `value` as a string id: numbers are spelled out; anything else is left for validation to judge. */
export function actorId(value: unknown): unknown {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
}
