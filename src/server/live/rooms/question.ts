/** A question as rooms see it: what makes two of them the same, and when an answer may have changed. */
import { Problem } from '../../../shared/model/errors.ts';
import { describeIssues, isTooDeep, mostLevels } from '../../../shared/model/issue.ts';
import { orderedText } from '../../../shared/model/ordered-text.ts';
import { querySchema, type Query } from '../../../shared/model/query.ts';
import type { Result } from '../../../shared/model/result.ts';
import { seesWhole, type Policy } from '../../identity/policy.ts';
import type { CommitNotice } from '../../ports/accepted.ts';

const hourMs = 3_600_000;

/** A query under a policy. Equal keys mean equal answers. */
export interface Question {
  key: string;
  policy: Policy;
  query: Query;
}

/** The question that `input` asks under `policy`. @throws QUERY_INVALID */
export function parseQuestion(policy: Policy, input: unknown): Question {
  if (isTooDeep(input)) throw new Problem('QUERY_INVALID', `The query is nested deeper than ${mostLevels} levels.`);
  const parsed = querySchema.safeParse(input);
  if (!parsed.success) throw new Problem('QUERY_INVALID', describeIssues(parsed.error));
  return { key: orderedText([policy, parsed.data]), policy, query: parsed.data };
}

/** Whether a commit may have changed `result`, the last answer to the question. */
export function isTouched({ key, query, policy }: Question, result: Result, notice: CommitNotice, nowMs: number): boolean {
  if (notice.dataset === 'identity_links') return key.includes('"person"');
  if (notice.dataset !== query.dataset) return false;
  if (notice.hours === null) return true;
  // under a row filter people are told together by ids that occur in visible events of any time
  if (key.includes('"person"') && !seesWhole(policy, query.dataset)) return true;
  const ranges = [result.lineage.range, ...(result.comparison === undefined ? [] : [result.comparison.range])];
  return ranges.some((range) => {
    const fromMs = Date.parse(range.from);
    const toMs = 'last' in query.range ? Math.max(Date.parse(range.to), nowMs) : Date.parse(range.to);
    if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return true;
    return notice.hours?.some((hour) => (hour + 1) * hourMs > fromMs && hour * hourMs < toMs);
  });
}

/** When the answer changes although nothing comes in, epoch ms: when its range ends. null: it has ended for good. */
export function rollsAtMs(query: Query, result: Result, isPartial: boolean): number | null {
  return 'last' in query.range || isPartial ? Date.parse(result.lineage.range.to) : null;
}

/** Whether more may still come into the range of the answer. */
export function isPartial(result: Result, nowMs: number, pendingSinceMs: number | null): boolean {
  const endMs = Date.parse(result.lineage.range.to);
  return endMs > nowMs || (pendingSinceMs !== null && pendingSinceMs < endMs);
}
