/** A secret that is shown this once: to copy, and not to lose by a slip. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from '../CopyButton.tsx';
import { Notice } from '../Notice.tsx';
import { Dialog, DialogButtons } from './Dialog.tsx';
import classes from './SecretOnce.module.css';

/** A secret in a box of its own, with a button that copies it. */
export function SecretBox({ label, secret }: { label: string; secret: string }): ReactNode {
  return (
    <div className={classes.box} role="group" aria-label={label}>
      <code className={classes.secret} tabIndex={0}>
        {secret}
      </code>
      <CopyButton text={secret} label="Copy" />
    </div>
  );
}

/** The dialog around a secret that was just made. */
export function SecretOnce({
  title,
  label,
  secret,
  kept = 'The server keeps only its fingerprint.',
  onClose,
  children,
}: {
  title: string;
  /** names the secret: "API key" */
  label: string;
  secret: string;
  /** what the server keeps of it, in a sentence */
  kept?: string;
  onClose: () => void;
  /** where to put it, an example of its use */
  children?: ReactNode;
}): ReactNode {
  return (
    <Dialog title={title} onClose={onClose} isKept>
      <SecretBox label={label} secret={secret} />
      <Notice tone="warning" title="Copy it now: it is not shown again">
        {kept} Whoever has it can use it, so put it where secrets belong.
      </Notice>
      {children}
      <DialogButtons>
        <Button onClick={onClose}>I have stored it</Button>
      </DialogButtons>
    </Dialog>
  );
}
