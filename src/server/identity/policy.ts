/** What a question may see. */
import type { DatasetRule, DatasetRules } from '../../shared/model/policy.ts';

/** Part of every cache key and live room. */
export interface Policy {
  workspaceId: string;
  /** stable name shown in the lineage, such as `workspace` or `role:viewer` */
  name: string;
  /** with every `{person.x}` already bound */
  rules: DatasetRules;
}

const everything: DatasetRule = { rows: [], masks: [] };

/** The policy of somebody who may see the whole workspace. */
export function wholeWorkspace(workspaceId: string): Policy {
  return { workspaceId, name: 'workspace', rules: {} };
}

/** What `policy` lets be seen of a dataset. */
export function ruleOf(policy: Policy, dataset: string): DatasetRule {
  return policy.rules[dataset] ?? everything;
}

/** Whether `policy` lets a dataset be seen whole: every row, nothing masked. */
export function seesWhole(policy: Policy, dataset: string): boolean {
  const { rows, masks } = ruleOf(policy, dataset);
  return rows.length === 0 && masks.length === 0;
}
