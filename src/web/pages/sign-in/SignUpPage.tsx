/** The first owner makes their account, with the one-time link that the server printed. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { toServerProblem } from '../../data/http.ts';
import { signUp } from '../../data/session.ts';
import { Form, textOf } from '../../ui/form/Form.tsx';
import { TextField } from '../../ui/form/TextField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { NewPasswordField } from '../password/NewPasswordField.tsx';
import { Door } from './Door.tsx';
import { DoorProblem } from './DoorProblem.tsx';
import { useEnter } from './use-enter.ts';

/** The page; without a token it says where to find one. */
export function SignUpPage(): ReactNode {
  const { token } = useSearch({ from: '/sign-up' });
  const enter = useEnter();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const attempt = useMutation({ mutationFn: signUp, onSuccess: () => enter('/start') });
  if (token === undefined || token === '') {
    return (
      <Door title="A link is missing">
        <p>The address of this page must hold the one-time token that the server printed when it started for the first time.</p>
        <Link to="/sign-in">Sign in instead</Link>
      </Door>
    );
  }
  const submit = (fields: FormData): void =>
    attempt.mutate({ token, name: textOf(fields, 'name'), email: textOf(fields, 'email'), password: String(fields.get('password')) });
  const problem = attempt.isError ? toServerProblem(attempt.error) : null;
  const weak = problem?.issueAt('password');
  return (
    <Door
      title="Make the owner's account"
      about="This link works once. You will own this server and everything sent to it; nothing leaves the machine."
    >
      <Form label="The owner's account" onSubmit={submit}>
        <TextField label="Your name" name="name" autoComplete="name" maxLength={100} size="md" isFirst value={name} onChange={setName} />
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          maxLength={254}
          size="md"
          value={email}
          onChange={setEmail}
          wrong={problem?.issueAt('email')}
        />
        <NewPasswordField known={[name, email]} wrong={weak} size="md" />
        {problem !== null && weak === undefined && <SignUpProblem problem={problem} />}
        <Button type="submit" size="md" loading={attempt.isPending || attempt.isSuccess}>
          Make the account
        </Button>
      </Form>
    </Door>
  );
}

function SignUpProblem({ problem }: { problem: ReturnType<typeof toServerProblem> }): ReactNode {
  if (problem.status !== 403) return <DoorProblem error={problem} />;
  return (
    <Notice tone="error" title="This link does not work any more" actions={<Link to="/sign-in">Sign in instead</Link>}>
      {problem.message}
    </Notice>
  );
}
