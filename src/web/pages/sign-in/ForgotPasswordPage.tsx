/** Asks for a link to a new password. */
import { Button } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { forgotPassword, signInOptionsQuery } from '../../data/account/sign-in.ts';
import { Form, textOf } from '../../ui/form/Form.tsx';
import { TextField } from '../../ui/form/TextField.tsx';
import { Door, DoorLinks } from './Door.tsx';
import { DoorProblem } from './DoorProblem.tsx';

/** The page; where there is no mail it says whom to ask. */
export function ForgotPasswordPage(): ReactNode {
  const { data: options } = useSuspenseQuery(signInOptionsQuery);
  const ask = useMutation({ mutationFn: forgotPassword });
  if (!options.hasMail) {
    return (
      <Door title="Forgot your password?" about="This server sends no mail, so it cannot send you a link.">
        <p>Ask an admin of your workspace for a link to a new password: they find it beside your name in Settings, People.</p>
        <p className="bw-quiet">
          Do you run the server? There, <code>bellwether user reset-link</code> with your address prints one.
        </p>
        <BackLink />
      </Door>
    );
  }
  if (ask.isSuccess) {
    return (
      <Door title="Look into your mail" about={`If ${ask.variables} has an account here, a link to a new password is on its way to it.`}>
        <p>It works once, for an hour. Nothing came? Look into the spam folder, and check the address.</p>
        <DoorLinks>
          <BackLink />
          <Link to="/forgot-password" onClick={() => ask.reset()}>
            Try another address
          </Link>
        </DoorLinks>
      </Door>
    );
  }
  return (
    <Door title="Forgot your password?" about="Give your e-mail address, and we send you a link to choose a new one.">
      <Form label="New password" onSubmit={(fields) => ask.mutate(textOf(fields, 'email'))}>
        <TextField label="E-mail" name="email" type="email" autoComplete="username" maxLength={254} size="md" isFirst />
        {ask.isError && <DoorProblem error={ask.error} />}
        <Button type="submit" size="md" loading={ask.isPending}>
          Send the link
        </Button>
      </Form>
      <BackLink />
    </Door>
  );
}

function BackLink(): ReactNode {
  return (
    <DoorLinks>
      <Link to="/sign-in">Back to sign in</Link>
    </DoorLinks>
  );
}
