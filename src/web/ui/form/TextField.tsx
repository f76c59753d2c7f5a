/** One line of text, with its name above, help below, and what is wrong with it. */
import { PasswordInput, TextInput } from '@mantine/core';
import type { HTMLInputTypeAttribute, ReactNode, Ref } from 'react';
import { useWrong } from './wrong-words.ts';

/** What every text field takes. Without `value` the form keeps the text and gives it by `name` when it is sent. */
export interface TextFieldProps {
  label: string;
  name: string;
  help?: ReactNode;
  /** what the server found wrong; gone once something is typed */
  wrong?: string | undefined;
  value?: string;
  defaultValue?: string;
  onChange?: (text: string) => void;
  isOptional?: boolean;
  /** gets the focus when the form appears */
  isFirst?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  type?: HTMLInputTypeAttribute;
  autoComplete?: string;
  placeholder?: string;
  minLength?: number;
  maxLength?: number;
  /** a regular expression for the whole text, and in words what it takes */
  pattern?: { source: string; words: string };
  size?: 'sm' | 'md';
  /** ids, addresses and secrets are set in the mono face */
  isMono?: boolean;
  field?: Ref<HTMLInputElement>;
}

/** Help stands below, so that fields beside each other stand on one line. */
const partOrder: ('label' | 'input' | 'error' | 'description')[] = ['label', 'input', 'error', 'description'];

/** The properties of the input itself that all text fields share. */
function inputProps(props: TextFieldProps) {
  const { name, value, defaultValue, onChange, isOptional = false, isFirst = false, isDisabled = false, isReadOnly = false } = props;
  return {
    name,
    ...(value === undefined ? { defaultValue } : { value }),
    onChange: (change: { currentTarget: { value: string } }) => onChange?.(change.currentTarget.value),
    required: !isOptional,
    withAsterisk: false,
    autoFocus: isFirst,
    'data-autofocus': isFirst || undefined,
    disabled: isDisabled,
    readOnly: isReadOnly,
    autoComplete: props.autoComplete ?? 'off',
    placeholder: props.placeholder,
    minLength: props.minLength,
    maxLength: props.maxLength,
    pattern: props.pattern?.source,
    title: props.pattern?.words,
    size: props.size ?? 'sm',
    inputWrapperOrder: partOrder,
    spellCheck: false,
    ref: props.field ?? null,
  };
}

/** What stands above the field; what need not be filled in says so. */
function labelOf({ label, isOptional = false }: TextFieldProps): ReactNode {
  if (!isOptional) return label;
  return (
    <>
      {label} <span className="bw-quiet">(optional)</span>
    </>
  );
}

/** The field. */
export function TextField(props: TextFieldProps): ReactNode {
  const { error, onInvalid, onInput } = useWrong(props.wrong);
  return (
    <TextInput
      {...inputProps(props)}
      label={labelOf(props)}
      description={props.help}
      error={error}
      type={props.type ?? 'text'}
      autoCapitalize={props.type === 'email' ? 'none' : undefined}
      classNames={props.isMono === true ? { input: 'bw-mono' } : {}}
      onInvalid={onInvalid}
      onInput={onInput}
    />
  );
}

/** A password, with a way to see it. */
export function PasswordField(props: Omit<TextFieldProps, 'type' | 'isMono'>): ReactNode {
  const { error, onInvalid, onInput } = useWrong(props.wrong);
  return (
    <PasswordInput
      {...inputProps(props)}
      label={labelOf(props)}
      description={props.help}
      error={error}
      onInvalid={onInvalid}
      onInput={onInput}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password as it is typed', tabIndex: 0, 'aria-hidden': false }}
    />
  );
}
