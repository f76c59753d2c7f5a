/** A list one narrows by typing and picks from with arrow keys and Enter, or the mouse. */
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { matching } from './pick.ts';
import type { Option } from './pick.ts';
import classes from './Picker.module.css';

/** What the list shows and does. */
export interface PickListProps {
  /** names the list to a screen reader, and stands in the empty search field */
  label: string;
  options: readonly Option[];
  /** values that are picked now */
  picked?: readonly string[];
  onPick: (value: string) => void;
  /** given, what was typed can be picked as it is; says what that would do */
  offerTyped?: (typed: string) => Option | null;
  /** said when nothing matches */
  none?: string;
  onSearch?: (typed: string) => void;
}

/** The search field with its list. The field keeps the focus; the active option is told by `aria-activedescendant`. */
export function PickList({
  label,
  options,
  picked = [],
  onPick,
  offerTyped,
  none = 'Nothing matches.',
  onSearch,
}: PickListProps): ReactNode {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // not by autoFocus, which scrolls to where the list stands before it finds its place
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const id = useId();
  const found = matching(options, typed);
  const offered = typed.trim() === '' ? null : (offerTyped?.(typed.trim()) ?? null);
  const shown = offered !== null && !found.some((option) => option.value === offered.value) ? [...found, offered] : found;

  const move = (to: number): void => {
    setActive(to);
    list.current?.querySelector(`[data-index="${to}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (key: KeyboardEvent): void => {
    const step = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[key.key];
    if (step !== undefined) {
      key.preventDefault();
      move(Math.max(0, Math.min(shown.length - 1, step)));
    } else if (key.key === 'Enter') {
      key.preventDefault();
      const option = shown[active];
      if (option !== undefined) onPick(option.value);
    }
  };
  return (
    <>
      <input
        className={classes.search}
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={shown.length > 0 ? `${id}-${active}` : undefined}
        placeholder={`${label}…`}
        ref={field}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onKeyDown={onKeyDown}
        onChange={(change) => {
          setTyped(change.currentTarget.value);
          setActive(0);
          onSearch?.(change.currentTarget.value);
        }}
      />
      <div className={classes.list} id={id} role="listbox" aria-label={label} ref={list} tabIndex={-1}>
        {shown.map((option, index) => (
          <PickOption
            key={option.value}
            option={option}
            before={shown[index - 1]}
            id={`${id}-${index}`}
            index={index}
            isActive={index === active}
            isPicked={picked.includes(option.value)}
            onPick={onPick}
            onPoint={setActive}
          />
        ))}
      </div>
      {shown.length === 0 && <div className={classes.none}>{none}</div>}
    </>
  );
}

interface PickOptionProps {
  option: Option;
  before: Option | undefined;
  id: string;
  index: number;
  isActive: boolean;
  isPicked: boolean;
  onPick: (value: string) => void;
  onPoint: (index: number) => void;
}

function PickOption({ option, before, id, index, isActive, isPicked, onPick, onPoint }: PickOptionProps): ReactNode {
  return (
    <>
      {option.group !== undefined && option.group !== before?.group && (
        <div className={classes.group} role="presentation">
          {option.group}
        </div>
      )}
      <div
        id={id}
        role="option"
        className={classes.option}
        aria-selected={isPicked}
        data-active={isActive || undefined}
        data-index={index}
        onPointerMove={() => onPoint(index)}
        onMouseDown={(press) => press.preventDefault()}
        onClick={() => onPick(option.value)}
      >
        <span className={classes.label} dir="auto">
          {option.label}
        </span>
        {option.hint !== undefined && <span className={`${classes.hint} bw-clip`}>{option.hint}</span>}
      </div>
    </>
  );
}
