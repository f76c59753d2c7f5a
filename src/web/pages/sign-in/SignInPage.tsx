/** Sign in: with e-mail and password, or with a provider; then maybe a second step. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, Navigate, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { failureFrom, failureWords, signIn, signInOptionsQuery } from '../../data/account/sign-in.ts';
import type { SignInOptions } from '../../data/account/sign-in.ts';
import { sessionQuery } from '../../data/session.ts';
import { Form, textOf } from '../../ui/form/Form.tsx';
import { PasswordField, TextField } from '../../ui/form/TextField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Door, DoorLinks } from './Door.tsx';
import { DoorProblem } from './DoorProblem.tsx';
import { NoWorkspace } from './NoWorkspace.tsx';
import { Providers } from './Providers.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { useEnter } from './use-enter.ts';

/** The page. After signing in it goes where the person wanted to go. */
export function SignInPage(): ReactNode {
  const search = useSearch({ from: '/sign-in' });
  const { data } = useSuspenseQuery(sessionQuery);
  const { data: options } = useQuery(signInOptionsQuery);
  const enter = useEnter();
  const [step, setStep] = useState<'password' | 'code' | 'nowhere' | 'entering'>(search.step === 'second-factor' ? 'code' : 'password');
  const [isOver, setIsOver] = useState(false);
  const to = search.to ?? search.return;
  const finish = (hasSession: boolean): void => {
    setStep(hasSession ? 'entering' : 'nowhere');
    if (hasSession) void enter(to);
  };
  const begin = (): void => {
    setIsOver(true);
    setStep('password');
  };
  if (data.session !== null && step !== 'entering') return <Navigate to={(to ?? '/') as '/'} replace />;
  if (step === 'nowhere') return <NoWorkspace />;
  if (step === 'code') return <SecondFactor onDone={finish} onOver={begin} />;
  return (
    <Door title="Sign in">
      <Reason isOver={isOver} hasOwner={data.hasOwner} />
      <PasswordStep
        isEntering={step === 'entering'}
        options={options}
        onDone={({ needsTwoFactor, session }) => (needsTwoFactor ? setStep('code') : finish(session !== null))}
      />
      <Providers options={options} returnPath={to ?? '/'} />
    </Door>
  );
}

/** Why one stands at the door, where that is not plain. */
function Reason({ isOver, hasOwner }: { isOver: boolean; hasOwner: boolean }): ReactNode {
  const { failure: named, why } = useSearch({ from: '/sign-in' });
  const failure = failureFrom(named);
  if (isOver)
    return (
      <Notice tone="info" title="Begin again">
        The second step took too long, or too many codes were wrong.
      </Notice>
    );
  if (failure !== undefined) {
    return (
      <Notice tone="error" title={failureWords[failure].title}>
        {failureWords[failure].words}
      </Notice>
    );
  }
  if (why === 'ended')
    return (
      <Notice tone="info" title="Your session has ended">
        Sign in to go on where you were. Nothing is lost on the server.
      </Notice>
    );
  if (why === 'new-password')
    return (
      <Notice tone="success" title="Your new password is set">
        All your sessions were ended. Sign in with it.
      </Notice>
    );
  if (hasOwner) return null;
  return (
    <Notice tone="info" title="Nobody owns this server yet">
      Open the one-time link that the server printed when it started. It makes you the owner.
    </Notice>
  );
}

interface PasswordStepProps {
  isEntering: boolean;
  options: SignInOptions | undefined;
  onDone: (answer: Awaited<ReturnType<typeof signIn>>) => void;
}

function PasswordStep({ isEntering, options, onDone }: PasswordStepProps): ReactNode {
  const password = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: onDone,
    onError: () => password.current?.select(),
  });
  const submit = (fields: FormData): void => attempt.mutate({ email: textOf(fields, 'email'), password: String(fields.get('password')) });
  return (
    <>
      <Form label="Sign in" onSubmit={submit}>
        <TextField label="E-mail" name="email" type="email" autoComplete="username" maxLength={254} size="md" isFirst />
        <PasswordField label="Password" name="password" autoComplete="current-password" maxLength={128} size="md" field={password} />
        {attempt.isError && <DoorProblem error={attempt.error} refusal={refusal(options)} />}
        <Button type="submit" size="md" loading={attempt.isPending || isEntering}>
          Sign in
        </Button>
      </Form>
      {options !== undefined && (
        <DoorLinks>
          <Link to="/forgot-password">Forgot your password?</Link>
        </DoorLinks>
      )}
    </>
  );
}

/** The server gives one answer to what is unknown, wrong and locked; so does the page. */
function refusal(options: SignInOptions | undefined): { title: string; words: string } {
  const way = options?.hasMail === true ? 'a new password opens it at once' : 'an admin can open it at once';
  return {
    title: 'E-mail and password do not match',
    words: `Check both and try again. An account with many wrong tries is locked for a while; ${way}.`,
  };
}
