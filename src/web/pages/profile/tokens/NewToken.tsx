/** Makes a personal token, and shows it this once. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import type { KeyScope } from '../../../../shared/contract/keys.ts';
import { createToken, tokensQuery } from '../../../data/account/account.ts';
import { workspaceOf } from '../../../data/session.ts';
import { Form, textOf } from '../../../ui/form/Form.tsx';
import { SelectField } from '../../../ui/form/SelectField.tsx';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Checkbox, RingField } from '../../../ui/form/Tick.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { SecretOnce } from '../../../ui/page/SecretOnce.tsx';
import { expiryAfter, permissionsByResource } from './scopes.ts';
import classes from './NewToken.module.css';

const expiries = [
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'never', label: 'Never' },
];

const uses = [
  { value: 'ask', label: 'Ask questions', help: 'Read events, metrics and boards, run SQL, export.' },
  { value: 'ingest', label: 'Send events', help: 'Nothing can be read with it.' },
  { value: 'admin', label: 'Everything that you may', help: 'Also change people, roles and keys. Whoever finds it is you.' },
  { value: 'chosen', label: 'Chosen permissions' },
];

/** The dialog. */
export function NewToken({ session, onClose }: { session: Session; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const make = useMutation({ mutationFn: createToken, onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }) });
  if (make.data !== undefined) {
    const { token, secret } = make.data;
    return (
      <SecretOnce title={`${token.name} is made`} label="Token" secret={secret} onClose={onClose}>
        <p className="bw-quiet">
          Programs send it as <code>Authorization: Bearer …</code>
        </p>
      </SecretOnce>
    );
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <TokenForm
        session={session}
        isBusy={make.isPending}
        error={make.error}
        onCancel={onClose}
        onSubmit={(name, scopes, days) => make.mutate({ name, scopes, expiresAt: expiryAfter(days, Date.now()) })}
      />
    </Dialog>
  );
}

interface TokenFormProps {
  session: Session;
  isBusy: boolean;
  error: Error | null;
  onCancel: () => void;
  onSubmit: (name: string, scopes: KeyScope[], days: string) => void;
}

function TokenForm({ session, isBusy, error, onCancel, onSubmit }: TokenFormProps): ReactNode {
  const [use, setUse] = useState('ask');
  const [isNoneChosen, setIsNoneChosen] = useState(false);
  const submit = (fields: FormData): void => {
    const scopes = use === 'chosen' ? (fields.getAll('permission') as KeyScope[]) : [use as KeyScope];
    setIsNoneChosen(scopes.length === 0);
    if (scopes.length > 0) onSubmit(textOf(fields, 'name'), scopes, textOf(fields, 'expiry'));
  };
  return (
    <Form label="New token" onSubmit={submit}>
      <p className="bw-quiet">
        It acts as you in <strong>{workspaceOf(session)?.name}</strong>.
      </p>
      <TextField label="Name" name="name" maxLength={100} isFirst help="What it is for: you will want to know when you see it again." />
      <SelectField label="Ends" name="expiry" choices={expiries} defaultValue="90" />
      <RingField label="It may" name="use" choices={uses} value={use} onChange={setUse} />
      {use === 'chosen' && (
        <div className={classes.matrix}>
          {permissionsByResource(session.permissions).map(({ resource, permissions }) => (
            <fieldset key={resource} className={classes.resource}>
              <legend>{resource}</legend>
              <div className={classes.operations}>
                {permissions.map((permission) => (
                  <Checkbox key={permission} name="permission" value={permission} label={permission.slice(resource.length + 1)} />
                ))}
              </div>
            </fieldset>
          ))}
        </div>
      )}
      {isNoneChosen && (
        <Notice tone="error" title="Choose at least one permission">
          A token that may do nothing is of no use.
        </Notice>
      )}
      {error !== null && (
        <Notice tone="error" title="It could not be made">
          {error.message}
        </Notice>
      )}
      <DialogButtons>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Make the token
        </Button>
      </DialogButtons>
    </Form>
  );
}
