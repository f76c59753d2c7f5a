/** One's own account: name, password, second factor, other ways to sign in. */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { failureFrom, failureWords } from '../../data/account/sign-in.ts';
import { accountQuery } from '../../data/account/account.ts';
import { Notice } from '../../ui/Notice.tsx';
import { PageHead, Section } from '../../ui/page/PageHead.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Asked } from '../Asked.tsx';
import { NameSection } from './NameSection.tsx';
import { PasswordSection } from './PasswordSection.tsx';
import { ProvidersSection } from './ProvidersSection.tsx';
import { TwoFactorSection } from './two-factor/TwoFactorSection.tsx';

/** The page. */
export function ProfilePage(): ReactNode {
  const account = useQuery(accountQuery);
  const failure = failureFrom(useSearch({ from: '/inside/settings/profile' }).failure);
  return (
    <>
      <PageHead title="Profile" about="You, in all workspaces of this server." />
      {failure !== undefined && (
        <div style={{ marginBottom: 12 }}>
          <Notice tone="error" title={failureWords[failure].title}>
            {failureWords[failure].words}
          </Notice>
        </div>
      )}
      <Asked query={account} skeleton={<LoadingProfile />}>
        {(known) => (
          <>
            <NameSection account={known} />
            {known.profile.hasPassword && <PasswordSection account={known} />}
            <TwoFactorSection account={known} />
            {known.providers.length > 0 && <ProvidersSection account={known} />}
          </>
        )}
      </Asked>
    </>
  );
}

function LoadingProfile(): ReactNode {
  return (
    <div aria-busy="true">
      {['Name', 'Password', 'Two-step sign-in'].map((title) => (
        <Section key={title} title={title}>
          <Skeleton height={72} />
        </Section>
      ))}
    </div>
  );
}
