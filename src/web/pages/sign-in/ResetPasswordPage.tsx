/** Sets a new password, by a link that came by mail or from an admin. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { resetPassword } from '../../data/account/sign-in.ts';
import { toServerProblem } from '../../data/http.ts';
import { sessionQuery } from '../../data/session.ts';
import { Form } from '../../ui/form/Form.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { NewPasswordField } from '../password/NewPasswordField.tsx';
import { Door, DoorLinks } from './Door.tsx';
import { DoorProblem } from './DoorProblem.tsx';
import { useHashToken } from './use-hash-token.ts';

/** The page; a link that does not work any more leads to a new one. */
export function ResetPasswordPage(): ReactNode {
  const token = useHashToken();
  const client = useQueryClient();
  const navigate = useNavigate();
  const attempt = useMutation({
    mutationFn: (password: string) => resetPassword(token, password),
    onSuccess: () => {
      client.removeQueries({ queryKey: sessionQuery.queryKey });
      void navigate({ to: '/sign-in', search: { why: 'new-password' }, replace: true });
    },
  });
  const isUsed = attempt.isError && toServerProblem(attempt.error).code === 'FORBIDDEN';
  if (token === '' || isUsed) {
    return (
      <Door title="This link does not work">
        <Notice tone="error" title={isUsed ? 'It was used, or is older than an hour' : 'A part of the link is missing'}>
          {isUsed ? 'Nothing was changed.' : 'Copy the whole address out of the mail, with everything behind the "#".'}
        </Notice>
        <DoorLinks>
          <Link to="/forgot-password">Ask for a new link</Link>
          <Link to="/sign-in">Sign in</Link>
        </DoorLinks>
      </Door>
    );
  }
  const weak = attempt.isError ? toServerProblem(attempt.error).issueAt('password') : undefined;
  return (
    <Door title="Choose a new password" about="All your sessions end, on every device; you sign in with the new password.">
      <Form label="Choose a new password" onSubmit={(fields) => attempt.mutate(String(fields.get('password')))}>
        <NewPasswordField label="New password" wrong={weak} size="md" isFirst />
        {attempt.isError && weak === undefined && <DoorProblem error={attempt.error} />}
        <Button type="submit" size="md" loading={attempt.isPending}>
          Set the password
        </Button>
      </Form>
    </Door>
  );
}
