/** Adds or changes a sign-in provider. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Session } from '../../../../../shared/contract/identity.ts';
import { rolesQuery } from '../../../../data/admin/roles.ts';
import { providersQuery, saveProvider } from '../../../../data/admin/sign-in-providers.ts';
import type { Provider, ProviderFields } from '../../../../data/admin/sign-in-providers.ts';
import { toServerProblem } from '../../../../data/http.ts';
import { workspaceOf } from '../../../../data/session.ts';
import { AreaField } from '../../../../ui/form/AreaField.tsx';
import { Form, FormRow } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { PasswordField, TextField } from '../../../../ui/form/TextField.tsx';
import { Checkbox } from '../../../../ui/form/Tick.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { SecretBox } from '../../../../ui/page/SecretOnce.tsx';
import { claimsText, providerOf } from './provider-fields.ts';

/** What the form takes. */
export interface ProviderFormProps {
  /** null: a new one */
  provider: Provider | null;
  session: Session;
  onClose: () => void;
}

/** The form at the side. A new provider is answered with the address that has to be registered there. */
export function ProviderForm({ provider, session, onClose }: ProviderFormProps): ReactNode {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (body: ProviderFields) => saveProvider(provider?.id ?? null, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: providersQuery.queryKey });
      if (provider !== null) onClose();
    },
  });
  if (save.data !== undefined && provider === null) {
    return (
      <Dialog title={`${save.data.name} is added`} onClose={onClose}>
        <p>Register this address at the provider, as redirect address of the client:</p>
        <SecretBox label="Redirect address" secret={save.data.callbackUrl} />
        <DialogButtons>
          <Button onClick={onClose}>Done</Button>
        </DialogButtons>
      </Dialog>
    );
  }
  const problem = save.error === null ? null : toServerProblem(save.error);
  return (
    <Dialog title={provider === null ? 'Add a sign-in provider' : provider.name} place="side" onClose={onClose}>
      <Form label="Sign-in provider" onSubmit={(fields) => save.mutate(providerOf(fields, provider === null))}>
        <ClientFields provider={provider} wrong={(path) => problem?.issueAt(path)} />
        <PeopleFields provider={provider} session={session} />
        {problem !== null && (
          <Notice tone="error" title="It was not saved">
            {problem.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {provider === null ? 'Add the provider' : 'Save'}
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

function ClientFields({ provider, wrong }: { provider: Provider | null; wrong: (path: string) => string | undefined }): ReactNode {
  return (
    <>
      {provider !== null && <SecretBox label="Redirect address, to be registered at the provider" secret={provider.callbackUrl} />}
      <TextField
        label="Name"
        name="name"
        defaultValue={provider?.name ?? ''}
        maxLength={60}
        isFirst
        help="Stands on the button: Continue with …"
        wrong={wrong('name')}
      />
      <TextField
        label="Issuer"
        name="issuer"
        type="url"
        defaultValue={provider?.issuer ?? ''}
        placeholder="https://login.example.com"
        isMono
        help="The address under which its configuration is found. With another issuer all links to it end."
        wrong={wrong('issuer')}
      />
      <FormRow>
        <TextField label="Client id" name="clientId" defaultValue={provider?.clientId ?? ''} isMono wrong={wrong('clientId')} />
        <PasswordField
          label="Client secret"
          name="clientSecret"
          isOptional
          help={provider?.hasSecret === true ? 'Empty: the one that is there stays.' : 'Empty: none, PKCE alone.'}
          wrong={wrong('clientSecret')}
        />
      </FormRow>
      <TextField
        label="Scopes"
        name="scopes"
        defaultValue={provider?.scopes.join(' ') ?? 'openid email profile'}
        isMono
        wrong={wrong('scopes')}
      />
    </>
  );
}

function PeopleFields({ provider, session }: { provider: Provider | null; session: Session }): ReactNode {
  const roles = useQuery({ ...rolesQuery, enabled: session.permissions.includes('roles:read') });
  const join = provider?.autoJoin ?? null;
  return (
    <>
      <TextField
        label="E-mail domains that may come in without an invitation"
        name="domains"
        isOptional
        defaultValue={provider?.allowedDomains.join(', ') ?? ''}
        placeholder="example.com, example.org"
        help="Of addresses that the provider has verified. Empty: only who is invited."
      />
      <input type="hidden" name="workspaceId" value={join?.workspaceId ?? session.workspaceId} />
      <SelectField
        key={roles.data?.length ?? 0}
        label="Somebody new of these domains becomes"
        name="role"
        defaultValue={join?.role ?? ''}
        choices={[
          { value: '', label: 'Nothing: they need an invitation' },
          ...(roles.data ?? []).map((role) => ({
            value: role.id,
            label: `${role.name} of ${workspaceOf(session)?.name ?? 'this workspace'}`,
          })),
        ]}
      />
      <AreaField
        label="Attributes from claims"
        name="claims"
        isMono
        rows={2}
        defaultValue={claimsText(provider?.attributeClaims ?? {})}
        placeholder="sellerId = seller_id"
        help="One a line: attribute = claim of the ID token. Renewed at each sign-in; roles can filter rows by {person.sellerId}."
      />
      <Checkbox
        label="Link accounts with a verified address of these domains at first sight"
        name="linksByEmail"
        isOnAtFirst={provider?.linksByEmail ?? false}
        help="Only for a provider that alone gives these addresses out, such as your company's own: whoever runs it can become any of these people."
      />
      <Checkbox
        label="The provider asks for a second factor itself"
        name="handlesTwoFactor"
        isOnAtFirst={provider?.handlesTwoFactor ?? false}
        help="Then we do not ask again."
      />
      <Checkbox label="On: people can sign in by it" name="isOn" isOnAtFirst={provider?.isOn ?? true} />
    </>
  );
}
