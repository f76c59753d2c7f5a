/** A question reads as a sentence. */
import { expect, test } from 'vitest';
import { firstQuestion } from '../../data/question.ts';
import { metricOf, metricOptions, metricValue, typedField } from './choices.ts';
import { filterWords, questionWords } from './words.ts';

const period = { range: '30d', zone: 'UTC' };

test('a question reads as a sentence', () => {
  expect(questionWords(firstQuestion, period)).toBe('Events, last 30 days');
  expect(
    questionWords(
      {
        ...firstQuestion,
        metrics: [
          { aggregate: 'count', of: null },
          { aggregate: 'unique', of: 'person' },
        ],
        by: ['properties.country', 'time.weekday'],
        filters: [
          { field: 'name', operator: 'is', values: ['purchase', 'refund'] },
          { field: 'properties.amount', operator: 'gte', values: [10] },
        ],
      },
      { ...period, range: '2026-03-01..2026-03-05' },
    ),
  ).toBe('Events and people by country and weekday, where event is purchase or refund and amount ≥ 10, 1 Mar 2026 to 5 Mar 2026');
});

test('many values are counted, missing ones have names', () => {
  expect(filterWords({ field: 'properties.plan', operator: 'isNot', values: ['a', null, '', 'd', 'e'] })).toBe(
    'plan is not a, (not set), (empty) or 2 more',
  );
  expect(filterWords({ field: 'user', operator: 'missing', values: [] })).toBe('user is not set');
});

test('metrics survive the list', () => {
  const options = metricOptions(undefined).map((option) => metricValue(metricOf(option.value)));
  expect(options).toEqual(['count', 'unique:person', 'unique:user', 'unique:session', 'unique:anonymous']);
});

test('a typed name is taken for a property unless it is a field', () => {
  expect([typedField('plan').value, typedField('user').value, typedField('properties.a b').value]).toEqual([
    'properties.plan',
    'user',
    'properties.a b',
  ]);
});
