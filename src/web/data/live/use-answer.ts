/** The answer to a question, kept fresh; while the next question is on its way the last answer stays. */
import { useMemo, useState } from 'react';
import type { QueryInput } from '../../../shared/model/query.ts';
import type { Result } from '../../../shared/model/result.ts';
import { ServerProblem } from '../http.ts';
import { useLive } from './LiveProvider.tsx';

/** What is known of an answer. */
export interface Answer {
  /** null before the first */
  result: Result | null;
  /** it answers an earlier question */
  isOld: boolean;
  problem: ServerProblem | null;
  retry: () => void;
}

/** Follows `query`; `isPaused` (out of sight) leaves it and keeps what is known. */
export function useAnswer(query: QueryInput, isPaused = false): Answer {
  const { topic, retry } = useLive({ query }, isPaused);
  const [kept, setKept] = useState<Result | null>(topic.result);
  if (topic.result !== null && topic.result !== kept) setKept(topic.result);
  const problem = useMemo(() => (topic.problem === null ? null : new ServerProblem(topic.problem)), [topic.problem]);
  return { result: topic.result ?? kept, isOld: topic.result === null && kept !== null, problem, retry };
}
