/** Explore: a question at the left, its answer at the right, and everything in the address. */
import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Result } from '../../../shared/model/result.ts';
import { twinOf } from '../../charts/twin.ts';
import { among, oneOf } from '../../data/address.ts';
import { useNow } from '../../data/clock.ts';
import { useAnswer } from '../../data/live/use-answer.ts';
import type { Period } from '../../data/period.ts';
import { questionOf, questionSearch, toQuery } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import { Panel } from '../../panels/Panel.tsx';
import { panelState } from '../../panels/panel-state.ts';
import { isHollow } from '../../panels/QuestionPanel.tsx';
import { AnswerPicture } from './AnswerPicture.tsx';
import { answerTabs, AnswerTabs } from './AnswerTabs.tsx';
import classes from './ExplorePage.module.css';
import { Sentence } from './Sentence.tsx';
import { questionWords } from './words.ts';

/** An answer with the question and period that it answers. */
interface Drawn {
  question: Question;
  period: Period;
  result: Result;
}

/** The page. */
export function ExplorePage(): ReactNode {
  const search = useSearch({ from: '/inside/explore' });
  const navigate = useNavigate();
  const key = JSON.stringify(search);
  const question = useMemo(() => questionOf(JSON.parse(key) as Record<string, unknown>), [key]);
  const period = useMemo(() => ({ range: search.range, zone: search.zone }), [search.range, search.zone]);
  const answer = useAnswer(useMemo(() => toQuery(question, period), [question, period]));
  const nowMs = Math.floor(useNow() / 10_000) * 10_000;
  const tab = among(answerTabs, oneOf(search, 'tab')) ?? 'table';

  const go = (part: Record<string, unknown>): void => void navigate({ to: '/explore', search: { ...search, ...part }, resetScroll: false });
  const change = (part: Partial<Question>): void => go(questionSearch({ ...question, ...part }));

  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const isSettled = answer.result !== null && !answer.isOld;
  if (isSettled && answer.result !== null && (drawn?.result !== answer.result || drawn.question !== question))
    setDrawn({ question, period, result: answer.result });

  const title = questionWords(question, period);
  const isEmpty = isSettled && answer.result !== null && isHollow(answer.result);
  const state = panelState({
    hasAnswer: drawn !== null,
    isOld: !isSettled && answer.problem === null,
    problem: answer.problem,
    emptyBecause: isEmpty ? whyEmpty(question) : null,
  });
  const twin =
    drawn === null || drawn.question.show === 'table' ? null : twinOf(drawn.result, questionWords(drawn.question, drawn.period), nowMs);
  return (
    <div className={classes.explore}>
      <h1 className="bw-hidden">Explore</h1>
      <section className={classes.question} aria-label="Question">
        <Sentence question={question} period={period} onChange={change} onRange={(range) => go({ range })} />
      </section>
      <div className={classes.answer}>
        <Panel
          title={title}
          state={state}
          onRetry={answer.retry}
          heightPx={400}
          emptyAction={<WidenButtons question={question} onChange={change} onRange={(range) => go({ range })} />}
        >
          {drawn !== null && <AnswerPicture question={drawn.question} result={drawn.result} label={title} nowMs={nowMs} />}
        </Panel>
        {drawn !== null && (
          <AnswerTabs result={drawn.result} twin={twin} tab={tab} onTab={(next) => go({ tab: next === 'table' ? undefined : next })} />
        )}
      </div>
    </div>
  );
}

function whyEmpty(question: Question): string {
  const filters = question.filters.length;
  return filters === 0
    ? 'Nothing happened in this range.'
    : `Nothing in this range passes ${filters === 1 ? 'the filter' : `all ${filters} filters`}.`;
}

function WidenButtons({
  question,
  onChange,
  onRange,
}: {
  question: Question;
  onChange: (part: Partial<Question>) => void;
  onRange: (range: string) => void;
}): ReactNode {
  return (
    <div className={classes.widen}>
      <Button variant="default" size="compact-md" onClick={() => onRange('5y')}>
        Look at 5 years
      </Button>
      {question.filters.length > 0 && (
        <Button variant="default" size="compact-md" onClick={() => onChange({ filters: [] })}>
          Remove the filters
        </Button>
      )}
    </div>
  );
}
