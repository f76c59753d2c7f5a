/** A link that is shown this once, to be handed over by hand: there is no mail server to send it. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { SecretBox } from '../../../ui/page/SecretOnce.tsx';

/** What the dialog shows. */
export interface LinkDialogProps {
  title: string;
  /** names the link: "Invitation link" */
  label: string;
  link: string;
  onClose: () => void;
  /** what the link does, for whom, how long */
  children: ReactNode;
}

/** The dialog. */
export function LinkDialog({ title, label, link, onClose, children }: LinkDialogProps): ReactNode {
  return (
    <Dialog title={title} onClose={onClose} isKept>
      <p>{children}</p>
      <SecretBox label={label} secret={new URL(link, location.origin).href} />
      <Notice tone="warning" title="Copy it now: it is not shown again">
        Hand it over on a way that only they can read. Whoever opens it first can use it.
      </Notice>
      <DialogButtons>
        <Button onClick={onClose}>I have copied it</Button>
      </DialogButtons>
    </Dialog>
  );
}
