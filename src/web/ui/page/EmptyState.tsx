/** What stands where there is nothing yet: why, and the one thing to do. */
import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

/** The icon is a Tabler icon; `action` is one button or link. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon?: (props: { size: number; stroke: number; 'aria-hidden': 'true' }) => ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): ReactNode {
  return (
    <div className={classes.empty}>
      {Icon !== undefined && <Icon size={28} stroke={1.5} aria-hidden="true" />}
      <div className={classes.title}>{title}</div>
      {children !== undefined && <div className={classes.words}>{children}</div>}
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </div>
  );
}
