/** Says how tokens of another application are taken: how they are signed, which claim filters which field, and what they may. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconArrowRight, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { catalogQuery } from '../../../../data/catalog.ts';
import { readValue, writeValue } from '../../../../data/condition-text.ts';
import { outsideQuery, setOutside } from '../../../../data/admin/embedding.ts';
import type { Outside, OutsideInput } from '../../../../data/admin/embedding.ts';
import { toServerProblem } from '../../../../data/http.ts';
import type { ServerProblem } from '../../../../data/http.ts';
import { Form, FormRow, textOf } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { PasswordField, TextField } from '../../../../ui/form/TextField.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../../ui/page/Dialog.tsx';
import { fieldOptions } from '../../../explore/choices.ts';
import classes from '../Keys.module.css';

type Algorithm = Outside['algorithm'];
type Pair = Outside['claims'][number];

const algorithms = [
  { value: 'HS256', label: 'HS256, with a shared secret' },
  { value: 'RS256', label: 'RS256, with public keys' },
  { value: 'ES256', label: 'ES256, with public keys' },
];

const grants = [
  { value: 'ask', label: 'Ask questions' },
  { value: 'events:read', label: 'Read events and count them, nothing else' },
  { value: 'dashboards:read', label: 'Look at dashboards, nothing else' },
  { value: 'same', label: 'As now' },
];

function bodyOf(fields: FormData, algorithm: Algorithm, pairs: readonly Pair[], before: Outside | null): OutsideInput {
  const text = (name: string): string | null => (textOf(fields, name) === '' ? null : textOf(fields, name));
  const grant = textOf(fields, 'grant');
  const all = text('allClaim');
  const values = textOf(fields, 'allValues')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  const shared = {
    issuer: text('issuer'),
    audience: text('audience'),
    claims: pairs.filter(({ claim, field }) => claim !== '' && field !== ''),
    seesAll: all === null || values.length === 0 ? null : { claim: all, is: values.map((value) => readValue(value) ?? 'null') },
    permissions: grant === 'same' && before !== null ? before.permissions : [grant as 'ask'],
  };
  if (algorithm !== 'HS256') return { algorithm, jwksUrl: textOf(fields, 'jwksUrl'), ...shared };
  const secret = textOf(fields, 'secret');
  return { algorithm, ...(secret === '' ? {} : { secret }), ...shared };
}

/** The form at the side. */
export function OutsideForm({ outside, onClose }: { outside: Outside | null; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const [algorithm, setAlgorithm] = useState<Algorithm>(outside?.algorithm ?? 'HS256');
  const [pairs, setPairs] = useState<readonly Pair[]>(outside?.claims ?? [{ claim: '', field: '' }]);
  const save = useMutation({
    mutationFn: setOutside,
    onSuccess: (next) => {
      client.setQueryData(outsideQuery.queryKey, next);
      onClose();
    },
  });
  const problem = save.error === null ? null : toServerProblem(save.error);
  return (
    <Dialog title="Tokens of another application" place="side" onClose={onClose}>
      <Form label="Tokens of another application" onSubmit={(fields) => save.mutate(bodyOf(fields, algorithm, pairs, outside))}>
        <SelectField
          label="They are signed"
          name="algorithm"
          value={algorithm}
          choices={algorithms}
          help="It has to be said: a token cannot choose how it is checked."
          onChange={(value) => setAlgorithm(value as Algorithm)}
        />
        <KeyFields algorithm={algorithm} outside={outside} problem={problem} />
        <FormRow>
          <TextField
            label="Issuer"
            name="issuer"
            isOptional
            isMono
            defaultValue={outside?.issuer ?? ''}
            help="iss that a token must have."
          />
          <TextField
            label="Audience"
            name="audience"
            isOptional
            isMono
            defaultValue={outside?.audience ?? ''}
            help="aud that a token must have."
          />
        </FormRow>
        <ClaimPairs pairs={pairs} onChange={setPairs} />
        <SeesAllFields outside={outside} />
        <SelectField
          label="Whoever has a token may"
          name="grant"
          defaultValue={outside === null ? 'ask' : 'same'}
          choices={outside === null ? grants.slice(0, 3) : grants}
        />
        {problem !== null && (
          <Notice tone="error" title="Nothing was changed">
            {problem.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

function KeyFields({
  algorithm,
  outside,
  problem,
}: {
  algorithm: Algorithm;
  outside: Outside | null;
  problem: ServerProblem | null;
}): ReactNode {
  if (algorithm !== 'HS256')
    return (
      <TextField
        key="jwks"
        label="Address of the public keys (JWKS)"
        name="jwksUrl"
        type="url"
        isMono
        defaultValue={outside?.jwksUrl ?? ''}
        placeholder="https://auth.example.com/.well-known/jwks.json"
        wrong={problem?.issueAt('jwksUrl')}
      />
    );
  const hasOne = outside?.algorithm === 'HS256';
  return (
    <PasswordField
      key="secret"
      label="Shared secret"
      name="secret"
      isOptional={hasOne}
      minLength={16}
      maxLength={512}
      help={hasOne ? 'Empty: the one that is there stays.' : 'The one that your application signs with. 32 random characters are well.'}
      wrong={problem?.issueAt('secret')}
    />
  );
}

function ClaimPairs({ pairs, onChange }: { pairs: readonly Pair[]; onChange: (pairs: Pair[]) => void }): ReactNode {
  const { data: catalog } = useQuery(catalogQuery);
  const id = useId();
  const replace = (at: number, next: Pair | null): void =>
    onChange(pairs.flatMap((one, index) => (index === at ? (next === null ? [] : [next]) : [one])));
  return (
    <fieldset className={classes.resource}>
      <legend>Which rows a token sees</legend>
      <p className="bw-quiet bw-small">
        Each claim becomes a filter: the field has to be one of the claim's values. A token without the claim is refused.{' '}
        <code>app.seller</code> leads into objects.
      </p>
      <div className={classes.rows}>
        {pairs.map((pair, at) => (
          <div key={at} className={classes.pair}>
            <TextInput
              size="xs"
              required
              aria-label={`Claim ${at + 1}`}
              placeholder="client_id"
              value={pair.claim}
              maxLength={100}
              classNames={{ input: 'bw-mono' }}
              onChange={(change) => replace(at, { ...pair, claim: change.currentTarget.value })}
            />
            <IconArrowRight size={16} stroke={1.5} aria-hidden="true" />
            <TextInput
              size="xs"
              required
              aria-label={`Field ${at + 1}`}
              placeholder="properties.sellerId"
              list={id}
              value={pair.field}
              maxLength={512}
              classNames={{ input: 'bw-mono' }}
              onChange={(change) => replace(at, { ...pair, field: change.currentTarget.value })}
            />
            <CloseButton aria-label={`Remove claim ${at + 1}`} disabled={pairs.length === 1} onClick={() => replace(at, null)} />
          </div>
        ))}
        <datalist id={id}>
          {fieldOptions(catalog).map(({ value }) => (
            <option key={value} value={value} />
          ))}
        </datalist>
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={14} stroke={1.5} aria-hidden="true" />}
            onClick={() => onChange([...pairs, { claim: '', field: '' }])}
          >
            Another claim
          </Button>
        </div>
      </div>
    </fieldset>
  );
}

function SeesAllFields({ outside }: { outside: Outside | null }): ReactNode {
  const all = outside?.seesAll ?? null;
  return (
    <details className={classes.fold} open={all !== null}>
      <summary>Operators of the application, who see every row</summary>
      <div className={classes.more}>
        <FormRow>
          <TextField label="Claim" name="allClaim" isOptional isMono defaultValue={all?.claim ?? ''} placeholder="role" />
          <TextField
            label="is one of"
            name="allValues"
            isOptional
            isMono
            defaultValue={all?.is.map(writeValue).join(', ') ?? ''}
            placeholder="operator, admin"
            help="With commas between. The filters above do not hold for such tokens."
          />
        </FormRow>
      </div>
    </details>
  );
}
