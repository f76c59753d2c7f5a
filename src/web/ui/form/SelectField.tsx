/** One of a few things to choose from, by the browser's own list: it works with every keyboard and on every phone. */
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWrong } from './wrong-words.ts';

/** Something to choose. */
export interface Choice {
  value: string;
  label: string;
  isDisabled?: boolean;
}

/** What the field takes. Without `value` the form keeps the choice and gives it by `name` when it is sent. */
export interface SelectFieldProps {
  label: string;
  name: string;
  choices: readonly Choice[];
  help?: ReactNode;
  wrong?: string | undefined;
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  isDisabled?: boolean;
  /** the label is only for screen readers: a column or a sentence around it says it */
  isLabelHidden?: boolean;
  size?: 'xs' | 'sm' | 'md';
}

/** The field. */
export function SelectField(props: SelectFieldProps): ReactNode {
  const { label, name, choices, help, value, defaultValue, onChange, isDisabled = false, isLabelHidden = false, size = 'sm' } = props;
  const { error, onInvalid, onInput } = useWrong(props.wrong);
  return (
    <NativeSelect
      name={name}
      {...(value === undefined ? { defaultValue } : { value })}
      data={choices.map((choice) => ({ value: choice.value, label: choice.label, disabled: choice.isDisabled ?? false }))}
      {...(isLabelHidden ? { 'aria-label': label } : { label })}
      description={help}
      error={error}
      disabled={isDisabled}
      size={size}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      onChange={(change) => onChange?.(change.currentTarget.value)}
      onInvalid={onInvalid}
      onInput={onInput}
    />
  );
}
