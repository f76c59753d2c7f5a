/** A question in words: the title of its picture, and the texts of its parts. */
import { formatRange } from '../../../shared/format/time.ts';
import { operatorText, takesNone } from '../../data/condition-text.ts';
import type { Filter } from '../../data/condition-text.ts';
import { maybeRange } from '../../data/period.ts';
import type { Period } from '../../data/period.ts';
import { metricName } from '../../data/question.ts';
import type { Question, Showing } from '../../data/question.ts';
import { fieldLabel } from './choices.ts';

const valuesSaid = 3;

function valueText(value: Filter['values'][number]): string {
  return value === null ? '(not set)' : value === '' ? '(empty)' : String(value);
}

/** A filter: `country is DE, AT or CH`. */
export function filterWords({ field, operator, values }: Filter): string {
  if (takesNone(operator)) return `${fieldLabel(field)} ${operatorText[operator]}`;
  const said = values.slice(0, valuesSaid).map(valueText);
  const more = values.length - said.length;
  const list =
    more > 0
      ? `${said.join(', ')} or ${more} more`
      : said.length > 1
        ? `${said.slice(0, -1).join(', ')} or ${said.at(-1)}`
        : (said[0] ?? '');
  return `${fieldLabel(field)} ${operatorText[operator]} ${list}`;
}

function joined(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? '');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The whole question: `Events and people by country, where event is purchase, last 30 days`. */
export function questionWords(question: Question, period: Period): string {
  const metrics = joined(question.metrics.map(metricName));
  const split = question.show === 'heatmap' ? ['weekday', 'hour'] : question.by.map(fieldLabel);
  const by = split.length === 0 ? '' : ` by ${joined(split)}`;
  const where = question.filters.length === 0 ? '' : `, where ${joined(question.filters.map(filterWords))}`;
  const range = maybeRange(period.range);
  const name = range === null ? '' : formatRange(range);
  const when = range !== null && 'last' in range ? name.charAt(0).toLowerCase() + name.slice(1) : name;
  return capital(`${metrics}${by}${where}, ${when}`);
}

/** The comparison in words. */
export const comparisonWords = { previous: 'the range before', previousWeek: 'a week earlier', previousYear: 'a year earlier' } as const;

/** How an answer is shown, in words. */
export const showingWords: Readonly<Record<Showing, string>> = {
  line: 'Lines',
  area: 'Areas',
  bar: 'Bars',
  number: 'Number',
  ranking: 'Ranking',
  heatmap: 'Week',
  table: 'Table',
};
