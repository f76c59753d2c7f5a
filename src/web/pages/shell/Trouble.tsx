/** What stands in the place of a page that cannot be shown: unknown address, no server, or a fault of ours. */
import { Button } from '@mantine/core';
import { Link, useRouter } from '@tanstack/react-router';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { toServerProblem } from '../../data/http.ts';
import { BellMark } from '../../ui/BellMark.tsx';
import classes from './Trouble.module.css';

/** How often a page that found no server looks again. */
const againMs = 3_000;

/** The page for an address that leads nowhere. */
export function NotFound(): ReactNode {
  return (
    <main className={classes.trouble}>
      <BellMark sizePx={40} />
      <h1>There is no page at this address</h1>
      <p>It may have been mistyped, or the page has moved. Nothing else is affected.</p>
      <Link to="/">Go to Home</Link>
    </main>
  );
}

/** The page for an error; without a server it tries again by itself. */
export function PageError({ error, reset }: ErrorComponentProps): ReactNode {
  const router = useRouter();
  const problem = toServerProblem(error);
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  useEffect(() => {
    if (!problem.isRetryable || problem.status === 500) return;
    const timer = setTimeout(again, againMs);
    return () => clearTimeout(timer);
  });
  return (
    <section className={classes.trouble} role="alert">
      <BellMark sizePx={40} />
      <h1>{problem.title}</h1>
      <p>{problem.message}</p>
      <p className="bw-quiet bw-mono">{problem.code}</p>
      <Button onClick={again}>Try again</Button>
    </section>
  );
}
