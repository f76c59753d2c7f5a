/** What bounds a key besides what it may do: its name, its end, calls per minute, pages and networks. */
import type { ReactNode } from 'react';
import { formatDay } from '../../../../../shared/format/time.ts';
import type { Key } from '../../../../data/admin/keys.ts';
import type { ServerProblem } from '../../../../data/http.ts';
import { preferredZone } from '../../../../data/period.ts';
import { AreaField } from '../../../../ui/form/AreaField.tsx';
import { FormRow, textOf } from '../../../../ui/form/Form.tsx';
import { SelectField } from '../../../../ui/form/SelectField.tsx';
import { TextField } from '../../../../ui/form/TextField.tsx';
import { expiryAfter } from '../../../profile/tokens/scopes.ts';

const expiries = [
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'never', label: 'Never' },
];

/** The name of a key. */
export function NameField({ name, problem }: { name: string; problem: ServerProblem | null }): ReactNode {
  return (
    <TextField
      label="Name"
      name="name"
      defaultValue={name}
      maxLength={100}
      isFirst
      help="Which program uses it, and where: you will want to know when you see it again."
      wrong={problem?.issueAt('name')}
    />
  );
}

/** What the fields take. */
export interface LimitFieldsProps {
  /** null: a new one */
  apiKey: Key | null;
  kind: Key['kind'];
  problem: ServerProblem | null;
}

/** The fields. */
export function LimitFields({ apiKey, kind, problem }: LimitFieldsProps): ReactNode {
  const ends = apiKey?.expiresAt ?? null;
  const keep =
    apiKey === null ? [] : [{ value: 'keep', label: ends === null ? 'Never, as now' : `On ${formatDay(ends, preferredZone())}, as now` }];
  const issue = (path: string): string | undefined =>
    problem?.issues.find((one) => one.path === path || one.path.startsWith(`${path}.`))?.message;
  return (
    <>
      <FormRow>
        <SelectField
          label="Ends"
          name="expiry"
          defaultValue={apiKey === null ? (kind === 'write' ? 'never' : '90') : 'keep'}
          choices={[...keep, ...expiries]}
        />
        <TextField
          label="Calls per minute"
          name="calls"
          type="number"
          isOptional
          defaultValue={apiKey?.callsPerMinute === null || apiKey === null ? '' : String(apiKey.callsPerMinute)}
          help="Beyond it calls are refused. Empty: the usual limit."
          wrong={issue('callsPerMinute')}
        />
      </FormRow>
      <AreaField
        label="Pages that may use it"
        name="origins"
        rows={2}
        isMono
        defaultValue={apiKey?.origins.join('\n') ?? ''}
        placeholder="https://shop.example.com"
        help="One a line, as origin. Empty: any page, and programs."
        wrong={issue('origins')}
      />
      <AreaField
        label="Networks that may use it"
        name="addresses"
        rows={2}
        isMono
        defaultValue={apiKey?.addresses.join('\n') ?? ''}
        placeholder="10.1.0.0/16"
        help="One a line: an address, or a network in CIDR notation. Empty: any."
        wrong={issue('addresses')}
      />
    </>
  );
}

function linesOf(fields: FormData, name: string): string[] {
  return textOf(fields, name)
    .split(/[\s,]+/)
    .filter((line) => line !== '');
}

/** The limits that the fields say. */
export function limitsOf(fields: FormData): Pick<Key, 'callsPerMinute' | 'origins' | 'addresses'> {
  const calls = textOf(fields, 'calls');
  return {
    callsPerMinute: calls === '' ? null : Number(calls),
    origins: linesOf(fields, 'origins'),
    addresses: linesOf(fields, 'addresses'),
  };
}

/** When the key ends, counted from `nowMs`; null: never; undefined: as it is. */
export function expiryOf(fields: FormData, nowMs: number): string | null | undefined {
  const days = textOf(fields, 'expiry');
  return days === 'keep' ? undefined : expiryAfter(days, nowMs);
}
