/** What is wrong with a field, said in the form instead of in the browser's bubble. */
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

/** The elements that the browser can check. */
export type Checked = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What the browser holds against a field. */
export type Fault = Pick<
  ValidityState,
  'valueMissing' | 'typeMismatch' | 'tooShort' | 'tooLong' | 'patternMismatch' | 'rangeUnderflow' | 'rangeOverflow'
>;

/** The fault of a field of the given kind in words; `pattern` says what the field takes, where it takes a pattern. */
export function wrongWords(
  fault: Fault,
  { type, minLength = 0, maxLength = 0, pattern = '' }: { type: string; minLength?: number; maxLength?: number; pattern?: string },
): string {
  if (fault.valueMissing) return type === 'email' ? 'Enter an e-mail address.' : 'This is needed.';
  if (fault.typeMismatch)
    return type === 'email'
      ? 'This is not an e-mail address.'
      : type === 'url'
        ? 'This is not an address; begin with https://.'
        : 'This cannot be read.';
  if (fault.tooShort) return `Use at least ${minLength} characters.`;
  if (fault.tooLong) return `Use at most ${maxLength} characters.`;
  if (fault.patternMismatch) return pattern === '' ? 'This has not the right form.' : pattern;
  if (fault.rangeUnderflow || fault.rangeOverflow) return 'This is out of range.';
  return 'This cannot be used.';
}

/** What a field says and listens to. */
export interface Wrong {
  /** null while nothing is wrong */
  error: string | null;
  onInvalid: (event: SyntheticEvent<Checked>) => void;
  onInput: () => void;
}

/** Keeps what is wrong with one field: what the browser finds when the form is sent, else `fromServer`; typing takes both away. */
export function useWrong(fromServer: string | undefined): Wrong {
  const [found, setFound] = useState<string | null>(null);
  const [typedOver, setTypedOver] = useState<string | undefined>();
  if (fromServer === undefined && typedOver !== undefined) setTypedOver(undefined);
  return {
    error: found ?? (fromServer === typedOver ? null : (fromServer ?? null)),
    onInvalid: (event) => {
      event.preventDefault();
      const field = event.currentTarget;
      const lengths = field instanceof HTMLSelectElement ? {} : { minLength: field.minLength, maxLength: field.maxLength };
      setFound(wrongWords(field.validity, { type: field.type, pattern: field.title, ...lengths }));
      if (field.form?.querySelector(':invalid:not(fieldset)') === field) field.focus();
    },
    onInput: () => {
      setFound(null);
      setTypedOver(fromServer);
    },
  };
}
