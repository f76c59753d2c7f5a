/** The small parts that forms, tables and dialogs are made of, in the states they can be in. */
import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { CodeInput } from '../ui/form/CodeInput.tsx';
import { DangerButton } from '../ui/form/DangerButton.tsx';
import { Form, FormButtons, FormRow } from '../ui/form/Form.tsx';
import { SelectField } from '../ui/form/SelectField.tsx';
import { PasswordField, TextField } from '../ui/form/TextField.tsx';
import { Checkbox, RingField, Switch, TickGroup } from '../ui/form/Tick.tsx';
import { Badge } from '../ui/page/Badge.tsx';
import { ConfirmDialog } from '../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../ui/page/PageHead.tsx';
import { RowTable } from '../ui/page/RowTable.tsx';
import { SecretOnce } from '../ui/page/SecretOnce.tsx';
import classes from './GalleryPage.module.css';

const noop = (): void => {};
const keys = [
  { id: '1', name: 'Shop backend', prefix: 'bw_w_4f1c…', state: 'in use', calls: '1,284', used: '2 minutes ago' },
  {
    id: '2',
    name: 'A very long name of a key that nobody would choose but somebody will',
    prefix: 'bw_a_90aa…',
    state: 'revoked',
    calls: '0',
    used: 'never',
  },
];

function FormParts(): ReactNode {
  const [code, setCode] = useState('418');
  return (
    <Section title="Form" about="Send it empty to see what each field says.">
      <Form label="Parts of a form" onSubmit={noop}>
        <FormRow>
          <TextField label="Name" name="name" help="As others see it." maxLength={100} />
          <TextField label="E-mail" name="email" type="email" wrong="Somebody else has this address." defaultValue="ana@example.com" />
          <PasswordField label="Password" name="password" minLength={8} isOptional />
          <SelectField
            label="Role"
            name="role"
            choices={[
              { value: 'viewer', label: 'Viewer' },
              { value: 'admin', label: 'Admin' },
            ]}
          />
          <TextField label="Key" name="key" isMono isReadOnly value="bw_w_0123456789abcdef" />
        </FormRow>
        <TickGroup label="May" help="At least one.">
          <Checkbox label="Ask questions" name="scopes" value="ask" isOnAtFirst help="Everything that a viewer sees." />
          <Checkbox label="Send events" name="scopes" value="ingest" />
          <Checkbox label="Not now" name="scopes" value="no" isDisabled />
        </TickGroup>
        <RingField
          label="Ends"
          name="ends"
          defaultValue="30"
          choices={[
            { value: '30', label: 'After 30 days' },
            { value: 'never', label: 'Never', help: 'Anybody who finds it can use it.' },
          ]}
        />
        <Switch label="Ask everybody for a second factor" isOnAtFirst help="Takes effect at their next sign-in." />
        <Switch label="Off" />
        <CodeInput label="Code of the authenticator" value={code} onChange={setCode} onComplete={noop} />
        <FormButtons>
          <Button type="submit">Save</Button>
          <Button variant="default">Cancel</Button>
          <DangerButton>Revoke…</DangerButton>
        </FormButtons>
      </Form>
    </Section>
  );
}

/** All parts. */
export function Parts(): ReactNode {
  const [open, setOpen] = useState<'confirm' | 'secret' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div>
      <PageHead title="Parts" about="What settings are made of." actions={<Button onClick={() => setOpen('secret')}>Make a key</Button>} />
      <FormParts />
      <Section title="Table" isFlush actions={<Button variant="default">Add</Button>}>
        <RowTable
          caption="Keys"
          rows={keys}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          columns={[
            { label: 'Name', cell: (row) => <strong>{row.name}</strong> },
            { label: 'State', cell: (row) => <Badge tone={row.state === 'in use' ? 'good' : 'bad'}>{row.state}</Badge> },
            { label: 'Prefix', cell: (row) => <code>{row.prefix}</code>, isSecondary: true },
            { label: 'Calls', cell: (row) => row.calls, isNumber: true },
            { label: 'Last used', cell: (row) => row.used },
          ]}
          actionsOf={() => [
            { label: 'Rename', onPick: noop },
            { label: 'Rotate', onPick: noop, isDisabled: true, why: 'It is revoked.' },
            { label: 'Revoke…', onPick: () => setOpen('confirm'), isDanger: true },
          ]}
        />
      </Section>
      <Section title="Loading" isFlush>
        <RowTable
          caption="Loading"
          rows={[]}
          keyOf={() => ''}
          nameOf={() => ''}
          skeletonRows={3}
          columns={[
            { label: 'Name', cell: () => null },
            { label: 'State', cell: () => null },
          ]}
        />
      </Section>
      <Section title="Empty" isFlush>
        <EmptyState icon={IconKey} title="No keys yet" action={<Button>Make a key</Button>}>
          A key lets a program send events or ask questions.
        </EmptyState>
      </Section>
      <Section
        title="Danger"
        about="What cannot be taken back."
        isDanger
        actions={<DangerButton onClick={() => setOpen('confirm')}>Delete…</DangerButton>}
      />
      <p className={classes.head}>
        <Badge>neutral</Badge> <Badge tone="good">good</Badge> <Badge tone="warning">warning</Badge> <Badge tone="bad">bad</Badge>
      </p>
      {open === 'confirm' && (
        <ConfirmDialog
          title="Revoke the key?"
          confirm="Revoke the key"
          typed="Shop backend"
          onClose={close}
          onConfirm={() => Promise.reject(new Error('The key was changed meanwhile. Look at it again.'))}
        >
          Programs that use <strong>Shop backend</strong> are refused at once.
        </ConfirmDialog>
      )}
      {open === 'secret' && (
        <SecretOnce title="The key is made" label="API key" secret="bw_a_0123456789abcdef0123456789abcdef" onClose={close} />
      )}
    </div>
  );
}
