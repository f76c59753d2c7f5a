/** A dialog with a title, something to do, and its buttons. */
import { CloseButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Modal } from '../Modal.tsx';
import classes from './Dialog.module.css';

/** What the dialog shows. Menus inside need `withinPortal={false}`: what the browser puts on top covers the rest of the page. */
export interface DialogProps {
  title: string;
  onClose: () => void;
  /** in the centre for a question, at the side for a longer form */
  place?: 'centre' | 'side';
  /** the dialog holds something that must not be lost by a slip: neither Escape nor a click beside it closes it */
  isKept?: boolean;
  children: ReactNode;
}

/** The dialog, open as long as it is drawn. The first field with `isFirst` gets the focus. */
export function Dialog({ title, onClose, place = 'centre', isKept = false, children }: DialogProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const first = heading.current?.closest('dialog')?.querySelector<HTMLElement>('[data-autofocus]');
    (first ?? heading.current)?.focus();
  }, []);
  return (
    <Modal label={title} place={place} onClose={onClose} isKept={isKept}>
      <div className={classes.head}>
        <h2 ref={heading} className={classes.title} tabIndex={-1}>
          {title}
        </h2>
        {!isKept && <CloseButton aria-label="Close" onClick={onClose} />}
      </div>
      <div className={classes.body}>{children}</div>
    </Modal>
  );
}

/** The buttons at the end of a dialog; what closes it without doing anything stands first. */
export function DialogButtons({ children }: { children: ReactNode }): ReactNode {
  return <div className={classes.buttons}>{children}</div>;
}
