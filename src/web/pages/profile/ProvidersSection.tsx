/** Other ways to sign in to the same account. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatDay } from '../../../shared/format/time.ts';
import { accountQuery, linkProvider, unlinkProvider } from '../../data/account/account.ts';
import type { Account } from '../../data/account/account.ts';
import { preferredZone } from '../../data/period.ts';
import { ConfirmDialog } from '../../ui/page/ConfirmDialog.tsx';
import { Section } from '../../ui/page/PageHead.tsx';
import classes from './Profile.module.css';
import { ProofDialog } from './ProofDialog.tsx';

type Provider = Account['providers'][number];

/** The section. */
export function ProvidersSection({ account }: { account: Account }): ReactNode {
  const client = useQueryClient();
  const [open, setOpen] = useState<{ is: 'link' | 'unlink'; provider: Provider } | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Section title="Other ways to sign in" about="Link an account elsewhere, and sign in with it as with your password.">
      <ul className={classes.providers}>
        {account.providers.map((provider) => (
          <li key={provider.id} className={classes.provider}>
            <div className={classes.providerName}>
              <div>{provider.name}</div>
              <div className="bw-quiet bw-small">
                {provider.linkedAt === null
                  ? 'Not linked'
                  : `${provider.email ?? 'Linked'}, since ${formatDay(provider.linkedAt, preferredZone())}`}
              </div>
            </div>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={provider.linkedAt === null ? `Link ${provider.name}` : `Unlink ${provider.name}`}
              onClick={() => setOpen({ is: provider.linkedAt === null ? 'link' : 'unlink', provider })}
            >
              {provider.linkedAt === null ? 'Link…' : 'Unlink…'}
            </Button>
          </li>
        ))}
      </ul>
      {open?.is === 'link' && (
        <ProofDialog
          title={`Link ${open.provider.name}`}
          confirm={`Go to ${open.provider.name}`}
          hasPassword={account.profile.hasPassword}
          onProof={async (proof) => location.assign((await linkProvider(open.provider.id, proof)).url)}
          onClose={close}
        >
          <p>You go to {open.provider.name}, say there that it is you, and come back to this page.</p>
        </ProofDialog>
      )}
      {open?.is === 'unlink' && (
        <ConfirmDialog
          title={`Unlink ${open.provider.name}?`}
          confirm="Unlink it"
          onClose={close}
          onConfirm={async () => {
            await unlinkProvider(open.provider.id);
            await client.invalidateQueries({ queryKey: accountQuery.queryKey });
          }}
        >
          You cannot sign in with {open.provider.name} any more. Your account and everything in it stay.
        </ConfirmDialog>
      )}
    </Section>
  );
}
