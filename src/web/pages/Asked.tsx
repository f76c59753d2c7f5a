/** What was asked over HTTP, in each of its states: on its way, refused, failed, and there. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { toServerProblem } from '../data/http.ts';
import type { ServerProblem } from '../data/http.ts';
import { Notice } from '../ui/Notice.tsx';
import { NotPermitted } from './NotPermitted.tsx';

/** The part of a query that is looked at. */
interface Question<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** `children` with the answer; until then `skeleton`, which has the layout of what will stand there. */
export function Asked<T>({
  query,
  skeleton,
  children,
}: {
  query: Question<T>;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}): ReactNode {
  const retry = (): void => void query.refetch();
  if (query.data === undefined)
    return query.error === null ? skeleton : <Unanswered problem={toServerProblem(query.error)} onRetry={retry} />;
  return (
    <>
      {query.error !== null && <Stale problem={toServerProblem(query.error)} onRetry={retry} />}
      {children(query.data)}
    </>
  );
}

function Unanswered({ problem, onRetry }: { problem: ServerProblem; onRetry: () => void }): ReactNode {
  if (problem.status === 403) return <NotPermitted words={problem.message} />;
  return (
    <Notice
      tone="error"
      title={problem.title}
      actions={
        <Button variant="default" size="compact-sm" onClick={onRetry}>
          Ask again
        </Button>
      }
    >
      {problem.message} <span className="bw-quiet bw-mono">{problem.code}</span>
    </Notice>
  );
}

function Stale({ problem, onRetry }: { problem: ServerProblem; onRetry: () => void }): ReactNode {
  return (
    <div style={{ marginBottom: 12 }}>
      <Notice
        tone="warning"
        title="This may have changed meanwhile"
        actions={
          <Button variant="default" size="compact-sm" onClick={onRetry}>
            Ask again
          </Button>
        }
      >
        {problem.title}. {problem.message}
      </Notice>
    </div>
  );
}
