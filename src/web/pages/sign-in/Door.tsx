/** The frame of the pages before the door: sign in, and the first sign-up. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { BellMark } from '../../ui/BellMark.tsx';
import classes from './Door.module.css';

/** A narrow column with the mark, `title` and one form. */
export function Door({ title, children }: { title: string; children: ReactNode }): ReactNode {
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
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
