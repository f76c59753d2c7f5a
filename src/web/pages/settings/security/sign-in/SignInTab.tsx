/** How people sign in: who needs a second factor, and which other providers let them in. */
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { NotPermitted } from '../../../NotPermitted.tsx';
import { ProvidersSection } from './ProvidersSection.tsx';
import { SignInRules } from './SignInRules.tsx';

/** The tab. */
export function SignInTab({ session }: { session: Session }): ReactNode {
  const isOperator = session.isOperator && session.seeingAs === null;
  const mayReadPeople = session.permissions.includes('people:read');
  if (!mayReadPeople && !isOperator) return <NotPermitted />;
  return (
    <>
      {mayReadPeople && <SignInRules session={session} />}
      {isOperator && <ProvidersSection session={session} />}
    </>
  );
}
