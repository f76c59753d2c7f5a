/** The picture of an answer in Explore. */
import type { ReactNode } from 'react';
import { formatChange } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { numberIn } from '../../charts/cell-text.ts';
import { rememberedColors } from '../../charts/series-color.ts';
import { prepareTrend } from '../../charts/trend/trend.ts';
import { isAdditive } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import { NumberPicture } from '../../panels/kinds/NumberPanel.tsx';
import { Picture } from '../../panels/kinds/Picture.tsx';
import classes from './ExplorePage.module.css';
import { comparisonWords } from './words.ts';

interface AnswerPictureProps {
  question: Question;
  result: Result;
  label: string;
  nowMs: number;
}

/** The picture; numbers stand side by side, one per metric. */
export function AnswerPicture({ question, result, label, nowMs }: AnswerPictureProps): ReactNode {
  const [metric] = question.metrics;
  if (question.show === 'number') return <Numbers question={question} result={result} label={label} nowMs={nowMs} />;
  return (
    <Picture
      kind={question.show}
      result={result}
      label={label}
      nowMs={nowMs}
      isAdditive={metric !== undefined && isAdditive(metric)}
      isCount={metric?.aggregate === 'count'}
    />
  );
}

function Numbers({ question, result, nowMs }: AnswerPictureProps): ReactNode {
  const trend = prepareTrend(result, { shape: 'line', nowMs, isAdditive: false, colorsOf: rememberedColors });
  const metrics = result.columns.map((column, index) => ({ column, index })).filter(({ column }) => column.role === 'metric');
  return (
    <div className={classes.numbers}>
      {metrics.map(({ column, index }) => {
        const series = trend.series.find((one) => one.label === column.name);
        const value = numberIn(result.totals[index]);
        const before = result.comparison === undefined ? null : numberIn(result.comparison.totals[index]);
        return (
          <div key={column.name} className={classes.number}>
            <NumberPicture
              value={value}
              unit={column.unit}
              change={result.comparison === undefined ? null : formatChange(value, before)}
              note={question.compare === null ? column.name : `${column.name}, against ${comparisonWords[question.compare]}`}
              trend={series === undefined ? null : { values: series.values, before: series.before, fillingIndex: trend.fillingIndex }}
              color={series?.color ?? 0}
            />
          </div>
        );
      })}
    </div>
  );
}
