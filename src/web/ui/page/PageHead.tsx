/** The head of a page: its title, a sentence about it, and what one can do there. */
import type { ReactNode } from 'react';
import classes from './Page.module.css';

/** The head; the most important action stands first. */
export function PageHead({ title, about, actions }: { title: ReactNode; about?: ReactNode; actions?: ReactNode }): ReactNode {
  return (
    <header className={classes.head}>
      <div className={classes.words}>
        <h1 className={classes.title}>{title}</h1>
        {about !== undefined && <p className={classes.about}>{about}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}

/** A part of a page in a panel, with a title of its own unless the page's says it all. */
export function Section({
  title,
  about,
  actions,
  isDanger = false,
  isFlush = false,
  children,
}: {
  title?: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
  /** what is inside cannot be taken back */
  isDanger?: boolean;
  /** what is inside reaches the edges: a table */
  isFlush?: boolean;
  children?: ReactNode;
}): ReactNode {
  return (
    <section className={classes.section} data-danger={isDanger || undefined}>
      {title !== undefined && (
        <div className={classes.sectionHead}>
          <div className={classes.words}>
            <h2>{title}</h2>
            {about !== undefined && <p className={classes.about}>{about}</p>}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </div>
      )}
      {children !== undefined && children !== null && children !== false && (
        <div className={isFlush ? classes.flush : classes.inside}>{children}</div>
      )}
    </section>
  );
}
