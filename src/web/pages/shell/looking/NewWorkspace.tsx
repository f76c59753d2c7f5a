/** Makes a workspace and leads to its Get started, where its write key stands. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { createWorkspace } from '../../../data/admin/workspaces.ts';
import { sessionQuery } from '../../../data/session.ts';
import { Form, textOf } from '../../../ui/form/Form.tsx';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';

/** The dialog. */
export function NewWorkspace({ onClose }: { onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: createWorkspace,
    onSuccess: async ({ workspace }) => {
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      onClose();
      await navigate({ to: '/start', search: { workspace: workspace.id, as: undefined } });
    },
  });
  return (
    <Dialog title="New workspace" onClose={onClose}>
      <Form label="New workspace" onSubmit={(fields) => make.mutate(textOf(fields, 'name'))}>
        <p>A workspace has its own events, people, roles and keys. Nothing of it is seen in another.</p>
        <TextField label="Name" name="name" maxLength={100} isFirst />
        {make.isError && (
          <Notice tone="error" title="It could not be made">
            {make.error.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the workspace
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
