/** Names and values, one pair a line. */
import type { ReactNode } from 'react';
import classes from './Detail.module.css';

/** One pair; an empty value is said to be none. */
export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  const isNone = children === '' || children === null || children === undefined;
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd dir="auto">{isNone ? <span className="bw-quiet">none</span> : children}</dd>
    </div>
  );
}

/** The pairs. */
export function Facts({ children }: { children: ReactNode }): ReactNode {
  return <dl className={classes.facts}>{children}</dl>;
}
