/** Which mask covers which field of the events, and what is left out of properties that are shown whole. */
import type { Json } from '../../../shared/model/event.ts';
import type { Mask } from '../../../shared/model/policy.ts';

/** How the values of a field are shown. */
export type Masking = { as: 'hide' | 'hash' | 'last4' } | { as: 'bucket'; step: number };

const strictness = { bucket: 0, last4: 1, hash: 2, hide: 3 } as const satisfies Record<Masking['as'], number>;

/** Ids of which a person's id is one; who hides them hides the person. */
const idsOfPersons = ['person', 'user', 'anonymous'] as const;

/** The masks of a policy on the events. */
export class Masks {
  readonly #byField = new Map<string, Masking>();
  /** paths under `properties` that are left out where properties are shown whole; '' stands for all of them */
  readonly leftOut: readonly string[];

  constructor(masks: readonly Mask[]) {
    for (const { field, as, step } of masks) {
      const masking: Masking = as === 'bucket' ? { as, step: step ?? Infinity } : { as };
      this.#byField.set(field, strictest(this.#byField.get(field) ?? null, masking) ?? masking);
    }
    const paths = [...this.#byField.keys()].flatMap(pathUnderProperties);
    this.leftOut = paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other))).toSorted();
  }

  /** Whether nothing is masked. */
  get isEmpty(): boolean {
    return this.#byField.size === 0;
  }

  /** The strictest mask that covers `field`; null: it is shown as it is. */
  of(field: string): Masking | null {
    if (this.isEmpty) return null;
    if (field === 'person') return idsOfPersons.map((id) => this.#byField.get(id) ?? null).reduce(strictest, null);
    const keys = field.split('.');
    return keys.map((_, i) => this.#byField.get(keys.slice(0, i + 1).join('.')) ?? null).reduce(strictest, null);
  }

  /** Whether a member of what lies under `field` is masked, so that a list there may hold it. */
  reachesBelow(field: string): boolean {
    return [...this.#byField.keys()].some((masked) => masked.startsWith(`${field}.`));
  }
}

/** `properties` without the paths `leftOut`, and without lists that may hold members with these paths. */
export function leaveOut(properties: Record<string, Json>, leftOut: readonly string[]): Record<string, Json> {
  return leftOut.length === 0 ? properties : withoutPaths(properties, '', leftOut);
}

function withoutPaths(object: Record<string, Json>, prefix: string, leftOut: readonly string[]): Record<string, Json> {
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    if (leftOut.some((masked) => isWithin(path, masked))) continue;
    if (value === null || typeof value !== 'object' || !leftOut.some((masked) => masked.startsWith(`${path}.`))) kept.push([key, value]);
    else if (!Array.isArray(value)) {
      const inner = withoutPaths(value, `${path}.`, leftOut);
      if (Object.keys(inner).length > 0) kept.push([key, inner]);
    }
  }
  return Object.fromEntries(kept);
}

/** Whether the path is `covering` or lies below it. */
export function isWithin(path: string, covering: string): boolean {
  return covering === '' || path === covering || path.startsWith(`${covering}.`);
}

function pathUnderProperties(field: string): string[] {
  if (field === 'properties') return [''];
  return field.startsWith('properties.') ? [field.slice('properties.'.length)] : [];
}

function strictest(a: Masking | null, b: Masking | null): Masking | null {
  if (a === null || b === null) return a ?? b;
  if (a.as === 'bucket' && b.as === 'bucket') return a.step >= b.step ? a : b;
  return strictness[a.as] >= strictness[b.as] ? a : b;
}
