/** The question as a sentence one can edit, word by word. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { formatRange } from '../../../shared/format/time.ts';
import { catalogQuery } from '../../data/catalog.ts';
import { maybeRange } from '../../data/period.ts';
import type { Period } from '../../data/period.ts';
import { comparisonChoices, grainChoices, isOverTime, metricName } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import { Picker } from '../../ui/Picker.tsx';
import { RangePicker } from '../shell/period/RangePicker.tsx';
import { AddChip, Chip } from './Chip.tsx';
import { fieldLabel, fieldOptions, metricOf, metricOptions, metricValue, typedField } from './choices.ts';
import { FilterPart } from './FilterPart.tsx';
import classes from './Sentence.module.css';
import { ShowPart } from './ShowPart.tsx';
import { comparisonWords } from './words.ts';

/** What the sentence says and changes. */
export interface SentenceProps {
  question: Question;
  period: Period;
  onChange: (part: Partial<Question>) => void;
  onRange: (range: string) => void;
}

const mostMetrics = 6;
const mostBy = 5;

/** The sentence; parts that the picture has no use for are not shown. */
export function Sentence({ question, period, onChange, onRange }: SentenceProps): ReactNode {
  const { data: catalog } = useQuery(catalogQuery);
  const fields = useMemo(() => fieldOptions(catalog), [catalog]);
  const range = maybeRange(period.range) ?? { last: '30d' };
  const canSplit = question.show !== 'number' && question.show !== 'heatmap';
  return (
    <div className={classes.sentence}>
      <Part word="Show">
        <MetricPart question={question} onChange={onChange} catalogOptions={useMemo(() => metricOptions(catalog), [catalog])} />
      </Part>
      <Part word="where">
        <FilterPart filters={question.filters} fields={fields} period={period} onChange={(filters) => onChange({ filters })} />
      </Part>
      {canSplit && (
        <Part word="by">
          {question.by.map((field) => (
            <Chip
              key={field}
              text={fieldLabel(field)}
              label="Split by it"
              onRemove={() => onChange({ by: question.by.filter((one) => one !== field) })}
            />
          ))}
          {question.by.length < mostBy && (
            <Picker
              label="Split by which field"
              options={fields}
              picked={question.by}
              onPick={(field) => onChange({ by: [...new Set([...question.by, field])] })}
              offerTyped={typedField}
              button={(props) => <AddChip text="+ split" {...props} />}
            />
          )}
        </Part>
      )}
      <Part word="over">
        <RangePicker range={range} onPick={onRange}>
          {(props) => <Chip text={formatRange(range)} label="Change the range" {...props} />}
        </RangePicker>
      </Part>
      {isOverTime(question) && <GrainPart question={question} onChange={onChange} />}
      {question.show !== 'heatmap' && <ComparePart question={question} onChange={onChange} />}
      <Part word="as">
        <ShowPart show={question.show} onChange={(show) => onChange({ show })} />
      </Part>
    </div>
  );
}

function Part({ word, children }: { word: string; children: ReactNode }): ReactNode {
  return (
    <div className={classes.part} role="group" aria-label={word}>
      <span className={classes.lead} aria-hidden="true">
        {word}
      </span>
      <div className={classes.words}>{children}</div>
    </div>
  );
}

function MetricPart({
  question,
  onChange,
  catalogOptions,
}: Pick<SentenceProps, 'question' | 'onChange'> & { catalogOptions: ReturnType<typeof metricOptions> }): ReactNode {
  const { metrics } = question;
  const isOnly = metrics.length === 1;
  return (
    <>
      {metrics.map((metric, at) => (
        <Picker
          key={metricValue(metric)}
          label="Show which metric"
          options={catalogOptions}
          picked={[metricValue(metric)]}
          onPick={(value) => onChange({ metrics: metrics.map((one, index) => (index === at ? metricOf(value) : one)) })}
          button={(props) => (
            <Chip
              text={metricName(metric)}
              label="Change the metric"
              onRemove={isOnly ? undefined : () => onChange({ metrics: metrics.filter((one) => one !== metric) })}
              {...props}
            />
          )}
        />
      ))}
      {metrics.length < mostMetrics && (
        <Picker
          label="Add which metric"
          options={catalogOptions}
          picked={metrics.map(metricValue)}
          onPick={(value) => onChange({ metrics: [...metrics.filter((one) => metricValue(one) !== value), metricOf(value)] })}
          button={(props) => <AddChip text="+ metric" {...props} />}
        />
      )}
    </>
  );
}

function GrainPart({ question, onChange }: Pick<SentenceProps, 'question' | 'onChange'>): ReactNode {
  const options = [{ value: 'auto', label: 'as suits the range' }, ...grainChoices.map((grain) => ({ value: grain, label: grain }))];
  return (
    <Part word="every">
      <Picker
        label="Grain"
        options={options}
        picked={[question.grain ?? 'auto']}
        widthPx={220}
        onPick={(value) => onChange({ grain: grainChoices.find((grain) => grain === value) ?? null })}
        button={(props) => <Chip text={question.grain ?? 'step that suits'} label="Change the grain" {...props} />}
      />
    </Part>
  );
}

function ComparePart({ question, onChange }: Pick<SentenceProps, 'question' | 'onChange'>): ReactNode {
  const options = comparisonChoices.map((compare) => ({ value: compare, label: comparisonWords[compare] }));
  const pick = (value: string): void => onChange({ compare: comparisonChoices.find((compare) => compare === value) ?? null });
  return (
    <Part word="against">
      <Picker
        label="Compare with"
        options={options}
        picked={question.compare === null ? [] : [question.compare]}
        widthPx={240}
        onPick={pick}
        button={(props) =>
          question.compare === null ? (
            <AddChip text="+ comparison" {...props} />
          ) : (
            <Chip
              text={comparisonWords[question.compare]}
              label="Change the comparison"
              onRemove={() => onChange({ compare: null })}
              {...props}
            />
          )
        }
      />
    </Part>
  );
}
