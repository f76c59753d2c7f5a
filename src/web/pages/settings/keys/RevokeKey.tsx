/** Revokes a key, after what follows from it was said. */
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatAgo } from '../../../../shared/format/time.ts';
import { keysQuery, revokeKey } from '../../../data/admin/keys.ts';
import type { Key } from '../../../data/admin/keys.ts';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';

/** The dialog. */
export function RevokeKey({ apiKey, nowMs, onClose }: { apiKey: Key; nowMs: number; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const revoke = async (): Promise<void> => {
    await revokeKey(apiKey.id);
    await client.invalidateQueries({ queryKey: keysQuery.queryKey });
  };
  const { lastUsedAt, lastUsedFrom, kind, name } = apiKey;
  return (
    <ConfirmDialog title={`Revoke ${name}?`} confirm="Revoke the key" onConfirm={revoke} onClose={onClose}>
      <p>
        {lastUsedAt === null
          ? 'It was never used.'
          : `It was last used ${formatAgo(lastUsedAt, nowMs)}${lastUsedFrom === null ? '' : `, from ${lastUsedFrom}`}.`}{' '}
        {kind === 'write'
          ? 'Events sent with it are refused from the next second on, and lost unless their sender keeps them.'
          : 'Programs that use it are refused from the next second on, and their live connections end.'}{' '}
        It cannot be brought back.
      </p>
    </ConfirmDialog>
  );
}
