/** The stream while it has nothing to show: on its way, empty, or in trouble. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ServerProblem } from '../../../data/http.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import type { TabProps } from '../tab-props.ts';
import classes from './Stream.module.css';

/** Lines to come. */
export function LoadingStream(): ReactNode {
  return (
    <div className={classes.frame} aria-busy="true" aria-label="Loading events">
      {Array.from({ length: 12 }, (_, at) => (
        <div key={at} className={classes.bone}>
          <Skeleton height={14} width={`${88 - ((at * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  );
}

/** Nothing matches, or nothing was ever sent. */
export function EmptyStream({ search, change }: TabProps): ReactNode {
  const { q, name, user, source } = search;
  if (q === undefined && name === undefined && user === undefined && source === undefined) {
    return (
      <div className={classes.empty}>
        <h2>No event has arrived yet</h2>
        <p>The next one shows up here the moment the server takes it.</p>
        <Button renderRoot={(props) => <Link to="/start" {...props} />}>Send the first event</Button>
      </div>
    );
  }
  const parts = [
    q === undefined ? null : `“${q}” in names, ids and properties`,
    name === undefined ? null : `the name ${name}`,
    user === undefined ? null : `the person ${user}`,
    source === undefined ? null : `the source ${source}`,
  ].filter((part) => part !== null);
  return (
    <div className={classes.empty}>
      <h2>No event matches</h2>
      <p>Looked at all stored events for {parts.join(' and ')}. Events that match from now on show up here.</p>
      <Button variant="default" onClick={() => change({ q: undefined, name: undefined, user: undefined, source: undefined })}>
        Show all events
      </Button>
    </div>
  );
}

/** The server could not answer. */
export function StreamProblem({ problem, onRetry }: { problem: ServerProblem; onRetry: () => void }): ReactNode {
  return (
    <div className={classes.problem}>
      <Notice
        tone="error"
        title={problem.title}
        actions={
          <Button variant="default" size="compact-md" onClick={onRetry}>
            Ask again
          </Button>
        }
      >
        {problem.message} What is stored is safe. <code>{problem.code}</code>
      </Notice>
    </div>
  );
}
