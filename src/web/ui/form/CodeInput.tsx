/** The six digits of an authenticator: one field that looks like six, so that pasting, filling in and reading aloud work. */
import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import classes from './CodeInput.module.css';

/** What the field takes. */
export interface CodeInputProps {
  label: string;
  help?: ReactNode;
  /** what was wrong with the code that was sent; gone once something is typed */
  wrong?: string | undefined;
  digits?: number;
  isFirst?: boolean;
  isDisabled?: boolean;
  value: string;
  onChange: (code: string) => void;
  /** the last digit has been given */
  onComplete: (code: string) => void;
}

/** The field. It takes a code with blanks or dashes in it, too. */
export function CodeInput(props: CodeInputProps): ReactNode {
  const { label, help, wrong, digits = 6, isFirst = false, isDisabled = false, value, onChange, onComplete } = props;
  const id = useId();
  const [hasFocus, setHasFocus] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const change = (text: string): void => {
    const code = text.replace(/\D/g, '').slice(0, digits);
    onChange(code);
    if (code.length === digits && code !== value) onComplete(code);
  };
  const at = Math.min(value.length, digits - 1);
  return (
    <div className={classes.field} data-wrong={wrong !== undefined || undefined}>
      <label htmlFor={id} className={classes.label}>
        {label}
      </label>
      {help !== undefined && (
        <div id={`${id}-help`} className={classes.help}>
          {help}
        </div>
      )}
      <div className={classes.boxes}>
        {Array.from({ length: digits }, (_, index) => (
          <span key={index} className={classes.box} data-at={(hasFocus && index === at) || undefined} aria-hidden="true">
            {value[index] ?? ''}
          </span>
        ))}
        <input
          ref={input}
          id={id}
          className={classes.input}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          disabled={isDisabled}
          aria-invalid={wrong !== undefined}
          aria-describedby={
            [help === undefined ? '' : `${id}-help`, wrong === undefined ? '' : `${id}-wrong`].join(' ').trim() || undefined
          }
          autoFocus={isFirst}
          data-autofocus={isFirst || undefined}
          value={value}
          onFocus={() => setHasFocus(true)}
          onBlur={() => setHasFocus(false)}
          onInvalid={(event) => {
            event.preventDefault();
            input.current?.focus();
          }}
          onChange={(event) => change(event.currentTarget.value)}
          onSelect={(event) => event.currentTarget.setSelectionRange(value.length, value.length)}
        />
      </div>
      <div id={`${id}-wrong`} className={classes.wrong} role="alert">
        {wrong}
      </div>
    </div>
  );
}
