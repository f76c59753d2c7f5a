/** Changes the name and the limits of a key. What it may do stays: for that one makes another. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { changeKey, keysQuery } from '../../../data/admin/keys.ts';
import type { Key, KeyChange } from '../../../data/admin/keys.ts';
import { toServerProblem } from '../../../data/http.ts';
import { Form } from '../../../ui/form/Form.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { expiryOf, LimitFields, limitsOf, NameField } from './make/LimitFields.tsx';
import { textOf } from '../../../ui/form/Form.tsx';

/** The dialog. */
export function ChangeKey({ apiKey, onClose }: { apiKey: Key; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: KeyChange) => changeKey(apiKey.id, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keysQuery.queryKey });
      onClose();
    },
  });
  const problem = change.error === null ? null : toServerProblem(change.error);
  const submit = (fields: FormData): void => {
    const expiresAt = expiryOf(fields, Date.now());
    change.mutate({ name: textOf(fields, 'name'), ...limitsOf(fields), ...(expiresAt === undefined ? {} : { expiresAt }) });
  };
  return (
    <Dialog title={apiKey.name} onClose={onClose}>
      <Form label="Key" onSubmit={submit}>
        <NameField name={apiKey.name} problem={problem} />
        <LimitFields apiKey={apiKey} kind={apiKey.kind} problem={problem} />
        {problem !== null && (
          <Notice tone="error" title="Nothing was changed">
            {problem.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
