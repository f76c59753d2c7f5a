/** A message in the flow of a page: what happened, what is safe, what to do. */
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

/** How grave a notice is. */
export type Tone = 'info' | 'success' | 'warning' | 'error';

const iconByTone = { info: IconInfoCircle, success: IconCircleCheck, warning: IconAlertTriangle, error: IconCircleX } as const;

/** The message; an error is announced at once, others politely. */
export function Notice({
  tone,
  title,
  children,
  actions,
}: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  const Icon = iconByTone[tone];
  return (
    <div className={`${classes.notice} ${classes[tone]}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon className={classes.icon} size={18} stroke={1.5} aria-hidden="true" />
      <div className={classes.body}>
        <div className={classes.title}>{title}</div>
        {children !== undefined && <div className={classes.detail}>{children}</div>}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
    </div>
  );
}
