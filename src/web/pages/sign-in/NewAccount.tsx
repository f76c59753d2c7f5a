/** The form of an account that an invitation makes. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { acceptInvitation } from '../../data/account/sign-in.ts';
import type { InvitationLook } from '../../data/account/sign-in.ts';
import { toServerProblem } from '../../data/http.ts';
import type { SessionAnswer } from '../../data/session.ts';
import { Form, textOf } from '../../ui/form/Form.tsx';
import { TextField } from '../../ui/form/TextField.tsx';
import { NewPasswordField } from '../password/NewPasswordField.tsx';
import { DoorProblem } from './DoorProblem.tsx';

interface NewAccountProps {
  token: string;
  look: InvitationLook;
  onDone: (answer: SessionAnswer) => Promise<void>;
}

/** The form: a name and a password, and an e-mail address where the invitation names none. */
export function NewAccount({ token, look, onDone }: NewAccountProps): ReactNode {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const attempt = useMutation({ mutationFn: acceptInvitation, onSuccess: onDone });
  const problem = attempt.isError ? toServerProblem(attempt.error) : null;
  const isSaidAtField = ['name', 'email', 'password'].some((field) => problem?.issueAt(field) !== undefined);
  const submit = (fields: FormData): void =>
    attempt.mutate({
      token,
      name: textOf(fields, 'name'),
      ...(look.email === null ? { email: textOf(fields, 'email') } : {}),
      password: String(fields.get('password')),
    });
  return (
    <Form label="A new account" onSubmit={submit}>
      {look.email === null ? (
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          maxLength={254}
          size="md"
          isFirst
          value={email}
          onChange={setEmail}
          wrong={problem?.issueAt('email')}
        />
      ) : (
        // TRICKY: password managers take the name of the account from a field, even one that cannot be changed
        <TextField
          label="E-mail"
          name="shown-email"
          type="email"
          autoComplete="username"
          size="md"
          value={look.email}
          isReadOnly
          help="The invitation is for this address."
        />
      )}
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        maxLength={100}
        size="md"
        isFirst={look.email !== null}
        value={name}
        onChange={setName}
        wrong={problem?.issueAt('name')}
      />
      <NewPasswordField known={[name, look.email ?? email, look.workspaceName]} wrong={problem?.issueAt('password')} size="md" />
      {problem !== null && !isSaidAtField && <DoorProblem error={problem} />}
      <Button type="submit" size="md" loading={attempt.isPending || attempt.isSuccess}>
        Make the account and join
      </Button>
    </Form>
  );
}
