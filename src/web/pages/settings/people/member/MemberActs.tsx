/** What an admin can do for and to a member: unlock, a new password, out of the workspace, and more for operators. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { erasePerson, membersKey, removeMember, resetLink, setOperator, unlockMember } from '../../../../data/admin/members.ts';
import type { Member } from '../../../../data/admin/members.ts';
import { workspaceOf } from '../../../../data/session.ts';
import { DangerButton } from '../../../../ui/form/DangerButton.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { ConfirmDialog } from '../../../../ui/page/ConfirmDialog.tsx';
import { LinkDialog } from '../LinkDialog.tsx';
import classes from '../People.module.css';

/** What the acts take. */
export interface MemberActsProps {
  member: Member;
  session: Session;
  /** the member is gone from the list */
  onGone: () => void;
}

type Asking = 'remove' | 'erase' | 'operator' | null;

/** The acts, each with what it does. */
export function MemberActs({ member, session, onGone }: MemberActsProps): ReactNode {
  const client = useQueryClient();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: membersKey });
  const unlock = useMutation({ mutationFn: () => unlockMember(member.id), onSuccess: refresh });
  const reset = useMutation({ mutationFn: () => resetLink(member.id) });
  const [asking, setAsking] = useState<Asking>(null);
  const isSelf = member.id === session.person.id;
  const name = member.name || member.email;
  const error = unlock.error ?? reset.error;
  return (
    <div className={classes.danger}>
      {member.isLocked && (
        <Act words="Sign-in is locked after too many wrong passwords.">
          <Button variant="default" size="compact-sm" loading={unlock.isPending} onClick={() => unlock.mutate()}>
            Unlock
          </Button>
        </Act>
      )}
      {!isSelf && (
        <Act words="A link for a new password, if they have forgotten theirs.">
          <Button variant="default" size="compact-sm" loading={reset.isPending} onClick={() => reset.mutate()}>
            Send a reset link
          </Button>
        </Act>
      )}
      {reset.isSuccess && reset.data.sent && (
        <Notice tone="success" title="The link is on its way">
          {member.email} gets a mail.
        </Notice>
      )}
      {reset.isSuccess && reset.data.link !== null && !reset.data.sent && (
        <LinkDialog title="A link for a new password" label="Reset link" link={reset.data.link} onClose={() => reset.reset()}>
          With this link <strong>{name}</strong> sets a new password; all their sessions end then.
        </LinkDialog>
      )}
      {error !== null && (
        <Notice tone="error" title="Nothing was changed">
          {error.message}
        </Notice>
      )}
      {session.isOperator && (
        <Act
          words={
            member.isOperator
              ? 'Runs the installation: all workspaces, sign-in providers, backups.'
              : 'Operators run the installation: all workspaces, sign-in providers, backups.'
          }
        >
          <Button variant="default" size="compact-sm" onClick={() => setAsking('operator')}>
            {member.isOperator ? 'Take that away…' : 'Make an operator…'}
          </Button>
        </Act>
      )}
      {!isSelf && (
        <Act words="Out of this workspace, at once. The account stays.">
          <DangerButton size="compact-sm" onClick={() => setAsking('remove')}>
            Remove…
          </DangerButton>
        </Act>
      )}
      {session.isOperator && !isSelf && (
        <Act words="Deletes the account in all workspaces, and makes what the audit log knows of them unreadable.">
          <DangerButton size="compact-sm" onClick={() => setAsking('erase')}>
            Erase…
          </DangerButton>
        </Act>
      )}
      <Confirmations member={member} session={session} asking={asking} onDone={refresh} onGone={onGone} onClose={() => setAsking(null)} />
    </div>
  );
}

function Act({ words, children }: { words: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <p>{words}</p>
      {children}
    </div>
  );
}

interface ConfirmationsProps extends MemberActsProps {
  asking: Asking;
  onDone: () => Promise<void>;
  onClose: () => void;
}

function Confirmations({ member, session, asking, onDone, onGone, onClose }: ConfirmationsProps): ReactNode {
  const name = member.name || member.email;
  const gone = async (doing: Promise<void>): Promise<void> => {
    await doing;
    await onDone();
    onGone();
  };
  if (asking === 'remove')
    return (
      <ConfirmDialog
        title={`Remove ${name}?`}
        confirm="Remove from the workspace"
        onConfirm={() => gone(removeMember(member.id))}
        onClose={onClose}
      >
        <strong>{name}</strong> sees nothing of {workspaceOf(session)?.name ?? 'this workspace'} any more, at once: sessions, sockets and
        personal tokens end here. What they made stays.
      </ConfirmDialog>
    );
  if (asking === 'erase')
    return (
      <ConfirmDialog
        title={`Erase ${name}?`}
        confirm="Erase for ever"
        typed={member.email}
        onConfirm={() => gone(erasePerson(member.id))}
        onClose={onClose}
      >
        The account is deleted everywhere. The key to their personal data in the audit log is destroyed: the entries stay and still verify,
        and nobody can read who it was. This cannot be undone.
      </ConfirmDialog>
    );
  if (asking === 'operator')
    return (
      <ConfirmDialog
        title={member.isOperator ? `${name} runs the installation no more?` : `Make ${name} an operator?`}
        confirm={member.isOperator ? 'Take it away' : 'Make an operator'}
        isDanger={!member.isOperator}
        onConfirm={async () => {
          await setOperator(member.id, !member.isOperator);
          await onDone();
        }}
        onClose={onClose}
      >
        {member.isOperator
          ? 'They keep what they may do in their workspaces.'
          : 'They may do what spans all workspaces: make and list them, set sign-in providers, take backups, erase people.'}
      </ConfirmDialog>
    );
  return null;
}
