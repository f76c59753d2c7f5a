/** Several lines of text, with their name above, help below, and what is wrong with them. */
import { Input } from '@mantine/core';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useWrong } from './wrong-words.ts';

/** What the field takes. Without `value` the form keeps the text and gives it by `name` when it is sent. */
export interface AreaFieldProps {
  label: string;
  name: string;
  help?: ReactNode;
  wrong?: string | undefined;
  value?: string;
  defaultValue?: string;
  onChange?: (text: string) => void;
  placeholder?: string;
  rows?: number;
  maxLength?: number;
  /** the label is only for screen readers */
  isLabelHidden?: boolean;
  isOptional?: boolean;
  isReadOnly?: boolean;
  isMono?: boolean;
}

/** The field. */
export function AreaField(props: AreaFieldProps): ReactNode {
  const { label, name, help, value, defaultValue, onChange, rows = 3, isLabelHidden = false, isOptional = true } = props;
  const id = useId();
  const { error, onInvalid, onInput } = useWrong(props.wrong);
  return (
    <Input.Wrapper
      id={id}
      {...(isLabelHidden ? {} : { label })}
      description={help}
      error={error}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
    >
      <Input
        id={id}
        component="textarea"
        multiline
        name={name}
        {...(value === undefined ? { defaultValue } : { value })}
        {...(isLabelHidden ? { 'aria-label': label } : {})}
        rows={rows}
        maxLength={props.maxLength}
        placeholder={props.placeholder}
        required={!isOptional}
        readOnly={props.isReadOnly ?? false}
        error={error !== null}
        spellCheck={props.isMono !== true}
        styles={{ input: { paddingBlock: 8, lineHeight: 1.45, resize: 'vertical' } }}
        classNames={props.isMono === true ? { input: 'bw-mono' } : {}}
        onChange={(change) => onChange?.(change.currentTarget.value)}
        onInvalid={onInvalid}
        onInput={onInput}
      />
    </Input.Wrapper>
  );
}
