/** The workspace itself: its name and id, and the way out of it. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { leaveWorkspace, renameWorkspace } from '../../../data/admin/workspaces.ts';
import { rememberWorkspace } from '../../../data/looking.ts';
import { may, sessionQuery, workspaceOf } from '../../../data/session.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { DangerButton } from '../../../ui/form/DangerButton.tsx';
import { Form, FormButtons, textOf } from '../../../ui/form/Form.tsx';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { AllWorkspaces } from './AllWorkspaces.tsx';

/** The page. */
export function WorkspacePage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  if (session === null) return null;
  return (
    <>
      <PageHead title="Workspace" about={`You are here as ${session.role.name}.`} />
      <NameSection key={session.workspaceId} session={session} />
      {session.isOperator && session.seeingAs === null && <AllWorkspaces session={session} />}
      <LeaveSection session={session} />
    </>
  );
}

function NameSection({ session }: { session: Session }): ReactNode {
  const client = useQueryClient();
  const known = workspaceOf(session)?.name ?? '';
  const rename = useMutation({
    mutationFn: renameWorkspace,
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
  const [name, setName] = useState(known);
  const canRename = may(session, 'workspace:manage');
  return (
    <Section title="Name" about="As everybody sees it, in the top bar and in mails.">
      <Form label="Name of the workspace" onSubmit={(fields) => rename.mutate(textOf(fields, 'name'))}>
        <div style={{ maxWidth: 420 }}>
          <TextField label="Name" name="name" maxLength={100} value={name} onChange={setName} isReadOnly={!canRename} />
        </div>
        {rename.isError && (
          <Notice tone="error" title="The name was not changed">
            {rename.error.message}
          </Notice>
        )}
        {canRename && (
          <FormButtons>
            <Button type="submit" loading={rename.isPending} disabled={name.trim() === known}>
              Save the name
            </Button>
            <span role="status" className="bw-quiet">
              {rename.isSuccess && name.trim() === known && 'Saved.'}
            </span>
          </FormButtons>
        )}
      </Form>
      <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 8, marginTop: 16 }}>
        <span className="bw-quiet">Id, for calls of programs:</span> <code>{session.workspaceId}</code>
        <CopyButton text={session.workspaceId} label="Copy" />
      </div>
    </Section>
  );
}

function LeaveSection({ session }: { session: Session }): ReactNode {
  const client = useQueryClient();
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);
  const name = workspaceOf(session)?.name ?? 'the workspace';
  const leave = async (): Promise<void> => {
    await leaveWorkspace();
    rememberWorkspace(null);
    client.clear();
    await router.navigate({ to: '/', search: { workspace: undefined, as: undefined } });
  };
  if (session.seeingAs !== null) return null;
  return (
    <Section
      title="Leave the workspace"
      about="Your account stays; what you made here stays in the workspace. The last owner cannot leave."
      isDanger
      actions={<DangerButton onClick={() => setIsAsking(true)}>Leave…</DangerButton>}
    >
      {isAsking && (
        <ConfirmDialog title={`Leave ${name}?`} confirm="Leave the workspace" onConfirm={leave} onClose={() => setIsAsking(false)}>
          You see nothing of <strong>{name}</strong> any more, at once. Only an admin can invite you again.
        </ConfirmDialog>
      )}
    </Section>
  );
}
