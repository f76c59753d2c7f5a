/** Gives a key a new secret; the one before may work a while longer, so that nothing stops. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { keysQuery, rotateKey } from '../../../data/admin/keys.ts';
import type { Key } from '../../../data/admin/keys.ts';
import { Form, textOf } from '../../../ui/form/Form.tsx';
import { SelectField } from '../../../ui/form/SelectField.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { KeySecret } from './KeySecret.tsx';

/** So long the old secret may work beside the new one. */
export const overlaps = [
  { value: '0', label: 'Not at all: the old one ends now' },
  { value: '1', label: 'For an hour' },
  { value: '24', label: 'For a day' },
  { value: '168', label: 'For a week' },
  { value: '720', label: 'For 30 days' },
];

/** The dialog. */
export function RotateKey({ apiKey, onClose }: { apiKey: Key; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: (hours: number) => rotateKey(apiKey.id, hours),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  if (rotate.data !== undefined) return <KeySecret title={`${apiKey.name} has a new secret`} made={rotate.data} onClose={onClose} />;
  return (
    <Dialog title={`A new secret for ${apiKey.name}`} onClose={onClose}>
      <Form label="New secret" onSubmit={(fields) => rotate.mutate(Number(textOf(fields, 'overlap')))}>
        <p>The key keeps its name, limits and history. Put the new secret where the old one is used, before the old one ends.</p>
        <SelectField label="The old secret works besides" name="overlap" defaultValue="24" choices={overlaps} />
        {rotate.isError && (
          <Notice tone="error" title="Nothing was changed">
            {rotate.error.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={rotate.isPending}>
            Make a new secret
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
