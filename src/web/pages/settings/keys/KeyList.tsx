/** The keys: those that open something, and on demand those that no longer do. */
import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatAgo, formatInstant } from '../../../../shared/format/time.ts';
import { keysQuery } from '../../../data/admin/keys.ts';
import type { Key } from '../../../data/admin/keys.ts';
import { useNow } from '../../../data/clock.ts';
import { preferredZone } from '../../../data/period.ts';
import { Badge } from '../../../ui/page/Badge.tsx';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { ChangeKey } from './ChangeKey.tsx';
import { isAlive, keyState, leftWords, limitWords, mayWords } from './key-words.ts';
import classes from './Keys.module.css';
import { RevokeKey } from './RevokeKey.tsx';
import { RotateKey } from './RotateKey.tsx';

function Expiry({ row, nowMs }: { row: Key; nowMs: number }): ReactNode {
  const state = keyState(row, nowMs);
  if (state === 'revoked') return <Badge tone="bad">revoked</Badge>;
  if (row.expiresAt === null) return <span className="bw-quiet">never</span>;
  const words = leftWords(row.expiresAt, nowMs);
  const tone = state === 'ended' ? 'bad' : 'warning';
  return (
    <span title={formatInstant(row.expiresAt, preferredZone())}>
      {state === 'ended' || state === 'ends-soon' ? <Badge tone={tone}>{words}</Badge> : words}
    </span>
  );
}

function columns(nowMs: number): RowColumn<Key>[] {
  const zone = preferredZone();
  return [
    {
      label: 'Key',
      cell: (key) => (
        <>
          <span className={classes.name}>
            {key.name} <Badge>{key.kind === 'write' ? 'write' : 'API'}</Badge>
            {key.overlapEndsAt !== null && Date.parse(key.overlapEndsAt) > nowMs && <Badge tone="warning">two secrets</Badge>}
          </span>
          <code className={classes.prefix}>{key.prefix}…</code>
        </>
      ),
    },
    {
      label: 'May',
      cell: (key) => (
        <>
          {mayWords(key)}
          {limitWords(key).length > 0 && <span className={classes.limits}>{limitWords(key).join(', ')}</span>}
        </>
      ),
    },
    { label: 'Ends', isShort: true, cell: (key) => <Expiry row={key} nowMs={nowMs} /> },
    {
      label: 'Last used',
      isShort: true,
      cell: ({ lastUsedAt, lastUsedFrom }) =>
        lastUsedAt === null ? (
          <span className="bw-quiet">never</span>
        ) : (
          <span title={formatInstant(lastUsedAt, zone)}>
            {formatAgo(lastUsedAt, nowMs)}
            {lastUsedFrom !== null && <span className={classes.limits}>{lastUsedFrom}</span>}
          </span>
        ),
    },
    {
      label: 'Made by',
      isSecondary: true,
      cell: ({ createdBy, createdAt }) => (
        <span title={formatInstant(createdAt, zone)}>{createdBy?.name ?? <span className="bw-quiet">the first start</span>}</span>
      ),
    },
  ];
}

type Open = { is: 'change' | 'rotate' | 'revoke'; key: Key };

/** The list. */
export function KeyList({ canManage }: { canManage: boolean }): ReactNode {
  const keys = useQuery(keysQuery);
  const nowMs = useNow();
  const [open, setOpen] = useState<Open | null>(null);
  const [isAll, setIsAll] = useState(false);
  const table = { caption: 'Keys', columns: columns(nowMs), keyOf: ({ id }: Key) => id, nameOf: ({ name }: Key) => name };
  const gone = keys.data?.filter((key) => !isAlive(key, nowMs)).length ?? 0;
  return (
    <>
      <Section isFlush>
        <Asked query={keys} skeleton={<RowTable {...table} rows={[]} skeletonRows={4} />}>
          {(all) => {
            const rows = isAll ? all : all.filter((key) => isAlive(key, nowMs));
            return rows.length === 0 ? (
              <EmptyState icon={IconKey} title="No key is in use">
                Make a write key for what sends events, and an API key for what asks questions.
              </EmptyState>
            ) : (
              <RowTable
                {...table}
                rows={rows}
                {...(canManage
                  ? {
                      actionsOf: (key: Key) =>
                        isAlive(key, nowMs)
                          ? [
                              { label: 'Change…', onPick: () => setOpen({ is: 'change', key }) },
                              { label: 'New secret…', onPick: () => setOpen({ is: 'rotate', key }) },
                              { label: 'Revoke…', isDanger: true, onPick: () => setOpen({ is: 'revoke', key }) },
                            ]
                          : [],
                    }
                  : {})}
              />
            );
          }}
        </Asked>
      </Section>
      {gone > 0 && (
        <Button variant="default" size="compact-sm" onClick={() => setIsAll(!isAll)}>
          {isAll ? 'Hide' : 'Show'} revoked and ended keys ({gone})
        </Button>
      )}
      {open?.is === 'change' && <ChangeKey apiKey={open.key} onClose={() => setOpen(null)} />}
      {open?.is === 'rotate' && <RotateKey apiKey={open.key} onClose={() => setOpen(null)} />}
      {open?.is === 'revoke' && <RevokeKey apiKey={open.key} nowMs={nowMs} onClose={() => setOpen(null)} />}
    </>
  );
}
