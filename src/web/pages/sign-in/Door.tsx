/** The frame of the pages before the door: sign in, sign up, a new password, an invitation. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { BellMark } from '../../ui/BellMark.tsx';
import classes from './Door.module.css';

/** A narrow column with the mark, `title`, a sentence `about` it, and one form. */
export function Door({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${title} · Bellwether`;
  }, [title]);
  return (
    <main className={classes.door}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <BellMark sizePx={32} />
          <span>Bellwether</span>
        </div>
        <div>
          <h1>{title}</h1>
          {about !== undefined && <p className={classes.about}>{about}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}

/** Links under a form. */
export function DoorLinks({ children }: { children: ReactNode }): ReactNode {
  return <div className={classes.links}>{children}</div>;
}
