/** Asks for the password before something that a stolen, open browser must not be able to do. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Proof } from '../../data/account/account.ts';
import { toServerProblem } from '../../data/http.ts';
import { DangerButton } from '../../ui/form/DangerButton.tsx';
import { Form } from '../../ui/form/Form.tsx';
import { PasswordField } from '../../ui/form/TextField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../ui/page/Dialog.tsx';

/** What is asked, and what it is for. */
export interface ProofFormProps {
  hasPassword: boolean;
  confirm: string;
  isDanger?: boolean;
  onProof: (proof: Proof) => Promise<unknown>;
  onCancel?: () => void;
  children?: ReactNode;
}

/** The form alone. Who has no password must have signed in a moment ago, which the server says if it is not so. */
export function ProofForm({ hasPassword, confirm, isDanger = false, onProof, onCancel, children }: ProofFormProps): ReactNode {
  const attempt = useMutation({ mutationFn: onProof });
  const problem = attempt.isError ? toServerProblem(attempt.error) : null;
  const isWrong = hasPassword && problem?.status === 401;
  const submit = (fields: FormData): void => attempt.mutate(hasPassword ? { password: String(fields.get('password')) } : {});
  return (
    <Form label={confirm} onSubmit={submit}>
      {children}
      {hasPassword && (
        <PasswordField
          label="Your password"
          name="password"
          autoComplete="current-password"
          maxLength={128}
          isFirst
          wrong={isWrong ? 'This is not your password.' : undefined}
        />
      )}
      {problem !== null && !isWrong && (
        <Notice tone="error" title={problem.title}>
          {problem.message}
        </Notice>
      )}
      <DialogButtons>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        {isDanger ? (
          <DangerButton isFilled type="submit" isBusy={attempt.isPending}>
            {confirm}
          </DangerButton>
        ) : (
          <Button type="submit" loading={attempt.isPending}>
            {confirm}
          </Button>
        )}
      </DialogButtons>
    </Form>
  );
}

/** The form in a dialog, which closes itself when it is done. */
export function ProofDialog({ title, onClose, onProof, ...form }: ProofFormProps & { title: string; onClose: () => void }): ReactNode {
  return (
    <Dialog title={title} onClose={onClose}>
      <ProofForm {...form} onCancel={onClose} onProof={(proof) => onProof(proof).then(onClose)} />
    </Dialog>
  );
}
