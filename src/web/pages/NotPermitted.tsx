/** What stands where one's role does not allow to look: that it is so, and who can change it. */
import { IconLock } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionQuery, workspaceOf } from '../data/session.ts';
import { EmptyState } from '../ui/page/EmptyState.tsx';

/** Says that the role does not allow it, and who can change that. */
export function NotPermitted({ words }: { words?: string }): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const workspace = session === null ? undefined : workspaceOf(session)?.name;
  return (
    <EmptyState icon={IconLock} title="Your role does not allow this">
      {words} {session?.seeingAs === null ? 'An owner or admin' : 'Go back to your own view, or an owner or admin'}
      {workspace !== undefined && <> of {workspace}</>} can give you a role that does: in Settings, People.
    </EmptyState>
  );
}
