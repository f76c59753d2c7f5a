/** Signed in, but a member of no workspace: there is nothing to see, and the page says how to get somewhere. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { signOut } from '../../data/account/sign-in.ts';
import { Door } from './Door.tsx';

/** The page. */
export function NoWorkspace(): ReactNode {
  const leave = useMutation({ mutationFn: signOut, onSettled: () => location.assign('/sign-in') });
  return (
    <Door
      title="You are in no workspace"
      about="Your account is right, but nobody has let it into a workspace, or you were taken out of the last one."
    >
      <p>Ask an admin for an invitation. Open its link in this browser, and you are in.</p>
      <Button variant="default" size="md" loading={leave.isPending} onClick={() => leave.mutate()}>
        Sign in as somebody else
      </Button>
    </Door>
  );
}
