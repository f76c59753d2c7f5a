/** Something that floats over the page and takes the focus, built on the browser's own dialog: it traps the focus, closes on Escape and gives the focus back. */
import { useEffect, useRef } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { InDialog } from './in-dialog.ts';
import classes from './Modal.module.css';

/** The dialog named `label`, in the centre or at the side of the window. Escape or a click beside it closes it, unless it `isKept`. */
export function Modal({
  label,
  place = 'centre',
  isKept = false,
  onClose,
  children,
}: {
  label: string;
  place?: 'centre' | 'side';
  /** only what is inside can close it */
  isKept?: boolean;
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
    if (click.target === dialog.current && !isKept) onClose();
  };
  // TRICKY: Chromium closes a dialog at the second Escape whatever was said about the first, unless the key itself is taken;
  // where the focus is on nothing the key does not come by here at all, and the dialog is opened again
  const onEscape = (press: KeyboardEvent): void => {
    if (press.key === 'Escape' && isKept) press.preventDefault();
  };
  // TRICKY: the browser tells of a closing later, when a strict re-mount has opened the dialog again
  const onClosed = (): void => {
    if (dialog.current?.open === true) return;
    if (isKept) dialog.current?.showModal();
    else onClose();
  };
  return (
    <dialog
      ref={dialog}
      className={`${classes.dialog} ${classes[place]}`}
      aria-label={label}
      onClose={onClosed}
      onMouseDown={closeOutside}
      onKeyDown={onEscape}
    >
      <InDialog value={true}>{children}</InDialog>
    </dialog>
  );
}
