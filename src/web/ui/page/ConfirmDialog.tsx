/** Asks before something that hurts: what will happen, and a button that says what it does. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { DangerButton } from '../form/DangerButton.tsx';
import { Form } from '../form/Form.tsx';
import { TextField } from '../form/TextField.tsx';
import { Notice } from '../Notice.tsx';
import { Dialog, DialogButtons } from './Dialog.tsx';

/** What is asked. */
export interface ConfirmDialogProps {
  title: string;
  /** what will happen, and whom it concerns */
  children: ReactNode;
  /** says what the button does: "Revoke the key", never "OK" */
  confirm: string;
  /** does it; the dialog stays open and says why when it fails */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  isDanger?: boolean;
  /** has to be typed first; for what destroys data */
  typed?: string;
}

/** The dialog. It closes itself when it is done. */
export function ConfirmDialog({ title, children, confirm, onConfirm, onClose, isDanger = true, typed }: ConfirmDialogProps): ReactNode {
  const [state, setState] = useState<'asking' | 'doing' | Error>('asking');
  const [text, setText] = useState('');
  const run = (): void => {
    setState('doing');
    onConfirm().then(onClose, (error: unknown) => setState(error instanceof Error ? error : new Error(String(error))));
  };
  const button = { isBusy: state === 'doing', isDisabled: typed !== undefined && text !== typed };
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={run}>
        <div>{children}</div>
        {typed !== undefined && (
          <TextField label={`Type "${typed}" to go on`} name="typed" value={text} onChange={setText} isFirst isMono />
        )}
        {state instanceof Error && (
          <Notice tone="error" title="Nothing was changed">
            {state.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {isDanger ? (
            <DangerButton isFilled type="submit" {...button}>
              {confirm}
            </DangerButton>
          ) : (
            <Button type="submit" loading={button.isBusy} disabled={button.isDisabled}>
              {confirm}
            </Button>
          )}
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
