/** A panel has four states; what was once shown stays until something better is there. */
import { expect, test } from 'vitest';
import { ServerProblem } from '../data/http.ts';
import { panelState } from './panel-state.ts';

const problem = new ServerProblem({ code: 'QUERY_TIMEOUT', status: 408, title: 'Too long', detail: '', retryable: true });
const nothing = { hasAnswer: false, isOld: false, emptyBecause: null, problem: null };

test('nothing known is loading, or an error', () => {
  expect(panelState(nothing)).toEqual({ is: 'loading' });
  expect(panelState({ ...nothing, problem })).toEqual({ is: 'error', problem });
});

test('an old picture stays, dimmed, while the next one is on its way', () => {
  expect(panelState({ ...nothing, hasAnswer: true, isOld: true })).toEqual({ is: 'data', isRefreshing: true, problem: null });
});

test('an error after an answer keeps the answer', () => {
  expect(panelState({ ...nothing, hasAnswer: true, problem })).toEqual({ is: 'data', isRefreshing: false, problem });
});

test('an empty answer says why', () => {
  expect(panelState({ ...nothing, hasAnswer: true, emptyBecause: 'No events in this range.' })).toEqual({
    is: 'empty',
    why: 'No events in this range.',
  });
});
