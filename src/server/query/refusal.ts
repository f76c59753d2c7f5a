/** What a caller is told when the warehouse refuses a statement: always a problem of the question, never one of ours to guess at. */
import { Problem } from '../../shared/model/errors.ts';
import { WarehouseError } from '../ports/warehouse.ts';
import type { Test } from './condition.ts';
import type { ResolvedQuery } from './resolve.ts';

/** ClickHouse's number for a pattern that RE2 cannot compile. */
const patternError = 427;

/** The pattern is one of the policy's, and whoever asks must not read it. */
const brokenLimits = 'The limits of what you may see cannot be applied, so nothing is shown. Ask who manages the roles to mend them.';

/** `error` as it may be shown to whoever asked `query`. */
export function refusal(error: unknown, query: ResolvedQuery): unknown {
  if (!(error instanceof WarehouseError)) return error;
  const broken = error.engineCode === patternError ? brokenPattern(error.message, query) : null;
  if (broken !== null) return new Problem('QUERY_INVALID', patternMessage(error.message, broken), {}, error);
  if (error.engineCode === patternError) return new Problem('FORBIDDEN', brokenLimits, {}, error);
  return new Problem(
    'QUERY_INVALID',
    `The warehouse cannot answer this question (engine code ${error.engineCode}). Change a field, a condition or a metric.`,
    {},
    error,
  );
}

/** The pattern of the query that the engine means; null when it is none of them, but one of the policy. */
function brokenPattern(engineMessage: string, query: ResolvedQuery): string | null {
  const patterns = [query.where, ...query.metrics.flatMap((metric) => (metric.where === null ? [] : [metric.where]))].flatMap(patternsOf);
  return patterns.find((pattern) => engineMessage.includes(pattern)) ?? (query.rows === null ? (patterns[0] ?? null) : null);
}

function patternMessage(engineMessage: string, broken: string): string {
  const reason = /error: ([^:.]{3,80})/.exec(engineMessage)?.[1];
  return `matches: "${broken}" is not a valid RE2 pattern${reason === undefined ? '' : ` (${reason})`}. RE2 has no look-around and no back-references.`;
}

function patternsOf(test: Test): string[] {
  if (test.op === 'all' || test.op === 'any') return test.tests.flatMap(patternsOf);
  if (test.op === 'not') return patternsOf(test.test);
  return test.op === 'matches' ? [test.text] : [];
}
