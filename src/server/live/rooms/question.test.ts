/** Which questions are the same, and when an answer may have changed. */
import { describe, expect, test } from 'vitest';
import type { Result } from '../../../shared/model/result.ts';
import { policyFor } from '../../../../test/fixtures/views.ts';
import type { Policy } from '../../identity/policy.ts';
import { isPartial, isTouched, parseQuestion, rollsAtMs } from './question.ts';

const policy: Policy = { workspaceId: 'w', name: 'workspace', rules: {} };
const hour = 3_600_000;
const nowMs = 1_000 * hour;

function resultOver(fromMs: number, toMs: number, comparedFromMs?: number): Result {
  const range = (from: number, to: number) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  return {
    columns: [],
    rows: [],
    totals: [],
    ...(comparedFromMs === undefined ? {} : { comparison: { rows: [], totals: [], range: range(comparedFromMs, comparedFromMs + hour) } }),
    lineage: { range: { ...range(fromMs, toMs), timezone: 'UTC' } } as Result['lineage'],
  };
}

describe('questions', () => {
  test('are the same whatever is left out or written in another order, and differ by policy', () => {
    const key = (input: unknown, under = policy) => parseQuestion(under, input).key;
    expect(key({ kind: 'total', range: { last: '30d' } })).toBe(key({ timezone: 'UTC', kind: 'total' }));
    expect(key({ kind: 'total', range: { from: 1, to: 2 } })).toBe(key({ range: { to: 2, from: 1 }, kind: 'total' }));
    expect(key({ kind: 'total' })).not.toBe(key({ kind: 'total', limit: 5 }));
    expect(key({ kind: 'total' })).not.toBe(key({ kind: 'total' }, { ...policy, workspaceId: 'v' }));
    expect(key({ kind: 'total' })).not.toBe(
      key({ kind: 'total' }, { ...policy, rules: { events: { rows: [{ field: 'name', is: ['x'] }], masks: [] } } }),
    );
  });

  test('are touched by commits to hours of their range or its comparison', () => {
    const question = parseQuestion(policy, { kind: 'total', range: { from: 0, to: 1 } });
    const notice = (hours: number[] | null, dataset = 'events') => ({ workspaceId: 'w', dataset, hours, watermarkMs: nowMs });
    const result = resultOver(10 * hour, 12 * hour, 5 * hour);
    const touched = [[9], [10], [11], [12], [4], [5], [6], []].map((hours) => isTouched(question, result, notice(hours), nowMs));
    expect(touched).toEqual([false, true, true, false, false, true, false, false]);
    expect(isTouched(question, result, notice(null), nowMs)).toBe(true);
    expect(isTouched(question, result, notice(null, 'dead_letters'), nowMs)).toBe(false);
  });

  test('about persons are touched when ids were linked, others are not', () => {
    const notice = { workspaceId: 'w', dataset: 'identity_links', hours: null, watermarkMs: nowMs };
    const ofUsers = parseQuestion(policy, { kind: 'total', metrics: [{ aggregate: 'unique', of: 'user' }] });
    const ofPersons = parseQuestion(policy, { kind: 'total', metrics: [{ aggregate: 'unique', of: 'person' }] });
    const ofTheirs = parseQuestion(policyFor('w', [{ field: 'person', is: ['ann'] }]), { kind: 'total' });
    expect([ofUsers, ofPersons, ofTheirs].map((one) => isTouched(one, resultOver(0, nowMs), notice, nowMs))).toEqual([false, true, true]);
  });

  test('about persons of a part of the rows are touched by events of any time, which may bring ids into sight', () => {
    const notice = { workspaceId: 'w', dataset: 'events', hours: [1], watermarkMs: nowMs };
    const metrics = [{ aggregate: 'unique', of: 'person' }];
    const rows = [{ field: 'properties.country', is: ['DE'] }];
    const questions = [policyFor('w', rows), policyFor('w')].map((one) => parseQuestion(one, { kind: 'total', metrics }));
    expect(questions.map((one) => isTouched(one, resultOver(nowMs - 1, nowMs), notice, nowMs))).toEqual([true, false]);
  });

  test('that count back from now are touched up to now, however old the answer', () => {
    const question = parseQuestion(policy, { kind: 'total', range: { last: '1h' } });
    const result = resultOver(997 * hour, 998 * hour);
    expect(isTouched(question, result, { workspaceId: 'w', dataset: 'events', hours: [999], watermarkMs: nowMs }, nowMs)).toBe(true);
  });

  test('change when their range ends, until that is final', () => {
    const rolling = parseQuestion(policy, { kind: 'total', range: { last: '1h' } }).query;
    const fixed = parseQuestion(policy, { kind: 'total', range: { from: 0, to: 1 } }).query;
    const result = resultOver(0, nowMs);
    expect([rollsAtMs(rolling, result, false), rollsAtMs(fixed, result, true), rollsAtMs(fixed, result, false)]).toEqual([
      nowMs,
      nowMs,
      null,
    ]);
    expect([isPartial(result, nowMs - 1, null), isPartial(result, nowMs, null)]).toEqual([true, false]);
    expect([isPartial(result, nowMs + 5, nowMs - 1), isPartial(result, nowMs + 5, nowMs)]).toEqual([true, false]);
  });
});
