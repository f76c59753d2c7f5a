/** Personal tokens: with them one's own programs act as oneself. */
import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { formatAgo, formatInstant } from '../../../../shared/format/time.ts';
import { revokeToken, tokensQuery } from '../../../data/account/account.ts';
import type { PersonalToken } from '../../../data/account/account.ts';
import { useNow } from '../../../data/clock.ts';
import { preferredZone } from '../../../data/period.ts';
import { sessionQuery } from '../../../data/session.ts';
import { Badge } from '../../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { NewToken } from './NewToken.tsx';
import { scopeWords } from './scopes.ts';

function columns(nowMs: number, session: Session): RowColumn<PersonalToken>[] {
  const zone = preferredZone();
  const workspaceName = (id: string): string => session.workspaces.find((workspace) => workspace.id === id)?.name ?? 'a workspace you left';
  return [
    { label: 'Name', cell: (token) => token.name },
    { label: 'Begins with', isShort: true, cell: (token) => <code>{token.prefix}…</code>, isSecondary: true },
    { label: 'May', cell: (token) => scopeWords(token.scopes) },
    { label: 'In', cell: (token) => workspaceName(token.workspaceId) },
    { label: 'Ends', isShort: true, cell: (token) => <Expiry at={token.expiresAt} nowMs={nowMs} /> },
    {
      label: 'Last used',
      isShort: true,
      cell: ({ lastUsedAt, lastUsedFrom }) =>
        lastUsedAt === null ? (
          'never'
        ) : (
          <span title={`${formatInstant(lastUsedAt, zone)}${lastUsedFrom === null ? '' : `, from ${lastUsedFrom}`}`}>
            {formatAgo(lastUsedAt, nowMs)}
          </span>
        ),
    },
  ];
}

function Expiry({ at, nowMs }: { at: string | null; nowMs: number }): ReactNode {
  if (at === null) return 'never';
  if (Date.parse(at) <= nowMs) return <Badge tone="bad">ended</Badge>;
  return <span title={formatInstant(at, preferredZone())}>{formatAgo(at, nowMs)}</span>;
}

/** The page. */
export function TokensPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const tokens = useQuery(tokensQuery);
  const nowMs = useNow();
  const [open, setOpen] = useState<'new' | PersonalToken | null>(null);
  if (session === null) return null;
  const make = session.seeingAs === null && <Button onClick={() => setOpen('new')}>New token</Button>;
  const table = {
    caption: 'Tokens',
    columns: columns(nowMs, session),
    keyOf: ({ id }: PersonalToken) => id,
    nameOf: ({ name }: PersonalToken) => name,
  };
  return (
    <>
      <PageHead
        title="Tokens"
        about="A token lets a program of yours act as you: never more than you may yourself, and no longer than you are a member."
        actions={tokens.data?.length !== 0 && make}
      />
      <Section isFlush>
        <Asked query={tokens} skeleton={<RowTable {...table} rows={[]} skeletonRows={2} />}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState icon={IconKey} title="No tokens yet" action={make}>
                Make one for a script, a notebook or an assistant that asks questions for you. For a whole application an API key of the
                workspace is better: it does not end when you leave.
              </EmptyState>
            ) : (
              <RowTable
                {...table}
                rows={rows}
                buttonOf={(token) => (
                  <Button variant="default" size="compact-sm" aria-label={`Revoke ${token.name}`} onClick={() => setOpen(token)}>
                    Revoke…
                  </Button>
                )}
              />
            )
          }
        </Asked>
      </Section>
      {open === 'new' && <NewToken session={session} onClose={() => setOpen(null)} />}
      {open !== null && open !== 'new' && <RevokeDialog token={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function RevokeDialog({ token, onClose }: { token: PersonalToken; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const revoke = async (): Promise<void> => {
    await revokeToken(token.id);
    await client.invalidateQueries({ queryKey: tokensQuery.queryKey });
  };
  return (
    <ConfirmDialog title="Revoke the token?" confirm="Revoke the token" onConfirm={revoke} onClose={onClose}>
      Programs that use <strong>{token.name}</strong> are refused at once. It cannot be brought back.
    </ConfirmDialog>
  );
}
