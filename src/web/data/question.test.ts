/** A question survives its address, and whatever is wrong in an address is left out. */
import { describe, expect, test } from 'vitest';
import { parseSearch, stringifySearch } from './address.ts';
import { maybeFilter, writeFilter } from './condition-text.ts';
import type { Filter } from './condition-text.ts';
import { firstQuestion, metricName, questionOf, questionSearch, toQuery } from './question.ts';
import type { Question } from './question.ts';

const question: Question = {
  metrics: [{ aggregate: 'count', of: null }, { aggregate: 'p95', of: 'properties.ms' }],
  filters: [
    { field: 'name', operator: 'is', values: ['purchase', 'a|b', '10', 10, null, true, ''] },
    { field: 'properties.full name', operator: 'contains', values: ['50% of "it"'] },
    { field: 'properties.coupon', operator: 'missing', values: [] },
  ],
  by: ['properties.country'],
  grain: 'week',
  compare: 'previousYear',
  show: 'bar',
};

test('a question survives its address', () => {
  expect(questionOf(parseSearch(stringifySearch(questionSearch(question))))).toEqual(question);
});

test('the address reads like words', () => {
  expect(stringifySearch(questionSearch({ ...question, filters: [{ field: 'name', operator: 'is', values: ['purchase', 'refund'] }] }))).toBe(
    '?metric=count&metric=p95:properties.ms&where=name+is+purchase|refund&by=properties.country&grain=week&compare=previousYear&show=bar',
  );
});

test('what is wrong is left out', () => {
  expect(questionOf(parseSearch('?metric=evil&metric=sum&where=&where=name+what+x&grain=second&show=pie&by='))).toEqual(firstQuestion);
});

describe('filters', () => {
  test.each<[string, Filter]>([
    ['name is purchase|refund', { field: 'name', operator: 'is', values: ['purchase', 'refund'] }],
    ['properties.amount gte 10', { field: 'properties.amount', operator: 'gte', values: [10] }],
    ['properties.zip is "01099"', { field: 'properties.zip', operator: 'is', values: ['01099'] }],
    ['user exists', { field: 'user', operator: 'exists', values: [] }],
  ])('%s', (text, filter) => {
    expect(maybeFilter(text)).toEqual(filter);
    expect(maybeFilter(writeFilter(filter))).toEqual(filter);
  });
});

describe('queries', () => {
  const period = { range: '7d', zone: 'Europe/Berlin' };

  test('over time: few groups, a grain if one was chosen', () => {
    expect(toQuery(question, period)).toMatchObject({ kind: 'trend', by: ['properties.country'], grain: 'week', compare: 'previousYear', limit: 8, timezone: 'Europe/Berlin', range: { last: '7d' } });
  });

  test('a ranking asks for the first metric and has something to rank', () => {
    expect(toQuery({ ...question, by: [], show: 'ranking' }, period)).toMatchObject({ kind: 'breakdown', by: ['name'], metrics: [{ aggregate: 'count', as: 'events' }] });
    expect(toQuery({ ...question, show: 'ranking' }, period)).not.toHaveProperty('grain');
  });

  test('a week is split by weekday and hour and compared with nothing', () => {
    const query = toQuery({ ...question, show: 'heatmap' }, period);
    expect(query.by).toEqual(['time.weekday', 'time.hour']);
    expect(query).not.toHaveProperty('compare');
  });
});

test('metrics have names that people say', () => {
  expect([metricName({ aggregate: 'unique', of: 'person' }), metricName({ aggregate: 'sum', of: 'properties.amount' })]).toEqual(['people', 'sum of amount']);
});
