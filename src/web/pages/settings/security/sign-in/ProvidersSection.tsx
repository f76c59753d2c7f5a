/** The sign-in providers of the installation: who else may say who somebody is. */
import { Button } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { formatCount } from '../../../../../shared/format/number.ts';
import { checkProvider, deleteProvider, providersQuery } from '../../../../data/admin/sign-in-providers.ts';
import type { Provider } from '../../../../data/admin/sign-in-providers.ts';
import { Notice } from '../../../../ui/Notice.tsx';
import { Badge } from '../../../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../../../ui/page/ConfirmDialog.tsx';
import { EmptyState } from '../../../../ui/page/EmptyState.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../../ui/page/RowTable.tsx';
import { Asked } from '../../../Asked.tsx';
import { ProviderForm } from './ProviderForm.tsx';

const columns: RowColumn<Provider>[] = [
  { label: 'Name', cell: ({ name }) => name },
  { label: 'Issuer', cell: ({ issuer }) => <code>{issuer}</code> },
  {
    label: 'Lets in',
    cell: ({ allowedDomains }) => (allowedDomains.length === 0 ? 'who is invited' : allowedDomains.join(', ')),
    isSecondary: true,
  },
  { label: 'Linked', isShort: true, cell: ({ linkedCount }) => formatCount(linkedCount, 'account'), isSecondary: true },
  { label: 'State', isShort: true, cell: ({ isOn }) => (isOn ? <Badge tone="good">on</Badge> : <Badge>off</Badge>) },
];

type Open = { is: 'new' } | { is: 'edit' | 'delete'; provider: Provider };

/** The section; for whoever runs the installation. */
export function ProvidersSection({ session }: { session: Session }): ReactNode {
  const providers = useQuery(providersQuery);
  const [open, setOpen] = useState<Open | null>(null);
  const check = useMutation({ mutationFn: (provider: Provider) => checkProvider(provider.id) });
  const table = {
    caption: 'Sign-in providers',
    columns,
    keyOf: ({ id }: Provider) => id,
    nameOf: ({ name }: Provider) => name,
    onOpen: (provider: Provider) => setOpen({ is: 'edit', provider }),
  };
  const add = <Button onClick={() => setOpen({ is: 'new' })}>Add a provider</Button>;
  return (
    <Section
      title="Sign-in providers"
      about="OpenID Connect: Google, Microsoft, Okta, Keycloak and the like. For all workspaces of this installation."
      actions={(providers.data?.length ?? 0) > 0 && add}
      isFlush
    >
      {check.isSuccess && (
        <div style={{ padding: '12px 16px' }}>
          <Notice
            tone={check.data.isReady ? 'success' : 'warning'}
            title={check.data.isReady ? `${check.variables.name} answers as it should` : `${check.variables.name} is not ready`}
          >
            {check.data.problems.join(' ')}
          </Notice>
        </div>
      )}
      {check.isError && (
        <div style={{ padding: '12px 16px' }}>
          <Notice tone="error" title="It could not be tried">
            {check.error.message}
          </Notice>
        </div>
      )}
      <Asked query={providers} skeleton={<RowTable {...table} rows={[]} skeletonRows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState icon={IconLogin2} title="Everybody signs in with a password" action={add}>
              With a provider people use the account that they have at work, and lose access here when they lose it there.
            </EmptyState>
          ) : (
            <RowTable
              {...table}
              rows={rows}
              actionsOf={(provider) => [
                { label: 'Change…', onPick: () => setOpen({ is: 'edit', provider }) },
                { label: 'Try it', onPick: () => check.mutate(provider) },
                { label: 'Remove…', isDanger: true, onPick: () => setOpen({ is: 'delete', provider }) },
              ]}
            />
          )
        }
      </Asked>
      {(open?.is === 'new' || open?.is === 'edit') && (
        <ProviderForm provider={open.is === 'edit' ? open.provider : null} session={session} onClose={() => setOpen(null)} />
      )}
      {open?.is === 'delete' && <RemoveDialog provider={open.provider} onClose={() => setOpen(null)} />}
    </Section>
  );
}

function RemoveDialog({ provider, onClose }: { provider: Provider; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteProvider(provider.id);
    await client.invalidateQueries({ queryKey: providersQuery.queryKey });
  };
  return (
    <ConfirmDialog title={`Remove ${provider.name}?`} confirm="Remove the provider" onConfirm={remove} onClose={onClose}>
      {provider.linkedCount === 0
        ? 'Nobody signs in by it yet.'
        : `${formatCount(provider.linkedCount, 'account')} can no longer sign in by it. Whoever has no password asks for a link to set one.`}
    </ConfirmDialog>
  );
}
