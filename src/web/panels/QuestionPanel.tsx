/** A panel that asks a question, follows the answer while it is on screen, and draws it. */
import { useRef } from 'react';
import type { ReactNode } from 'react';
import type { QueryInput } from '../../shared/model/query.ts';
import type { Result } from '../../shared/model/result.ts';
import type { RankingRow } from '../charts/ranking/ranking.ts';
import { twinOf } from '../charts/twin.ts';
import { useNow } from '../data/clock.ts';
import { useAnswer } from '../data/live/use-answer.ts';
import { useOnScreen } from '../ui/use-on-screen.ts';
import { Picture } from './kinds/Picture.tsx';
import type { PictureKind } from './kinds/Picture.tsx';
import { Panel } from './Panel.tsx';
import { panelState } from './panel-state.ts';

/** What the panel asks and how it shows the answer. */
export interface QuestionPanelProps {
  title: string;
  titleLink?: (title: string) => ReactNode;
  about?: ReactNode;
  query: QueryInput;
  kind: PictureKind;
  /** parts add up to a whole: counts and sums */
  isAdditive: boolean;
  isCount: boolean;
  heightPx: number;
  /** said when the answer holds nothing */
  emptyWhy: string;
  emptyAction?: ReactNode;
  tools?: ReactNode;
  nameOf?: (row: RankingRow) => ReactNode;
  /** draws instead of the picture of the kind */
  draw?: (result: Result, nowMs: number) => ReactNode;
}

/** Whether no figure of the answer says anything: no rows, or nothing but missing values and zeros. */
export function isHollow(result: Result): boolean {
  const metrics = result.columns.flatMap((column, index) => (column.role === 'metric' ? [index] : []));
  return result.rows.every((row) => metrics.every((index) => row[index] === null || row[index] === undefined || row[index] === 0));
}

/** The panel. Minutes are the finest step of what it shows of the present. */
export function QuestionPanel({
  title,
  query,
  kind,
  isAdditive,
  isCount,
  emptyWhy,
  nameOf,
  draw,
  ...frame
}: QuestionPanelProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const answer = useAnswer(query, !useOnScreen(place));
  const nowMs = Math.floor(useNow() / 10_000) * 10_000;
  const { result } = answer;
  const state = panelState({
    hasAnswer: result !== null,
    isOld: answer.isOld,
    problem: answer.problem,
    emptyBecause: result !== null && isHollow(result) ? emptyWhy : null,
  });
  return (
    <div ref={place} style={{ display: 'grid', minWidth: 0 }}>
      <Panel
        title={title}
        state={state}
        onRetry={answer.retry}
        twin={result === null ? undefined : () => twinOf(result, title, nowMs)}
        {...frame}
      >
        {result !== null &&
          (draw?.(result, nowMs) ?? (
            <Picture kind={kind} result={result} label={title} nowMs={nowMs} isAdditive={isAdditive} isCount={isCount} nameOf={nameOf} />
          ))}
      </Panel>
    </div>
  );
}
