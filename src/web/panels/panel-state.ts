/** The four states of a panel, and how one follows from what is known of an answer. */
import type { ServerProblem } from '../data/http.ts';

/** What a panel shows. */
export type PanelState =
  | { is: 'loading' }
  | { is: 'empty'; why: string }
  | { is: 'error'; problem: ServerProblem }
  | { is: 'data'; isRefreshing: boolean; problem: ServerProblem | null };

/** What is known of an answer. */
export interface Knowledge {
  hasAnswer: boolean;
  /** the answer belongs to an earlier question */
  isOld: boolean;
  /** null: there is something to show; else why there is not */
  emptyBecause: string | null;
  problem: ServerProblem | null;
}

/** The state: an old picture is never taken away, neither by waiting nor by an error. */
export function panelState({ hasAnswer, isOld, emptyBecause, problem }: Knowledge): PanelState {
  if (!hasAnswer) return problem === null ? { is: 'loading' } : { is: 'error', problem };
  if (emptyBecause !== null && problem === null && !isOld) return { is: 'empty', why: emptyBecause };
  return { is: 'data', isRefreshing: isOld, problem };
}
