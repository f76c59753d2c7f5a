/** Row filters and masks in words. */
import type { DatasetRules, Mask } from '../../../../../shared/model/policy.ts';
import type { Condition, FieldCondition } from '../../../../../shared/model/query.ts';
import { operators, operatorText, toCondition } from '../../../../data/condition-text.ts';
import type { Filter, Operator } from '../../../../data/condition-text.ts';
import { fieldName } from '../../../../data/question.ts';

/** The filters that a condition of one field says; null where it is more than a list of tests. */
export function filtersOf(condition: Condition): Filter[] | null {
  if (!('field' in condition)) return null;
  const { field, ...tests } = condition;
  const filters = Object.entries(tests).flatMap(([operator, value]): Filter[] => {
    if (value === undefined) return [];
    if (operator === 'exists') return [{ field, operator: value === true ? 'exists' : 'missing', values: [] }];
    const known = operators.find((one) => one === operator);
    return known === undefined ? [] : [{ field, operator: known, values: Array.isArray(value) ? value : [value as string] }];
  });
  return filters.length === Object.values(tests).filter((value) => value !== undefined).length && filters.length > 0 ? filters : null;
}

/** The filter as a condition again. */
export function conditionOf(filter: Filter): FieldCondition {
  return toCondition(filter);
}

function valueWords(values: Filter['values']): string {
  return values.map((value) => (value === '' ? '(empty)' : String(value))).join(' or ');
}

function filterWords({ field, operator, values }: Filter): string {
  const words: Partial<Record<Operator, string>> = { exists: `${fieldName(field)} is set`, missing: `${fieldName(field)} is not set` };
  return words[operator] ?? `${fieldName(field)} ${operatorText[operator]} ${valueWords(values)}`;
}

/** A condition in words: "country is DE or AT". */
export function conditionWords(condition: Condition): string {
  if ('any' in condition) return `(${condition.any.map(conditionWords).join(' or ')})`;
  if ('all' in condition) return `(${condition.all.map(conditionWords).join(' and ')})`;
  if ('not' in condition) return `not (${conditionWords(condition.not)})`;
  return (filtersOf(condition) ?? []).map(filterWords).join(' and ');
}

/** What a mask does to its field, after the name of the field. */
export function maskWords({ field, as, step }: Mask): string {
  const how = { hide: 'hidden', hash: 'as a fingerprint', last4: 'by its last four characters', bucket: `in steps of ${step ?? 1}` }[as];
  return `${fieldName(field)} ${how}`;
}

/** All rules in words, one line a dataset. */
export function rulesWords(rules: DatasetRules): string[] {
  return Object.entries(rules).flatMap(([dataset, { rows, masks }]) => {
    const parts = [...(rows.length > 0 ? [`only rows where ${rows.map(conditionWords).join(' and ')}`] : []), ...masks.map(maskWords)];
    return parts.length === 0 ? [] : [`${dataset}: ${parts.join('; ')}`];
  });
}

/** What a mask makes of an example. */
export function maskExample(as: Mask['as'], step: number | undefined): { before: string; after: string } {
  switch (as) {
    case 'hide':
      return { before: 'ana@example.com', after: 'nothing' };
    case 'hash':
      return { before: 'ana@example.com', after: '9f2c41d07ab35e18' };
    case 'last4':
      return { before: 'DE89370400440532', after: '••••••••••••0532' };
    case 'bucket': {
      const width = step !== undefined && step > 0 ? step : 10;
      return { before: '1,284', after: (Math.floor(1_284 / width) * width).toLocaleString('en-US') };
    }
  }
}
