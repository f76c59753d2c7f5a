/** Changes one's own password. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { accountQuery, changePassword } from '../../data/account/account.ts';
import type { Account } from '../../data/account/account.ts';
import { toServerProblem } from '../../data/http.ts';
import { Form, FormButtons } from '../../ui/form/Form.tsx';
import { PasswordField } from '../../ui/form/TextField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Section } from '../../ui/page/PageHead.tsx';
import { NewPasswordField } from '../password/NewPasswordField.tsx';
import classes from './Profile.module.css';

/** The section; its form opens at a press. */
export function PasswordSection({ account }: { account: Account }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const [isChanged, setIsChanged] = useState(false);
  const done = (): void => {
    setIsOpen(false);
    setIsChanged(true);
  };
  return (
    <Section
      title="Password"
      about="When you change it, all your other sessions end."
      actions={
        !isOpen && (
          <Button variant="default" onClick={() => setIsOpen(true)}>
            Change the password
          </Button>
        )
      }
    >
      {isOpen && <PasswordForm account={account} onDone={done} onCancel={() => setIsOpen(false)} />}
      {isChanged && !isOpen && <Notice tone="success" title="Your password is changed" />}
    </Section>
  );
}

interface PasswordFormProps {
  account: Account;
  onDone: () => void;
  onCancel: () => void;
}

function PasswordForm({ account, onDone, onCancel }: PasswordFormProps): ReactNode {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ current, next }: { current: string; next: string }) => changePassword(current, next),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: accountQuery.queryKey });
      onDone();
    },
  });
  const problem = change.isError ? toServerProblem(change.error) : null;
  const isWrong = problem?.status === 401;
  const weak = problem?.issueAt('newPassword');
  return (
    <Form
      label="Change the password"
      onSubmit={(fields) => change.mutate({ current: String(fields.get('current')), next: String(fields.get('next')) })}
    >
      <div className={classes.narrow}>
        <input type="hidden" name="username" autoComplete="username" value={account.profile.email} />
        <PasswordField
          label="Current password"
          name="current"
          autoComplete="current-password"
          maxLength={128}
          isFirst
          wrong={isWrong ? 'This is not your password.' : undefined}
        />
        <NewPasswordField label="New password" name="next" known={[account.profile.name, account.profile.email]} wrong={weak} />
      </div>
      {problem !== null && !isWrong && weak === undefined && (
        <Notice tone="error" title="Your password was not changed">
          {problem.message}
        </Notice>
      )}
      <FormButtons>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </FormButtons>
    </Form>
  );
}
