/** Edits one filter: how it compares, and with what; values to pick come from the data itself. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { formatNumber } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { groupText, isOthers } from '../../charts/cell-text.ts';
import { operators, operatorText, readValue, takesMany, takesNone, writeValue } from '../../data/condition-text.ts';
import type { Filter, Operator } from '../../data/condition-text.ts';
import { request } from '../../data/http.ts';
import type { Period } from '../../data/period.ts';
import { firstQuestion, toQuery } from '../../data/question.ts';
import { PickList } from '../../ui/PickList.tsx';
import type { Option } from '../../ui/pick.ts';
import { fieldLabel } from './choices.ts';
import classes from './Sentence.module.css';

interface FilterEditorProps {
  filter: Filter;
  period: Period;
  /** values to offer before those of the data */
  suggestions?: readonly Option[];
  onChange: (filter: Filter) => void;
  onDone: () => void;
}

/** The values that the field has in this range, the most frequent first. */
function useValues(field: string, period: Period): Option[] {
  const query = { ...toQuery({ ...firstQuestion, by: [field], show: 'ranking' }, period), limit: 200 };
  const { data } = useQuery({
    queryKey: ['values', query],
    queryFn: ({ signal }) => request<Result>('/api/analytics/query', { method: 'POST', body: query, signal }),
    staleTime: 60_000,
  });
  return (data?.rows ?? []).flatMap(([cell, count]) => {
    if (isOthers(cell) || (typeof cell === 'object' && cell !== null)) return [];
    return [{ value: writeValue(cell ?? null), label: groupText(cell), hint: formatNumber(Number(count)) }];
  });
}

/** The editor, to stand in a popover. */
export function FilterEditor({ filter, period, suggestions = [], onChange, onDone }: FilterEditorProps): ReactNode {
  const setOperator = (operator: Operator): void =>
    onChange({ ...filter, operator, values: takesNone(operator) ? [] : takesMany(operator) ? filter.values : filter.values.slice(0, 1) });
  return (
    <>
      <div className={classes.editorHead}>
        <strong className="bw-clip" dir="auto">
          {fieldLabel(filter.field)}
        </strong>
        <select
          className={classes.select}
          aria-label="How it compares"
          value={filter.operator}
          onChange={(change) => setOperator(change.currentTarget.value as Operator)}
        >
          {operators.map((operator) => (
            <option key={operator} value={operator}>
              {operatorText[operator]}
            </option>
          ))}
        </select>
      </div>
      {takesMany(filter.operator) && <ManyValues filter={filter} period={period} suggestions={suggestions} onChange={onChange} />}
      {!takesMany(filter.operator) && !takesNone(filter.operator) && (
        <OneValue key={filter.operator} filter={filter} onChange={onChange} onDone={onDone} />
      )}
      <div className={classes.editorFoot}>
        <Button size="compact-md" onClick={onDone}>
          Done
        </Button>
      </div>
    </>
  );
}

function ManyValues({
  filter,
  period,
  suggestions = [],
  onChange,
}: Pick<FilterEditorProps, 'filter' | 'period' | 'suggestions' | 'onChange'>): ReactNode {
  const found = useValues(filter.field, period);
  const options = suggestions.length === 0 ? found : [...suggestions, ...found.map((option) => ({ ...option, group: 'In the data' }))];
  const picked = filter.values.map(writeValue);
  const missing = picked
    .filter((value) => !options.some((option) => option.value === value))
    .map((value) => ({ value, label: groupText(readValue(value)) }));
  const toggle = (value: string): void => {
    const next = picked.includes(value) ? picked.filter((one) => one !== value) : [...picked, value];
    onChange({ ...filter, values: next.map(readValue) });
  };
  return (
    <PickList
      label="Find or type a value"
      options={[...missing, ...options]}
      picked={picked}
      onPick={toggle}
      offerTyped={(typed) => ({ value: writeValue(typed), label: typed, hint: 'as typed' })}
      none="No values in this range; type one."
    />
  );
}

function OneValue({ filter, onChange, onDone }: Pick<FilterEditorProps, 'filter' | 'onChange' | 'onDone'>): ReactNode {
  const isText = filter.operator === 'contains' || filter.operator === 'startsWith' || filter.operator === 'matches';
  const [typed, setTyped] = useState(
    filter.values[0] === undefined ? '' : isText ? String(filter.values[0]) : writeValue(filter.values[0]),
  );
  const change = (text: string): void => {
    setTyped(text);
    onChange({ ...filter, values: text === '' ? [] : [isText ? text : readValue(text)] });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onDone();
  };
  return (
    <form onSubmit={submit} className={classes.editorValue}>
      <input
        className={classes.input}
        aria-label="Value"
        data-autofocus
        value={typed}
        inputMode={isText ? 'text' : 'decimal'}
        placeholder={filter.operator === 'matches' ? 'A regular expression (RE2)' : 'Value'}
        onChange={(event) => change(event.currentTarget.value)}
      />
    </form>
  );
}
