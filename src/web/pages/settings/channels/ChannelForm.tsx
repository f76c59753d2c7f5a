/** Makes or changes a channel. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { severities } from '../../../../shared/model/severity.ts';
import { addChannel, changeChannel, channelsQuery } from '../../../data/admin/channels.ts';
import type { Channel, ChannelInput, MadeChannel } from '../../../data/admin/channels.ts';
import { toServerProblem } from '../../../data/http.ts';
import { AreaField } from '../../../ui/form/AreaField.tsx';
import { Form, textOf } from '../../../ui/form/Form.tsx';
import { SelectField } from '../../../ui/form/SelectField.tsx';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Checkbox, RingField } from '../../../ui/form/Tick.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { addressesOf, leastWords } from './channel-words.ts';

type Kind = Channel['target']['kind'];

/** What the form takes. */
export interface ChannelFormProps {
  /** null: a new one */
  channel: Channel | null;
  canMail: boolean;
  /** a channel was made, maybe with a secret to show */
  onMade: (made: MadeChannel) => void;
  onClose: () => void;
}

function channelOf(fields: FormData, kind: Kind): ChannelInput {
  const addresses = addressesOf(textOf(fields, 'addresses'));
  return {
    name: textOf(fields, 'name'),
    isEnabled: fields.get('isEnabled') === 'on',
    leastSeverity: textOf(fields, 'least') as Channel['leastSeverity'],
    target: kind === 'webhook' ? { kind, url: textOf(fields, 'url') } : { kind, addresses: addresses.length === 0 ? null : addresses },
  };
}

/** The dialog. */
export function ChannelForm({ channel, canMail, onMade, onClose }: ChannelFormProps): ReactNode {
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>(channel?.target.kind ?? (canMail ? 'email' : 'webhook'));
  const save = useMutation({
    mutationFn: async (body: ChannelInput): Promise<MadeChannel> =>
      channel === null ? addChannel(body) : { channel: await changeChannel(channel.id, body), secret: null },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: channelsQuery.queryKey });
      onClose();
      onMade(made);
    },
  });
  const problem = save.error === null ? null : toServerProblem(save.error);
  return (
    <Dialog title={channel?.name ?? 'New channel'} onClose={onClose}>
      <Form label="Channel" onSubmit={(fields) => save.mutate(channelOf(fields, kind))}>
        {channel === null && (
          <RingField
            label="Kind"
            name="kind"
            value={kind}
            onChange={(value) => setKind(value as Kind)}
            choices={[
              { value: 'email', label: 'E-mail', help: canMail ? undefined : 'This server sends no mail yet: SMTP_URL is not set.' },
              { value: 'webhook', label: 'Webhook', help: 'A signed POST to an address of yours: a chat, a pager, a program.' },
            ]}
          />
        )}
        <TextField label="Name" name="name" maxLength={100} defaultValue={channel?.name ?? ''} isFirst wrong={problem?.issueAt('name')} />
        <TargetField kind={kind} channel={channel} wrong={problem?.issues.find((issue) => issue.path.startsWith('target'))?.message} />
        <SelectField
          label="Lets through"
          name="least"
          defaultValue={channel?.leastSeverity ?? 'medium'}
          choices={severities.map((severity) => ({ value: severity, label: leastWords[severity] }))}
        />
        <Checkbox
          label="On"
          name="isEnabled"
          isOnAtFirst={channel?.isEnabled ?? true}
          help="Off: nothing goes through, and nothing is kept for later."
        />
        {problem !== null && (
          <Notice tone="error" title="The channel was not saved">
            {problem.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {channel === null ? 'Make the channel' : 'Save'}
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

function TargetField({ kind, channel, wrong }: { kind: Kind; channel: Channel | null; wrong: string | undefined }): ReactNode {
  if (kind === 'webhook')
    return (
      <TextField
        key="url"
        label="Address"
        name="url"
        type="url"
        isMono
        maxLength={2_000}
        defaultValue={channel?.target.kind === 'webhook' ? channel.target.url : ''}
        placeholder="https://hooks.example.com/bellwether"
        help="It has to be on the public internet, unless whoever runs the server opened a way with OUTBOUND_ALLOW."
        wrong={wrong}
      />
    );
  return (
    <AreaField
      key="addresses"
      label="Addresses"
      name="addresses"
      rows={2}
      defaultValue={channel?.target.kind === 'email' ? (channel.target.addresses ?? []).join('\n') : ''}
      placeholder="oncall@example.com"
      help="One a line, 20 at most. Empty: whomever a notification is for."
      wrong={wrong}
    />
  );
}
