/** Whether signing in to the workspace takes a second factor, and who has none yet. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import type { SignInRules as Rules } from '../../../../../shared/contract/sign-in-providers.ts';
import { formatCount } from '../../../../../shared/format/number.ts';
import { setInstallationRules, setSignInRules, signInRulesQuery } from '../../../../data/admin/sign-in-rules.ts';
import { may } from '../../../../data/session.ts';
import { Switch } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { Skeleton } from '../../../../ui/Skeleton.tsx';
import { Asked } from '../../../Asked.tsx';

const namesShown = 5;

/** The section. */
export function SignInRules({ session }: { session: Session }): ReactNode {
  const client = useQueryClient();
  const rules = useQuery(signInRulesQuery);
  const change = useMutation({
    mutationFn: ({ isWanted, everywhere }: { isWanted: boolean; everywhere: boolean }) =>
      everywhere ? setInstallationRules(isWanted) : setSignInRules(isWanted),
    onSuccess: (answer) => client.setQueryData(signInRulesQuery.queryKey, answer),
  });
  return (
    <Section title="Two-step sign-in" about="A password can be guessed or stolen; a second factor has to be in somebody's hand.">
      <Asked query={rules} skeleton={<Skeleton height={64} />}>
        {({ requiresTwoFactor, installationRequiresTwoFactor, without }) => (
          <div style={{ display: 'grid', gap: 14 }}>
            <Switch
              label="Everybody in this workspace needs a second factor"
              isOn={requiresTwoFactor || installationRequiresTwoFactor}
              isDisabled={!may(session, 'workspace:manage') || installationRequiresTwoFactor || change.isPending}
              help={
                installationRequiresTwoFactor
                  ? 'The whole installation asks for it.'
                  : 'Whoever has none can do nothing here until they have set it up.'
              }
              onChange={(isWanted) => change.mutate({ isWanted, everywhere: false })}
            />
            {session.isOperator && session.seeingAs === null && (
              <Switch
                label="Everybody of this installation needs one"
                isOn={installationRequiresTwoFactor}
                isDisabled={change.isPending}
                help="Holds in all workspaces."
                onChange={(isWanted) => change.mutate({ isWanted, everywhere: true })}
              />
            )}
            {without.length > 0 && <Without people={without} meId={session.person.id} />}
            {change.isError && (
              <Notice tone="error" title="Nothing was changed">
                {change.error.message}
              </Notice>
            )}
          </div>
        )}
      </Asked>
    </Section>
  );
}

function Without({ people, meId }: { people: Rules['without']; meId: string }): ReactNode {
  const names = people.slice(0, namesShown).map((person) => person.name || person.email);
  const more = people.length - names.length;
  return (
    <p className="bw-quiet">
      {formatCount(people.length, 'member')} without a second factor: {names.join(', ')}
      {more > 0 && ` and ${more} more`}. {people.some(({ id }) => id === meId) && 'You have none yourself: you would set it up at once.'}
    </p>
  );
}
