/** One member at the side: their role, groups and attributes, and what an admin can do for and to them. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { formatDay, formatInstant } from '../../../../../shared/format/time.ts';
import { groupsQuery } from '../../../../data/admin/groups.ts';
import { changeMember, membersKey } from '../../../../data/admin/members.ts';
import type { Member, MemberChange } from '../../../../data/admin/members.ts';
import { roleChoices, roleName, rolesQuery } from '../../../../data/admin/roles.ts';
import { preferredZone } from '../../../../data/period.ts';
import { may, sessionQuery } from '../../../../data/session.ts';
import { Form } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { Fact, Facts } from '../../../events/detail/Facts.tsx';
import type { DatasetRules } from '../../../../../shared/model/policy.ts';
import { keptRules } from '../../roles/role-draft.ts';
import { rulesWords } from '../../roles/rules/rule-words.ts';
import { RulesEditor } from '../../roles/rules/RulesEditor.tsx';
import { attributesOf, typedAttributes } from '../attributes-text.ts';
import { AttributesEditor } from '../AttributesEditor.tsx';
import { GroupTicks } from '../GroupTicks.tsx';
import { knownAttributes } from '../known-attributes.ts';
import classes from '../People.module.css';
import { MemberActs } from './MemberActs.tsx';

/** What the panel takes. */
export interface MemberPanelProps {
  member: Member;
  session: Session;
  onClose: () => void;
}

/** The panel. */
export function MemberPanel({ member, session, onClose }: MemberPanelProps): ReactNode {
  const canManage = may(session, 'people:manage');
  const zone = preferredZone();
  return (
    <Dialog title={member.name || member.email} place="side" onClose={onClose}>
      <Facts>
        <Fact name="E-mail">{member.email}</Fact>
        <Fact name="Id">
          <code>{member.id}</code>
        </Fact>
        <Fact name="Second factor">{member.twoFactor ? 'on' : 'off'}</Fact>
        <Fact name="Joined">{formatDay(member.joinedAt, zone)}</Fact>
        <Fact name="Last seen">{member.lastSeenAt === null ? 'never' : formatInstant(member.lastSeenAt, zone)}</Fact>
        {rulesWords(member.limits).map((words) => (
          <Fact key={words} name="Limited to">
            {words}
          </Fact>
        ))}
      </Facts>
      <MemberForm member={member} session={session} canManage={canManage} onClose={onClose} />
      {canManage && <MemberActs member={member} session={session} onGone={onClose} />}
    </Dialog>
  );
}

function MemberForm({ member, session, canManage, onClose }: MemberPanelProps & { canManage: boolean }): ReactNode {
  const client = useQueryClient();
  const roles = useQuery({ ...rolesQuery, enabled: session.permissions.includes('roles:read') }).data;
  const [role, setRole] = useState(member.role.id);
  const [groups, setGroups] = useState(() => member.groups.map((group) => group.id));
  const [attributes, setAttributes] = useState(() => typedAttributes(member.attributes));
  const [limits, setLimits] = useState<DatasetRules>(member.limits);
  const save = useMutation({
    mutationFn: (change: MemberChange) => changeMember(member.id, change),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: membersKey });
      void client.invalidateQueries({ queryKey: groupsQuery.queryKey });
      void client.invalidateQueries({ queryKey: rolesQuery.queryKey });
      if (member.id === session.person.id) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      onClose();
    },
  });
  const change = changeOf(member, role, groups, attributesOf(attributes), keptRules(limits));
  const known = knownAttributes(roles ?? []);
  const choices = roleChoices(roles);
  if (!choices.some((choice) => choice.value === role)) choices.push({ value: role, label: roleName(member.role) });
  return (
    <Form label="What they may do" onSubmit={() => save.mutate(change)}>
      <SelectField
        label="Role"
        name="role"
        value={role}
        choices={choices}
        isDisabled={!canManage}
        help={roles?.find((one) => one.id === role)?.description}
        onChange={setRole}
      />
      <GroupTicks picked={groups} onChange={setGroups} isDisabled={!canManage} />
      <AttributesEditor attributes={attributes} known={known} onChange={setAttributes} isReadOnly={!canManage} />
      {canManage && <Limits limits={limits} known={known} onChange={setLimits} />}
      {save.isError && (
        <Notice tone="error" title="Nothing was changed">
          {save.error.message}
        </Notice>
      )}
      {canManage && (
        <DialogButtons>
          <Button type="submit" loading={save.isPending} disabled={Object.keys(change).length === 0}>
            Save
          </Button>
        </DialogButtons>
      )}
    </Form>
  );
}

interface LimitsProps {
  limits: DatasetRules;
  known: readonly string[];
  onChange: (limits: DatasetRules) => void;
}

/** Limits of this member alone: those of whoever invited them, until an admin says otherwise. */
function Limits({ limits, known, onChange }: LimitsProps): ReactNode {
  return (
    <details className={classes.fold}>
      <summary>Limits of this person alone{Object.keys(limits).length > 0 && ' (set)'}</summary>
      <div className={classes.more}>
        <p className="bw-quiet bw-small">They hold besides those of the roles. Whoever is invited has the limits of who invited them.</p>
        <RulesEditor rules={limits} attributes={known} isReadOnly={false} onChange={onChange} />
      </div>
    </details>
  );
}

/** What of the member is new; what stays is left out. */
function changeOf(
  member: Member,
  role: string,
  groups: readonly string[],
  attributes: Member['attributes'],
  limits: Member['limits'],
): MemberChange {
  const before = member.groups.map((group) => group.id);
  const isSameGroups = before.length === groups.length && before.every((id) => groups.includes(id));
  const isSameAttributes = JSON.stringify(member.attributes) === JSON.stringify(attributes);
  return {
    ...(role === member.role.id ? {} : { role }),
    ...(isSameGroups ? {} : { groups: [...groups] }),
    ...(isSameAttributes ? {} : { attributes }),
    ...(JSON.stringify(keptRules(member.limits)) === JSON.stringify(limits) ? {} : { limits }),
  };
}
