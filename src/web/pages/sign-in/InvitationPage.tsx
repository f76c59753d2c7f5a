/** What an invitation is for, and how to accept it: with a new account, with the one that is signed in, or after signing in. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../../../shared/contract/identity.ts';
import { formatDay } from '../../../shared/format/time.ts';
import { acceptInvitation, invitationQuery, signInOptionsQuery, signOut } from '../../data/account/sign-in.ts';
import type { InvitationLook } from '../../data/account/sign-in.ts';
import { toServerProblem } from '../../data/http.ts';
import { rememberWorkspace } from '../../data/looking.ts';
import { preferredZone } from '../../data/period.ts';
import { sessionQuery } from '../../data/session.ts';
import type { SessionAnswer } from '../../data/session.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Door, DoorLinks } from './Door.tsx';
import { DoorProblem } from './DoorProblem.tsx';
import { NewAccount } from './NewAccount.tsx';
import { Providers } from './Providers.tsx';
import { useEnter } from './use-enter.ts';
import { useHashToken } from './use-hash-token.ts';

/** The page. */
export function InvitationPage(): ReactNode {
  const token = useHashToken();
  const { data } = useSuspenseQuery(sessionQuery);
  const look = useQuery(invitationQuery(token));
  if (token === '' || look.error !== null) return <Unusable token={token} error={look.error} onRetry={() => void look.refetch()} />;
  if (look.data === undefined) {
    return (
      <Door title="An invitation">
        <div aria-busy="true" style={{ display: 'grid', gap: 12 }}>
          <Skeleton height={20} />
          <Skeleton height={42} />
          <Skeleton height={42} />
        </div>
      </Door>
    );
  }
  return <Invitation token={token} look={look.data} session={data.session} />;
}

function Unusable({ token, error, onRetry }: { token: string; error: unknown; onRetry: () => void }): ReactNode {
  const problem = error === null ? null : toServerProblem(error);
  const isGone = problem?.status === 404;
  return (
    <Door title={problem === null || isGone ? 'This invitation does not work' : 'The invitation cannot be read just now'}>
      {token === '' && (
        <Notice tone="error" title="A part of the link is missing">
          Copy the whole address, with everything behind the "#".
        </Notice>
      )}
      {isGone && (
        <Notice tone="error" title="It was used, withdrawn, or has expired">
          Ask whoever invited you for a new one.
        </Notice>
      )}
      {problem !== null && !isGone && (
        <>
          <DoorProblem error={problem} />
          <Button size="md" onClick={onRetry}>
            Try again
          </Button>
        </>
      )}
      <DoorLinks>
        <Link to="/sign-in">Sign in</Link>
      </DoorLinks>
    </Door>
  );
}

interface InvitationProps {
  token: string;
  look: InvitationLook;
  session: Session | null;
}

function Invitation({ token, look, session }: InvitationProps): ReactNode {
  const title = `Join ${look.workspaceName}`;
  const about = `You are invited as ${look.roleName}. The invitation holds until ${formatDay(look.expiresAt, preferredZone())}.`;
  const path = `/invitation#token=${encodeURIComponent(token)}`;
  const isSomebodyElse = session !== null && look.email !== null && look.email.toLowerCase() !== session.person.email.toLowerCase();
  return (
    <Door title={title} about={about}>
      {session === null && look.hasAccount && <SignInFirst email={look.email} path={path} />}
      {session === null && !look.hasAccount && <Newcomer token={token} look={look} path={path} />}
      {session !== null && isSomebodyElse && <SomebodyElse email={look.email ?? ''} mine={session.person.email} />}
      {session !== null && !isSomebodyElse && <Join token={token} session={session} />}
    </Door>
  );
}

/** Goes into the workspace that was joined. */
function useJoined(): (answer: SessionAnswer) => Promise<void> {
  const enter = useEnter();
  return async ({ session }) => {
    if (session !== null) rememberWorkspace(session.workspaceId);
    await enter(session === null ? '/' : `/?workspace=${encodeURIComponent(session.workspaceId)}`);
  };
}

function Join({ token, session }: { token: string; session: Session }): ReactNode {
  const joined = useJoined();
  const accept = useMutation({ mutationFn: () => acceptInvitation({ token }), onSuccess: joined });
  return (
    <>
      <p>
        You are signed in as <strong>{session.person.email}</strong>.
      </p>
      {accept.isError && <DoorProblem error={accept.error} />}
      <Button size="md" loading={accept.isPending || accept.isSuccess} onClick={() => accept.mutate()}>
        Join the workspace
      </Button>
      <DoorLinks>
        <Link to="/">Not now</Link>
      </DoorLinks>
    </>
  );
}

function SomebodyElse({ email, mine }: { email: string; mine: string }): ReactNode {
  const router = useRouter();
  const enter = useEnter();
  const leave = useMutation({ mutationFn: signOut, onSuccess: () => enter(router.state.location.href) });
  return (
    <>
      <Notice tone="warning" title="This invitation is for somebody else">
        It is for <strong>{email}</strong>, and you are signed in as <strong>{mine}</strong>.
      </Notice>
      {leave.isError && <DoorProblem error={leave.error} />}
      <Button size="md" loading={leave.isPending} onClick={() => leave.mutate()}>
        Sign out and go on as {email}
      </Button>
      <DoorLinks>
        <Link to="/">Stay signed in</Link>
      </DoorLinks>
    </>
  );
}

function SignInFirst({ email, path }: { email: string | null; path: string }): ReactNode {
  const { data: options } = useQuery(signInOptionsQuery);
  return (
    <>
      <p>
        <strong>{email}</strong> has an account here. Sign in with it, and you come back to this page.
      </p>
      <Button size="md" renderRoot={(props) => <Link {...props} to="/sign-in" search={{ to: path }} />}>
        Sign in
      </Button>
      <Providers options={options} returnPath={path} />
    </>
  );
}

function Newcomer({ token, look, path }: { token: string; look: InvitationLook; path: string }): ReactNode {
  const { data: options } = useQuery(signInOptionsQuery);
  const joined = useJoined();
  return (
    <>
      <NewAccount token={token} look={look} onDone={joined} />
      <Providers options={options} returnPath={path} />
      {look.email === null && (
        <DoorLinks>
          <Link to="/sign-in" search={{ to: path }}>
            I have an account
          </Link>
        </DoorLinks>
      )}
    </>
  );
}
