/** What one can do about an incident: say that one knows, that it is over, who looks after it, and add a note. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { assignIncident, incidentQuery, incidentsKey, tellIncident } from '../../../../data/admin/incidents.ts';
import type { Incident, IncidentStory } from '../../../../data/admin/incidents.ts';
import { membersQuery } from '../../../../data/admin/members.ts';
import { securityQuery } from '../../../../data/admin/security.ts';
import { AreaField } from '../../../../ui/form/AreaField.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import classes from './Incident.module.css';

type Verb = 'acknowledge' | 'resolve' | 'reopen' | 'note';

/** The tools; what is written in the field goes with whatever is pressed. */
export function IncidentTools({ incident, session }: { incident: Incident; session: Session }): ReactNode {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const keep = (story: IncidentStory): void => {
    client.setQueryData(incidentQuery(incident.id).queryKey, story);
    setText('');
    void client.invalidateQueries({ queryKey: [...incidentsKey, 'list'] });
    void client.invalidateQueries({ queryKey: securityQuery.queryKey });
  };
  const tell = useMutation({ mutationFn: (verb: Verb) => tellIncident(incident.id, verb, text.trim()), onSuccess: keep });
  const assign = useMutation({ mutationFn: (assignee: string | null) => assignIncident(incident.id, assignee), onSuccess: keep });
  const error = tell.error ?? assign.error;
  const button = (verb: Verb, label: string, isMain = false): ReactNode => (
    <Button
      {...(isMain ? {} : { variant: 'default' })}
      loading={tell.isPending && tell.variables === verb}
      disabled={verb === 'note' && text.trim() === ''}
      onClick={() => tell.mutate(verb)}
    >
      {label}
    </Button>
  );
  return (
    <div className={classes.tools}>
      <AreaField
        label="Note"
        name="note"
        isLabelHidden
        placeholder="A note for the timeline: what you found, why it is over"
        rows={2}
        maxLength={4_000}
        value={text}
        onChange={setText}
      />
      <div className={classes.buttons}>
        {incident.state === 'open' && button('acknowledge', 'Acknowledge', true)}
        {incident.state !== 'resolved' && button('resolve', 'Resolve', incident.state === 'acknowledged')}
        {incident.state === 'resolved' && button('reopen', 'Open again')}
        {button('note', 'Add the note')}
        <Assignee incident={incident} session={session} isBusy={assign.isPending} onAssign={(id) => assign.mutate(id)} />
      </div>
      {error !== null && (
        <Notice tone="error" title="Nothing was changed">
          {error.message}
        </Notice>
      )}
    </div>
  );
}

interface AssigneeProps {
  incident: Incident;
  session: Session;
  isBusy: boolean;
  onAssign: (id: string | null) => void;
}

function Assignee({ incident, session, isBusy, onAssign }: AssigneeProps): ReactNode {
  const members = useQuery({ ...membersQuery(), enabled: session.permissions.includes('people:read') });
  const { id, name } = session.person;
  const others = (members.data?.people ?? []).filter((member) => member.id !== id);
  const picked = incident.assignee;
  const choices = [
    { value: '', label: 'Nobody looks after it' },
    { value: id, label: `${name}, you` },
    ...others.map((member) => ({ value: member.id, label: member.name || member.email })),
  ];
  if (picked !== null && !choices.some((choice) => choice.value === picked.id))
    choices.push({ value: picked.id, label: picked.name ?? 'Somebody who left' });
  return (
    <span className={classes.assignee}>
      <SelectField
        label="Looked after by"
        isLabelHidden
        name="assignee"
        value={picked?.id ?? ''}
        choices={choices}
        isDisabled={isBusy}
        onChange={(value) => onAssign(value === '' ? null : value)}
      />
    </span>
  );
}
