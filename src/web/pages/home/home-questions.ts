/** The questions that Home asks by itself. */
import { formatRange } from '../../../shared/format/time.ts';
import { maybeRange } from '../../data/period.ts';
import type { Period } from '../../data/period.ts';
import { firstQuestion } from '../../data/question.ts';
import type { Question } from '../../data/question.ts';
import type { NumberProposal } from './propose.ts';

/** All events over the range, against the range before. */
export const eventsQuestion: Question = { ...firstQuestion, compare: 'previous', show: 'area' };
/** People over the range, against the range before. */
export const peopleQuestion: Question = {
  ...firstQuestion,
  metrics: [{ aggregate: 'unique', of: 'person' }],
  compare: 'previous',
  show: 'line',
};
/** Events by name. */
export const namesQuestion: Question = { ...firstQuestion, by: ['name'], compare: 'previous', show: 'line' };
/** Events of a week by weekday and hour. */
export const weekQuestion: Question = { ...firstQuestion, show: 'heatmap' };

/** Events by one property. */
export function groupQuestion(field: string): Question {
  return { ...firstQuestion, by: [field], show: 'ranking' };
}

/** A numeric property of its event. */
export function numberQuestion({ field, aggregate, event }: NumberProposal): Question {
  return {
    ...firstQuestion,
    metrics: [{ aggregate, of: field }],
    filters: event === null ? [] : [{ field: 'name', operator: 'is', values: [event] }],
    compare: 'previous',
    show: 'line',
  };
}

/** A range in words that follow "Events": `today`, `in the last 7 days`. */
export function rangeWords(period: Period): string {
  const range = maybeRange(period.range) ?? { last: '1d' };
  const name = formatRange(range);
  if (!('last' in range)) return `from ${name}`;
  if (name === 'Today' || name.startsWith('This ')) return name.toLowerCase();
  return `in the ${name.toLowerCase()}`;
}

/** What the range before is called: `yesterday`, `the 7 days before`. */
export function beforeWords(period: Period): string {
  const range = maybeRange(period.range);
  if (range === null || !('last' in range)) return 'the same time before';
  if (range.last === '1d') return 'yesterday';
  const match = /^This (\w+)$/.exec(formatRange(range));
  if (match !== null) return `last ${match[1]}`;
  return `the ${formatRange(range).replace(/^Last /, '')} before`;
}
