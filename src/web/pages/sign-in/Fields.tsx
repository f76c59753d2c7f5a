/** The fields of the forms before the door, as password managers know them. */
import { PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode, Ref } from 'react';
import { passwordLength } from '../../data/session.ts';

/** The e-mail, which is the name one signs in with. */
export function EmailField({ isWrong = false, isFirst = false }: { isWrong?: boolean; isFirst?: boolean }): ReactNode {
  return (
    <TextInput
      name="email"
      type="email"
      label="E-mail"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      maxLength={254}
      size="md"
      autoFocus={isFirst}
      error={isWrong}
    />
  );
}

interface PasswordFieldProps {
  /** a new password is checked for its length and may be proposed by a password manager */
  isNew?: boolean;
  isWrong?: boolean;
  field?: Ref<HTMLInputElement>;
}

/** The password, with a way to see it. */
export function PasswordField({ isNew = false, isWrong = false, field }: PasswordFieldProps): ReactNode {
  const lengths = isNew ? { minLength: passwordLength.min, maxLength: passwordLength.max } : {};
  return (
    <PasswordInput
      name="password"
      label="Password"
      description={isNew ? `At least ${passwordLength.min} characters.` : undefined}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      required
      withAsterisk={false}
      {...lengths}
      size="md"
      error={isWrong}
      ref={field ?? null}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password as it is typed', tabIndex: 0, 'aria-hidden': false }}
    />
  );
}
