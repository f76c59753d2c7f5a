/** Tokens that another application signs for its own users: how they are taken, and what those may see here. */
import { Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatInstant } from '../../../../../shared/format/time.ts';
import { deleteOutside, outsideQuery } from '../../../../data/admin/embedding.ts';
import type { Outside } from '../../../../data/admin/embedding.ts';
import { preferredZone } from '../../../../data/period.ts';
import { fieldName } from '../../../../data/question.ts';
import { DangerButton } from '../../../../ui/form/DangerButton.tsx';
import { ConfirmDialog } from '../../../../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../../../../ui/page/EmptyState.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { Skeleton } from '../../../../ui/Skeleton.tsx';
import { Asked } from '../../../Asked.tsx';
import { Fact, Facts } from '../../../events/detail/Facts.tsx';
import { scopeWords } from '../../../profile/tokens/scopes.ts';
import { OutsideForm } from './OutsideForm.tsx';
import { TokenTest } from './TokenTest.tsx';

/** The tab. */
export function OutsideTab({ canManage }: { canManage: boolean }): ReactNode {
  const outside = useQuery(outsideQuery);
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  return (
    <Asked query={outside} skeleton={<Skeleton height={240} />}>
      {(settings) => (
        <>
          {settings === null ? (
            <Section>
              <EmptyState
                icon={IconPlugConnected}
                title="No tokens of other applications are taken"
                action={canManage && <Button onClick={() => setOpen('edit')}>Set it up</Button>}
              >
                Your application already signs tokens for its users. Taken here, each user asks and follows live with the token they have,
                and sees only rows of their own: a claim of the token becomes a row filter.
              </EmptyState>
            </Section>
          ) : (
            <OutsideSection outside={settings} canManage={canManage} onEdit={() => setOpen('edit')} onDelete={() => setOpen('delete')} />
          )}
          {settings !== null && <TokenTest settings={settings} />}
          {open === 'edit' && <OutsideForm outside={settings} onClose={() => setOpen(null)} />}
          {open === 'delete' && <DeleteDialog onClose={() => setOpen(null)} />}
        </>
      )}
    </Asked>
  );
}

interface OutsideSectionProps {
  outside: Outside;
  canManage: boolean;
  onEdit: () => void;
  onDelete: () => void;
}

function OutsideSection({ outside, canManage, onEdit, onDelete }: OutsideSectionProps): ReactNode {
  const { algorithm, jwksUrl, issuer, audience, claims, seesAll, permissions, changedAt } = outside;
  return (
    <Section
      title="Tokens of another application"
      about="They work on HTTP and sockets, as Authorization: Bearer …"
      actions={
        canManage && (
          <>
            <Button variant="default" onClick={onEdit}>
              Change…
            </Button>
            <DangerButton onClick={onDelete}>Take no more…</DangerButton>
          </>
        )
      }
    >
      <Facts>
        <Fact name="Signed">
          {algorithm}
          {jwksUrl === null ? (
            ', with a shared secret'
          ) : (
            <>
              , with the keys at <code>{jwksUrl}</code>
            </>
          )}
        </Fact>
        {issuer !== null && (
          <Fact name="Issuer">
            <code>{issuer}</code>
          </Fact>
        )}
        {audience !== null && (
          <Fact name="Audience">
            <code>{audience}</code>
          </Fact>
        )}
        {claims.map(({ claim, field }) => (
          <Fact key={claim} name="Rows">
            only where {fieldName(field)} is the token's <code>{claim}</code>
          </Fact>
        ))}
        {seesAll !== null && (
          <Fact name="Sees all rows">
            where <code>{seesAll.claim}</code> is {seesAll.is.map(String).join(' or ')}
          </Fact>
        )}
        <Fact name="May">{scopeWords(permissions)}</Fact>
        <Fact name="Changed">{formatInstant(changedAt, preferredZone())}</Fact>
      </Facts>
    </Section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteOutside();
    await client.invalidateQueries({ queryKey: outsideQuery.queryKey });
  };
  return (
    <ConfirmDialog title="Take these tokens no more?" confirm="Take them no more" onConfirm={remove} onClose={onClose}>
      Users of the other application are refused at once, and their live connections end.
    </ConfirmDialog>
  );
}
