/** Stands before everything else where a second factor is required and not set up. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { accountQuery } from '../../../data/account/account.ts';
import { sessionQuery, workspaceOf } from '../../../data/session.ts';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import { useActions } from '../../shell/actions/use-actions.ts';
import { Door, DoorLinks } from '../../sign-in/Door.tsx';
import { TwoFactorSteps } from './TwoFactorSteps.tsx';

/** The page. */
export function TwoFactorNeeded({ session }: { session: Session }): ReactNode {
  const client = useQueryClient();
  const account = useQuery(accountQuery);
  const { leave } = useActions();
  const about = `${workspaceOf(session)?.name ?? 'This workspace'} asks everybody for a second factor. It takes a minute, once.`;
  return (
    <Door title="Set up two-step sign-in" about={about}>
      <Asked query={account} skeleton={<Skeleton height={140} />}>
        {({ profile }) => (
          <TwoFactorSteps
            hasPassword={profile.hasPassword}
            email={profile.email}
            onDone={() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })}
          />
        )}
      </Asked>
      <DoorLinks>
        <Button variant="subtle" size="compact-sm" onClick={leave}>
          Sign out
        </Button>
      </DoorLinks>
    </Door>
  );
}
