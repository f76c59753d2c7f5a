/** Tells whoever writes the rules of a role whether questions can be asked under them. */
import { Problem } from '../../shared/model/errors.ts';
import type { DatasetRules } from '../../shared/model/policy.ts';
import { assertRule } from '../query/policy/rule.ts';

/** @throws DATASET_UNKNOWN, FIELD_UNKNOWN, QUERY_INVALID: a rule that names nothing would limit nothing */
export function assertRules(rules: DatasetRules): void {
  for (const [dataset, rule] of Object.entries(rules)) {
    if (dataset !== 'events') throw new Problem('DATASET_UNKNOWN', `rules: there is no dataset "${dataset}". Datasets: events.`);
    assertRule(rule);
  }
}
