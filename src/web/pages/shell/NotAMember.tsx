/** What stands where an address names a workspace that one is no member of, or a role that one may not look as. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { toServerProblem } from '../../data/http.ts';
import { rememberWorkspace } from '../../data/looking.ts';
import { BellMark } from '../../ui/BellMark.tsx';
import { PageError } from './Trouble.tsx';
import classes from './Trouble.module.css';

/** The page; any other error has its usual one. */
export function NotAMember(props: ErrorComponentProps): ReactNode {
  const router = useRouter();
  const client = useQueryClient();
  const problem = toServerProblem(props.error);
  if (problem.code !== 'FORBIDDEN') return <PageError {...props} />;
  const goHome = (): void => {
    rememberWorkspace(null);
    client.clear();
    void router.navigate({ to: '/', search: { workspace: undefined, as: undefined } });
  };
  return (
    <main className={classes.trouble}>
      <BellMark sizePx={40} />
      <h1>This address is not open to you</h1>
      <p>{problem.message}</p>
      <p className="bw-quiet">Whoever sent it to you can say which workspace it is, and an admin there can invite you.</p>
      <Button onClick={goHome}>Go to a workspace of your own</Button>
    </main>
  );
}
