/** One's own name, and the address one signs in with. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { accountQuery, changeName } from '../../data/account/account.ts';
import type { Account } from '../../data/account/account.ts';
import { sessionQuery } from '../../data/session.ts';
import { Form, FormButtons, FormRow, textOf } from '../../ui/form/Form.tsx';
import { TextField } from '../../ui/form/TextField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Section } from '../../ui/page/PageHead.tsx';

/** The section. */
export function NameSection({ account }: { account: Account }): ReactNode {
  const client = useQueryClient();
  const [name, setName] = useState(account.profile.name);
  const change = useMutation({
    mutationFn: changeName,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: accountQuery.queryKey }),
        client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      ]),
  });
  const isSame = name.trim() === account.profile.name;
  return (
    <Section title="Name" about="Others see it beside what you do.">
      <Form label="Your name" onSubmit={(fields) => change.mutate(textOf(fields, 'name'))}>
        <FormRow>
          <TextField label="Name" name="name" autoComplete="name" maxLength={100} value={name} onChange={setName} />
          <TextField
            label="E-mail"
            name="email"
            type="email"
            value={account.profile.email}
            isReadOnly
            help="You sign in with it. It cannot be changed."
          />
        </FormRow>
        {change.isError && (
          <Notice tone="error" title="Your name was not changed">
            {change.error.message}
          </Notice>
        )}
        <FormButtons>
          <Button type="submit" loading={change.isPending} disabled={isSame}>
            Save the name
          </Button>
          <span role="status" className="bw-quiet">
            {change.isSuccess && isSame && 'Saved.'}
          </span>
        </FormButtons>
      </Form>
    </Section>
  );
}
