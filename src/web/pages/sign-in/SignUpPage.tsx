/** The first owner makes their account, with the one-time link that the server printed. */
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import type { FormEvent, ReactNode } from 'react';
import { toServerProblem } from '../../data/http.ts';
import { sessionQuery, signUp } from '../../data/session.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Door } from './Door.tsx';
import { EmailField, PasswordField } from './Fields.tsx';
import classes from './Door.module.css';

/** The page; without a token it says where to find one. */
export function SignUpPage(): ReactNode {
  const { token } = useSearch({ strict: false }) as { token?: string };
  const client = useQueryClient();
  const router = useRouter();
  const attempt = useMutation({
    mutationFn: signUp,
    onSuccess: (answer) => {
      client.setQueryData(sessionQuery.queryKey, answer);
      void router.navigate({ to: '/start' });
    },
  });
  if (token === undefined || token === '') {
    return (
      <Door title="A link is missing">
        <p>The address of this page must hold the one-time token that the server printed when it started for the first time.</p>
        <Link to="/sign-in">Sign in instead</Link>
      </Door>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    attempt.mutate({
      token,
      name: String(fields.get('name')),
      email: String(fields.get('email')),
      password: String(fields.get('password')),
    });
  };
  return (
    <Door title="Make the owner's account">
      <p className="bw-quiet">This link works once. You will own this server and everything sent to it; nothing leaves the machine.</p>
      <form className={classes.form} onSubmit={submit}>
        <TextInput name="name" label="Your name" autoComplete="name" required withAsterisk={false} maxLength={100} autoFocus size="md" />
        <EmailField />
        <PasswordField isNew />
        {attempt.isError && <SignUpProblem error={attempt.error} />}
        <Button type="submit" size="md" loading={attempt.isPending}>
          Make the account
        </Button>
      </form>
    </Door>
  );
}

function SignUpProblem({ error }: { error: unknown }): ReactNode {
  const problem = toServerProblem(error);
  if (problem.status !== 403)
    return (
      <Notice tone="error" title={problem.title}>
        {problem.message}
      </Notice>
    );
  return (
    <Notice tone="error" title="This link does not work any more" actions={<Link to="/sign-in">Sign in instead</Link>}>
      {problem.message}
    </Notice>
  );
}
