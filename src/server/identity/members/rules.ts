/** The algebra of rules: joined they show only what each of them shows, and one can be told to show no more than another. */
import type { DatasetRule, DatasetRules, Mask } from '../../../shared/model/policy.ts';
import type { Condition } from '../../../shared/model/query.ts';

/** Holds of no row. */
export const noRow: Condition = { any: [] };

const strictness = { bucket: 0, last4: 1, hash: 2, hide: 3 } as const satisfies Record<Mask['as'], number>;

/** The rules under which one sees what all of `rules` let be seen, in one form: equal limits give equal text. */
export function joinRules(...rules: readonly DatasetRules[]): DatasetRules {
  const datasets = [...new Set(rules.flatMap((each) => Object.keys(each)))].toSorted();
  return Object.fromEntries(
    datasets
      .map((dataset): [string, DatasetRule] => [dataset, joinRule(rules.flatMap((each) => ownRule(each, dataset) ?? []))])
      .filter(([, rule]) => rule.rows.length + rule.masks.length > 0),
  );
}

/** Whether `rules` surely let nobody see more than `than` does; false where that cannot be told from their text. */
export function seesNoMore(rules: DatasetRules, than: DatasetRules): boolean {
  return Object.entries(than).every(([dataset, limit]) => isWithin(ownRule(rules, dataset) ?? { rows: [], masks: [] }, limit));
}

/** Whether every dataset is seen no more under `rules` than under one of `either`. */
export function seesNoMoreThanEither(rules: DatasetRules, ...either: readonly DatasetRules[]): boolean {
  const datasets = new Set(either.flatMap((each) => Object.keys(each)));
  return [...datasets].every((dataset) => {
    const rule = ownRule(rules, dataset) ?? { rows: [], masks: [] };
    return either.some((each) => isWithin(rule, ownRule(each, dataset) ?? { rows: [], masks: [] }));
  });
}

/** The rule of a dataset, or null; a name such as "constructor" finds nothing that was not put there. */
export function ownRule(rules: DatasetRules, dataset: string): DatasetRule | null {
  return Object.hasOwn(rules, dataset) ? (rules[dataset] ?? null) : null;
}

function joinRule(rules: readonly DatasetRule[]): DatasetRule {
  return { rows: joinRows(rules.flatMap((rule) => rule.rows)), masks: joinMasks(rules.flatMap((rule) => rule.masks)) };
}

function joinRows(rows: readonly Condition[]): Condition[] {
  const byText = new Map(rows.map((condition) => [textOf(condition), condition]));
  if (byText.has(textOf(noRow))) return [noRow];
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, condition]) => condition);
}

/** Of masks on one field the strictest; none below a field that is masked as strictly. */
function joinMasks(masks: readonly Mask[]): Mask[] {
  const strictest = new Map<string, Mask>();
  for (const mask of masks) {
    const known = strictest.get(mask.field);
    if (known === undefined || !isAsStrict(known, mask)) strictest.set(mask.field, mask);
  }
  const kept = [...strictest.values()];
  return kept
    .filter((mask) => !kept.some((other) => other.field !== mask.field && covers(other.field, mask.field) && isAsStrict(other, mask)))
    .toSorted((a, b) => (a.field < b.field ? -1 : 1));
}

function isWithin(rule: DatasetRule, limit: DatasetRule): boolean {
  const rows = new Set(rule.rows.map(textOf));
  return (
    (rows.has(textOf(noRow)) || limit.rows.every((condition) => rows.has(textOf(condition)))) &&
    limit.masks.every((mask) => rule.masks.some((own) => covers(own.field, mask.field) && isAsStrict(own, mask)))
  );
}

/** Whether a mask on `field` also covers `inner`: itself, or what lies below it. */
function covers(field: string, inner: string): boolean {
  return inner === field || inner.startsWith(`${field}.`);
}

function isAsStrict(mask: Mask, other: Mask): boolean {
  if (mask.as === 'bucket' && other.as === 'bucket') return (mask.step ?? 0) >= (other.step ?? 0);
  return strictness[mask.as] >= strictness[other.as];
}

/** The same text for conditions that differ in the order of their members only. */
function textOf(condition: Condition): string {
  return JSON.stringify(condition, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
