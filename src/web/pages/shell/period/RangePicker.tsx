/** Picks a range: a common one by a click, or any two days. */
import { Button, Popover } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent, ReactElement, ReactNode } from 'react';
import { formatRange } from '../../../../shared/format/time.ts';
import type { Range } from '../../../../shared/model/query.ts';
import { commonRanges, maybeRange, rangeText } from '../../../data/period.ts';
import classes from './RangePicker.module.css';

interface RangePickerProps {
  range: Range;
  /** gets the range as it stands in an address */
  onPick: (range: string) => void;
  children: (button: { onClick: () => void; 'aria-expanded': boolean; 'aria-haspopup': 'dialog' }) => ReactElement;
}

/** The day after `day`, both as `2026-03-05`. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

/** The last day of a range whose end is excluded. */
function dayBefore(day: string): string {
  return new Date(Date.parse(day.slice(0, 10)) - 86_400_000).toISOString().slice(0, 10);
}

/** The button given as a child with its popover. */
export function RangePicker({ range, onPick, children }: RangePickerProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const pick = (text: string): void => {
    setIsOpen(false);
    onPick(text);
  };
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" trapFocus returnFocus withRoles={false}>
      <Popover.Target>{children({ onClick: () => setIsOpen(!isOpen), 'aria-expanded': isOpen, 'aria-haspopup': 'dialog' })}</Popover.Target>
      <Popover.Dropdown className={classes.drop} role="dialog" aria-label="Range">
        <div className={classes.common}>
          {commonRanges.map((text) => (
            <Button
              key={text}
              variant="subtle"
              size="compact-md"
              justify="start"
              aria-pressed={text === rangeText(range)}
              data-picked={text === rangeText(range) || undefined}
              onClick={() => pick(text)}
            >
              {formatRange({ last: text })}
            </Button>
          ))}
        </div>
        <DayRange range={range} onPick={pick} />
      </Popover.Dropdown>
    </Popover>
  );
}

function DayRange({ range, onPick }: { range: Range; onPick: (range: string) => void }): ReactNode {
  const hasDays = 'from' in range;
  const [first, setFirst] = useState(hasDays ? String(range.from).slice(0, 10) : '');
  const [last, setLast] = useState(hasDays ? dayBefore(String(range.to)) : '');
  const text = first !== '' && last !== '' ? `${first}..${dayAfter(last)}` : '';
  const isValid = maybeRange(text) !== null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) onPick(text);
  };
  return (
    <form className={classes.days} onSubmit={submit}>
      <label>
        First day
        <input
          type="date"
          className={classes.day}
          value={first}
          max="9999-12-31"
          onChange={(change) => setFirst(change.currentTarget.value)}
        />
      </label>
      <label>
        Last day
        <input
          type="date"
          className={classes.day}
          value={last}
          max="9999-12-31"
          onChange={(change) => setLast(change.currentTarget.value)}
        />
      </label>
      {text !== '' && !isValid && <p className={classes.wrong}>The last day lies before the first.</p>}
      <Button type="submit" variant="default" disabled={!isValid}>
        Show these days
      </Button>
    </form>
  );
}
