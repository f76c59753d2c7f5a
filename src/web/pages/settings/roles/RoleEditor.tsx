/** Edits a role; what changed is said in a bar at the bottom until it is saved or discarded. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { membersQuery } from '../../../data/admin/members.ts';
import { rolesQuery, saveRole } from '../../../data/admin/roles.ts';
import type { Role } from '../../../data/admin/roles.ts';
import { toServerProblem } from '../../../data/http.ts';
import { sessionQuery } from '../../../data/session.ts';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import { knownAttributes } from '../people/known-attributes.ts';
import { PermissionMatrix } from './matrix/PermissionMatrix.tsx';
import { changeWords, draftOf, inputOf } from './role-draft.ts';
import type { RoleDraft } from './role-draft.ts';
import classes from './Roles.module.css';
import { RulesEditor } from './rules/RulesEditor.tsx';

/** What the editor takes. */
export interface RoleEditorProps {
  /** null: a new one */
  role: Role | null;
  /** what the draft begins as */
  start: Role | null;
  roles: readonly Role[];
  session: Session;
  canManage: boolean;
  /** stands below what is edited */
  children?: ReactNode;
}

/** Attributes that members have or roles ask for. */
function useAttributes(roles: readonly Role[], session: Session): string[] {
  const { data } = useQuery({ ...membersQuery(), enabled: session.permissions.includes('people:read') });
  return useMemo(
    () => [...new Set([...knownAttributes(roles), ...(data?.people ?? []).flatMap((member) => Object.keys(member.attributes))])].sort(),
    [roles, data],
  );
}

/** Keeps the draft, and saves it. */
function useDraft(role: Role | null, start: Role | null) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const saved = useMemo(() => draftOf(role), [role]);
  const [draft, setDraft] = useState<RoleDraft>(() => draftOf(start));
  const isLeaving = useRef(false);
  const changes = changeWords(saved, draft);
  const isChanged = changes.length > 0;
  const save = useMutation({
    mutationFn: () => saveRole(role?.id ?? null, inputOf(draft)),
    onSuccess: async (next) => {
      isLeaving.current = true;
      setDraft(draftOf(next));
      await client.invalidateQueries({ queryKey: rolesQuery.queryKey });
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      if (role === null) await navigate({ to: '/settings/roles/$role', params: { role: next.id }, replace: true });
      isLeaving.current = false;
    },
  });
  const blocker = useBlocker({
    shouldBlockFn: () => isChanged && !isLeaving.current,
    enableBeforeUnload: () => isChanged && !isLeaving.current,
    withResolver: true,
  });
  const discard = (): void => {
    save.reset();
    setDraft(draftOf(start));
  };
  return { saved, draft, setDraft, changes, save, blocker, discard };
}

/** The editor. */
export function RoleEditor({ role, start, roles, session, canManage, children }: RoleEditorProps): ReactNode {
  const attributes = useAttributes(roles, session);
  const { saved, draft, setDraft, changes, save, blocker, discard } = useDraft(role, start);
  const problem = save.error === null ? null : toServerProblem(save.error);
  const held = useMemo(() => new Set(session.permissions), [session.permissions]);
  const change = (part: Partial<RoleDraft>): void => setDraft({ ...draft, ...part });
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (role === null) name.current?.focus();
  }, [role]);
  return (
    <>
      {canManage && (
        <Section>
          <div className={classes.fields}>
            <TextField
              label="Name"
              name="name"
              maxLength={60}
              field={name}
              value={draft.name}
              onChange={(text) => change({ name: text })}
              wrong={problem?.issueAt('name')}
            />
            <TextField
              label="Description"
              name="description"
              maxLength={300}
              isOptional
              value={draft.description}
              onChange={(text) => change({ description: text })}
            />
          </div>
        </Section>
      )}
      <Section
        title="May do"
        about={canManage ? 'What one may not do oneself cannot be given away. Arrow keys lead from box to box.' : undefined}
        isFlush
      >
        <PermissionMatrix
          picked={draft.permissions}
          before={role === null ? draft.permissions : saved.permissions}
          mayGive={(permission) => held.has(permission)}
          isReadOnly={!canManage}
          onChange={(permissions) => change({ permissions })}
        />
      </Section>
      <Section title="Sees" about="Holds for every question, board, live view, export, forecast and report of whoever has the role.">
        <RulesEditor rules={draft.rules} attributes={attributes} isReadOnly={!canManage} onChange={(rules) => change({ rules })} />
      </Section>
      {children}
      {problem !== null && (
        <div style={{ marginBottom: 12 }}>
          <Notice tone="error" title="The role was not saved">
            {problem.message}
          </Notice>
        </div>
      )}
      {canManage && (role === null || changes.length > 0) && (
        <SaveBar role={role} draft={draft} changes={changes} isBusy={save.isPending} onSave={() => save.mutate()} onDiscard={discard} />
      )}
      {blocker.status === 'blocked' && (
        <ConfirmDialog
          title="Leave without saving?"
          confirm="Leave without saving"
          onConfirm={async () => blocker.proceed()}
          onClose={() => blocker.reset()}
        >
          {changes.join(', ')}: this would be lost.
        </ConfirmDialog>
      )}
    </>
  );
}

interface SaveBarProps {
  role: Role | null;
  draft: RoleDraft;
  changes: readonly string[];
  isBusy: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

function SaveBar({ role, draft, changes, isBusy, onSave, onDiscard }: SaveBarProps): ReactNode {
  const holders = (role?.memberCount ?? 0) + (role?.groupCount ?? 0);
  return (
    <div className={classes.bar} role="region" aria-label="Changes">
      <span className={classes.changes} role="status">
        {role === null ? (draft.name.trim() === '' ? 'Give the role a name.' : 'Not made yet.') : `Changed: ${changes.join(', ')}.`}
        {holders > 0 && <span className="bw-quiet"> Holds at once for everybody who has it.</span>}
      </span>
      <span className={classes.buttons}>
        {role !== null && (
          <Button variant="default" disabled={isBusy} onClick={onDiscard}>
            Discard
          </Button>
        )}
        <Button loading={isBusy} disabled={draft.name.trim() === ''} onClick={onSave}>
          {role === null ? 'Make the role' : 'Save the role'}
        </Button>
      </span>
    </div>
  );
}
