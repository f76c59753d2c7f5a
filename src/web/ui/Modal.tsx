/** Something that floats over the page and takes the focus, built on the browser's own dialog: it traps the focus, closes on Escape and gives the focus back. */
import { useEffect, useRef } from 'react';
import type { MouseEvent, ReactNode } from 'react';
import classes from './Modal.module.css';

/** The dialog named `label`, in the centre or at the side of the window. A click beside it closes it. */
export function Modal({
  label,
  place = 'centre',
  onClose,
  children,
}: {
  label: string;
  place?: 'centre' | 'side';
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const closeOutside = (click: MouseEvent): void => {
    if (click.target === dialog.current) onClose();
  };
  // TRICKY: the browser tells of a closing later, when a strict re-mount has opened the dialog again
  const onClosed = (): void => {
    if (dialog.current?.open !== true) onClose();
  };
  return (
    <dialog ref={dialog} className={`${classes.dialog} ${classes[place]}`} aria-label={label} onClose={onClosed} onMouseDown={closeOutside}>
      {children}
    </dialog>
  );
}
