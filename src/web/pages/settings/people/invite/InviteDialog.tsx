/** Invites somebody: by mail or by a link, into a role and groups, with attributes. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { formatDay } from '../../../../../shared/format/time.ts';
import { createInvitation, membersKey } from '../../../../data/admin/members.ts';
import { roleChoices, rolesQuery } from '../../../../data/admin/roles.ts';
import { toServerProblem } from '../../../../data/http.ts';
import { preferredZone } from '../../../../data/period.ts';
import { workspaceOf } from '../../../../data/session.ts';
import { Form, FormRow, textOf } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { TextField } from '../../../../ui/form/TextField.tsx';
import { RingField } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { attributesOf } from '../attributes-text.ts';
import type { TypedAttribute } from '../attributes-text.ts';
import { AttributesEditor } from '../AttributesEditor.tsx';
import { GroupTicks } from '../GroupTicks.tsx';
import { knownAttributes } from '../known-attributes.ts';
import { LinkDialog } from '../LinkDialog.tsx';
import classes from '../People.module.css';

const days = ['1', '3', '7', '14', '30', '90'].map((value) => ({ value, label: value === '1' ? 'For a day' : `For ${value} days` }));

/** The dialog; what comes of it stands in its place. */
export function InviteDialog({ session, onClose }: { session: Session; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const invite = useMutation({ mutationFn: createInvitation, onSuccess: () => client.invalidateQueries({ queryKey: membersKey }) });
  if (invite.data !== undefined) {
    const { invitation, link, sent } = invite.data;
    const until = formatDay(invitation.expiresAt, preferredZone());
    if (link === null || sent)
      return (
        <Dialog title="The invitation is on its way" onClose={onClose}>
          <p>
            <strong>{invitation.email}</strong> gets a mail with a link that works until {until}.
          </p>
          <DialogButtons>
            <Button onClick={onClose}>Done</Button>
          </DialogButtons>
        </Dialog>
      );
    return (
      <LinkDialog title="The invitation is made" label="Invitation link" link={link} onClose={onClose}>
        {invitation.email === null ? (
          <>Whoever opens this link first joins. It works once, until {until}.</>
        ) : (
          <>
            Hand this link to <strong>{invitation.email}</strong>: only that address can accept it. It works until {until}.
          </>
        )}
      </LinkDialog>
    );
  }
  return (
    <Dialog title={`Invite somebody to ${workspaceOf(session)?.name ?? 'the workspace'}`} onClose={onClose}>
      <InviteForm
        session={session}
        isBusy={invite.isPending}
        error={invite.error}
        onCancel={onClose}
        onInvite={(invitation) => invite.mutate(invitation)}
      />
    </Dialog>
  );
}

interface InviteFormProps {
  session: Session;
  isBusy: boolean;
  error: Error | null;
  onCancel: () => void;
  onInvite: (invitation: Parameters<typeof createInvitation>[0]) => void;
}

function InviteForm({ session, isBusy, error, onCancel, onInvite }: InviteFormProps): ReactNode {
  const roles = useQuery({ ...rolesQuery, enabled: session.permissions.includes('roles:read') }).data;
  const [way, setWay] = useState('email');
  const [groups, setGroups] = useState<string[]>([]);
  const [attributes, setAttributes] = useState<TypedAttribute[]>([]);
  const [role, setRole] = useState('viewer');
  const problem = error === null ? null : toServerProblem(error);
  const submit = (fields: FormData): void =>
    onInvite({
      email: way === 'email' ? textOf(fields, 'email') : null,
      role,
      groups,
      attributes: attributesOf(attributes),
      expiresInDays: Number(textOf(fields, 'days')),
    });
  return (
    <Form label="Invitation" onSubmit={submit}>
      <RingField
        label="Who"
        name="way"
        value={way}
        onChange={setWay}
        choices={[
          { value: 'email', label: 'A person by their e-mail address', help: 'Only they can accept.' },
          { value: 'link', label: 'Whoever has a link', help: 'It works once, for the first who opens it.' },
        ]}
      />
      {way === 'email' && <TextField label="E-mail" name="email" type="email" isFirst maxLength={254} wrong={problem?.issueAt('email')} />}
      <FormRow>
        <SelectField
          label="Role"
          name="role"
          value={role}
          choices={roleChoices(roles)}
          help={roles?.find((one) => one.id === role)?.description}
          onChange={setRole}
        />
        <SelectField label="The invitation works" name="days" defaultValue="7" choices={days} />
      </FormRow>
      <GroupTicks picked={groups} onChange={setGroups} />
      <details className={classes.fold}>
        <summary>Attributes{attributes.length > 0 && ` (${attributes.length})`}</summary>
        <div className={classes.more}>
          <AttributesEditor attributes={attributes} known={knownAttributes(roles ?? [])} onChange={setAttributes} />
        </div>
      </details>
      {problem !== null && (
        <Notice tone="error" title="Nobody was invited">
          {problem.message}
        </Notice>
      )}
      <DialogButtons>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isBusy}>
          Invite
        </Button>
      </DialogButtons>
    </Form>
  );
}
