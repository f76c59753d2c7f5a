/** Makes a key: what for, what it may do, what bounds it; then shows it this once. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import type { KeyScope } from '../../../../../shared/contract/keys.ts';
import { createKey, keysQuery } from '../../../../data/admin/keys.ts';
import type { Key, NewKey } from '../../../../data/admin/keys.ts';
import { roleChoices, rolesQuery } from '../../../../data/admin/roles.ts';
import { toServerProblem } from '../../../../data/http.ts';
import { Form, textOf } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { Checkbox, RingField } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { permissionsByResource } from '../../../profile/tokens/scopes.ts';
import classes from '../Keys.module.css';
import { KeySecret } from '../KeySecret.tsx';
import { expiryOf, LimitFields, limitsOf, NameField } from './LimitFields.tsx';

const kinds = [
  { value: 'write', label: 'Write key', help: 'Sends events and can do nothing else: it may stand in a web page.' },
  { value: 'api', label: 'API key', help: 'Asks questions, or does what you allow it. It belongs on a server.' },
];

const uses = [
  { value: 'ask', label: 'Ask questions', help: 'Reads events, metrics and boards, runs SQL, exports.' },
  { value: 'admin', label: 'Everything', help: 'Also changes people, roles and keys.' },
  { value: 'chosen', label: 'Chosen permissions' },
];

/** The dialog. */
export function MakeKey({ session, onClose }: { session: Session; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const make = useMutation({ mutationFn: createKey, onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }) });
  if (make.data !== undefined) return <KeySecret title={`${make.data.key.name} is made`} made={make.data} onClose={onClose} />;
  return (
    <Dialog title="New key" place="side" onClose={onClose}>
      <KeyForm session={session} isBusy={make.isPending} error={make.error} onCancel={onClose} onMake={(body) => make.mutate(body)} />
    </Dialog>
  );
}

interface KeyFormProps {
  session: Session;
  isBusy: boolean;
  error: Error | null;
  onCancel: () => void;
  onMake: (body: NewKey) => void;
}

function KeyForm({ session, isBusy, error, onCancel, onMake }: KeyFormProps): ReactNode {
  const [kind, setKind] = useState<Key['kind']>('write');
  const [use, setUse] = useState('ask');
  const [isNoneChosen, setIsNoneChosen] = useState(false);
  const problem = error === null ? null : toServerProblem(error);
  const submit = (fields: FormData): void => {
    const base = { kind, name: textOf(fields, 'name'), ...limitsOf(fields), expiresAt: expiryOf(fields, Date.now()) ?? null };
    if (kind === 'write') return onMake(base);
    const scopes = use === 'chosen' ? (fields.getAll('permission') as KeyScope[]) : [use as KeyScope];
    setIsNoneChosen(scopes.length === 0);
    const role = textOf(fields, 'role');
    if (scopes.length > 0) onMake({ ...base, scopes, role: role === '' ? null : role });
  };
  return (
    <Form label="New key" onSubmit={submit}>
      <RingField label="Kind" name="kind" choices={kinds} value={kind} onChange={(value) => setKind(value as Key['kind'])} />
      <NameField name="" problem={problem} />
      {kind === 'api' && <ScopeFields session={session} use={use} onUse={setUse} isNoneChosen={isNoneChosen} />}
      <LimitFields key={kind} apiKey={null} kind={kind} problem={problem} />
      {problem !== null && (
        <Notice tone="error" title="The key was not made">
          {problem.message}
        </Notice>
      )}
      <DialogButtons>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Make the key
        </Button>
      </DialogButtons>
    </Form>
  );
}

interface ScopeFieldsProps {
  session: Session;
  use: string;
  onUse: (use: string) => void;
  isNoneChosen: boolean;
}

function ScopeFields({ session, use, onUse, isNoneChosen }: ScopeFieldsProps): ReactNode {
  const roles = useQuery({ ...rolesQuery, enabled: session.permissions.includes('roles:read') }).data;
  return (
    <>
      <RingField label="It may" name="use" choices={uses} value={use} onChange={onUse} />
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
          A key that may do nothing is of no use.
        </Notice>
      )}
      <SelectField
        label="Within the role"
        name="role"
        defaultValue=""
        choices={[{ value: '', label: 'None: whatever is allowed above' }, ...roleChoices(roles)]}
        help="Its permissions, row filters and masks bound the key, as they are at the time of each call."
      />
    </>
  );
}
