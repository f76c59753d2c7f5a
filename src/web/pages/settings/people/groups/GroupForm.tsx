/** Makes or changes a group: its name, its roles, its members. */
import { Button, CloseButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { groupsQuery, saveGroup } from '../../../../data/admin/groups.ts';
import type { Group } from '../../../../data/admin/groups.ts';
import { membersKey, membersQuery } from '../../../../data/admin/members.ts';
import { roleChoices, rolesQuery } from '../../../../data/admin/roles.ts';
import { toServerProblem } from '../../../../data/http.ts';
import { Form, textOf } from '../../../../ui/form/Form.tsx';
import { TextField } from '../../../../ui/form/TextField.tsx';
import { Checkbox, TickGroup } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { Picker } from '../../../../ui/Picker.tsx';
import classes from '../People.module.css';

/** What the form takes. */
export interface GroupFormProps {
  /** null: a new one */
  group: Group | null;
  session: Session;
  canManage: boolean;
  onClose: () => void;
}

type Person = Group['members'][number];

/** The form at the side. */
export function GroupForm({ group, session, canManage, onClose }: GroupFormProps): ReactNode {
  const client = useQueryClient();
  const known = useQuery({ ...rolesQuery, enabled: session.permissions.includes('roles:read') }).data;
  const [roles, setRoles] = useState<readonly string[]>(() => group?.roles.map((role) => role.id) ?? []);
  const [members, setMembers] = useState<readonly Person[]>(group?.members ?? []);
  const save = useMutation({
    mutationFn: (name: string) => saveGroup(group?.id ?? null, { name, roles: [...roles], members: members.map((member) => member.id) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: groupsQuery.queryKey });
      void client.invalidateQueries({ queryKey: membersKey });
      void client.invalidateQueries({ queryKey: rolesQuery.queryKey });
      onClose();
    },
  });
  const problem = save.error === null ? null : toServerProblem(save.error);
  const choices = roleChoices(known).filter((choice) => choice.value !== 'owner');
  return (
    <Dialog title={group?.name ?? 'New group'} place="side" onClose={onClose}>
      <Form label="Group" onSubmit={(fields) => save.mutate(textOf(fields, 'name'))}>
        <TextField
          label="Name"
          name="name"
          maxLength={60}
          defaultValue={group?.name ?? ''}
          isFirst={group === null}
          isReadOnly={!canManage}
          wrong={problem?.issueAt('name')}
        />
        <TickGroup label="Roles" help="Given to every member besides their own.">
          <div className={classes.ticks}>
            {choices.map((choice) => (
              <Checkbox
                key={choice.value}
                label={choice.label}
                help={known?.find((role) => role.id === choice.value)?.description}
                isOn={roles.includes(choice.value)}
                isDisabled={!canManage}
                onChange={(isOn) => setRoles(isOn ? [...roles, choice.value] : roles.filter((id) => id !== choice.value))}
              />
            ))}
          </div>
        </TickGroup>
        <Members members={members} canManage={canManage} onChange={setMembers} />
        {problem !== null && (
          <Notice tone="error" title="It was not saved">
            {problem.message}
          </Notice>
        )}
        {canManage && (
          <DialogButtons>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {group === null ? 'Make the group' : 'Save'}
            </Button>
          </DialogButtons>
        )}
      </Form>
    </Dialog>
  );
}

interface MembersProps {
  members: readonly Person[];
  canManage: boolean;
  onChange: (members: Person[]) => void;
}

function Members({ members, canManage, onChange }: MembersProps): ReactNode {
  const all = useQuery(membersQuery()).data?.people ?? [];
  const toggle = (id: string): void => {
    const person = all.find((one) => one.id === id);
    if (members.some((member) => member.id === id)) onChange(members.filter((member) => member.id !== id));
    else if (person !== undefined) onChange([...members, { id, name: person.name, email: person.email }]);
  };
  return (
    <fieldset className={classes.attributes}>
      <legend>Members{members.length > 0 && ` (${members.length})`}</legend>
      <div className={classes.chips}>
        {members.map((member) => (
          <span key={member.id} className={classes.chip}>
            <span className="bw-clip">{member.name || member.email}</span>
            {canManage && (
              <CloseButton
                size="sm"
                aria-label={`Take ${member.name || member.email} out`}
                onClick={() => onChange(members.filter((one) => one.id !== member.id))}
              />
            )}
          </span>
        ))}
        {canManage && (
          <Picker
            label="Find a member"
            isMultiple
            options={all.map(({ id, name, email }) => ({ value: id, label: name || email, hint: email }))}
            picked={members.map((member) => member.id)}
            none="No member of the workspace matches."
            onPick={toggle}
            button={(props) => (
              <Button {...props} variant="default" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.5} aria-hidden="true" />}>
                Add members
              </Button>
            )}
          />
        )}
      </div>
    </fieldset>
  );
}
