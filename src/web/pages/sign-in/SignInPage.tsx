/** Sign in with e-mail and password. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { toServerProblem } from '../../data/http.ts';
import { sessionQuery, signIn } from '../../data/session.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Door } from './Door.tsx';
import { EmailField, PasswordField } from './Fields.tsx';
import classes from './Door.module.css';

/** The page. After signing in it goes where the person wanted to go. */
export function SignInPage(): ReactNode {
  const client = useQueryClient();
  const router = useRouter();
  const { to } = useSearch({ strict: false }) as { to?: string };
  const { data } = useSuspenseQuery(sessionQuery);
  const password = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: sessionQuery.queryKey });
      router.history.push(to ?? '/');
    },
    onError: () => password.current?.select(),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    attempt.mutate({ email: String(fields.get('email')), password: String(fields.get('password')) });
  };
  const isWrong = attempt.isError && toServerProblem(attempt.error).status === 401;
  if (data.session !== null && attempt.isIdle) return <Navigate to={(to ?? '/') as '/'} replace />;
  return (
    <Door title="Sign in">
      {!data.hasOwner && (
        <Notice tone="info" title="Nobody owns this server yet">
          Open the one-time link that the server printed when it started. It makes you the owner.
        </Notice>
      )}
      <form className={classes.form} onSubmit={submit}>
        <EmailField isFirst isWrong={isWrong} />
        <PasswordField field={password} isWrong={isWrong} />
        {attempt.isError && <SignInProblem error={attempt.error} />}
        <Button type="submit" size="md" loading={attempt.isPending}>
          Sign in
        </Button>
      </form>
    </Door>
  );
}

function SignInProblem({ error }: { error: unknown }): ReactNode {
  const problem = toServerProblem(error);
  if (problem.status === 401)
    return (
      <Notice tone="error" title="E-mail and password do not match">
        Check both and try again.
      </Notice>
    );
  if (problem.status === 429)
    return (
      <Notice tone="warning" title="Too many attempts">
        Wait a minute, then try again.
      </Notice>
    );
  return (
    <Notice tone="error" title={problem.title}>
      {problem.message}
    </Notice>
  );
}
