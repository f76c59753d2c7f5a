/** How embed tokens are signed, and which pages may show panels in a frame. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatDay, formatInstant } from '../../../../shared/format/time.ts';
import { deleteEmbedSecret, embedQuery, rotateEmbedSecret, setEmbed } from '../../../data/admin/embedding.ts';
import type { Embed } from '../../../data/admin/embedding.ts';
import { toServerProblem } from '../../../data/http.ts';
import { preferredZone } from '../../../data/period.ts';
import { AreaField } from '../../../ui/form/AreaField.tsx';
import { DangerButton } from '../../../ui/form/DangerButton.tsx';
import { Form, FormButtons, textOf } from '../../../ui/form/Form.tsx';
import { SelectField } from '../../../ui/form/SelectField.tsx';
import { TextField } from '../../../ui/form/TextField.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { Dialog, DialogButtons } from '../../../ui/page/Dialog.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import { SecretOnce } from '../../../ui/page/SecretOnce.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Asked } from '../../Asked.tsx';
import classes from './Keys.module.css';
import { overlaps } from './RotateKey.tsx';

/** The tab. */
export function EmbedTab({ canManage }: { canManage: boolean }): ReactNode {
  const embed = useQuery(embedQuery);
  return (
    <Asked query={embed} skeleton={<Skeleton height={320} />}>
      {(settings) => (
        <>
          <SecretSection embed={settings} canManage={canManage} />
          <PlacesSection key={`${settings.jwksUrl} ${settings.frameOrigins.join()}`} embed={settings} canManage={canManage} />
        </>
      )}
    </Asked>
  );
}

function SecretSection({ embed, canManage }: { embed: Embed; canManage: boolean }): ReactNode {
  const client = useQueryClient();
  const [asking, setAsking] = useState<'rotate' | 'delete' | null>(null);
  const zone = preferredZone();
  const has = embed.secretMadeAt !== null;
  return (
    <Section
      title="Secret for embed tokens"
      about="Your server signs short-lived tokens with it (HS256), each bound to dashboards, panels and rows. Whoever holds a token sees these and nothing else."
      actions={
        canManage && (
          <>
            <Button variant={has ? 'default' : 'filled'} onClick={() => setAsking('rotate')}>
              {has ? 'New secret…' : 'Make a secret'}
            </Button>
            {has && <DangerButton onClick={() => setAsking('delete')}>Take away…</DangerButton>}
          </>
        )
      }
    >
      <p>
        {embed.secretMadeAt === null ? (
          <span className="bw-quiet">There is none: no token signed with a secret is taken.</span>
        ) : (
          <>
            <code>{embed.secretPrefix}…</code>, made {formatDay(embed.secretMadeAt, zone)}
            {embed.overlapEndsAt !== null && `. The one before works until ${formatInstant(embed.overlapEndsAt, zone)}`}.
          </>
        )}{' '}
        <span className="bw-quiet">
          Tokens carry <code>ws</code> <code>{embed.workspaceId}</code>.
        </span>
      </p>
      {asking === 'rotate' && <NewSecret hasOne={has} onClose={() => setAsking(null)} />}
      {asking === 'delete' && (
        <ConfirmDialog
          title="Take the secret away?"
          confirm="Take it away"
          onConfirm={async () => {
            await deleteEmbedSecret();
            await client.invalidateQueries({ queryKey: embedQuery.queryKey });
          }}
          onClose={() => setAsking(null)}
        >
          Every token signed with it is refused at once: embedded panels go blank wherever they stand.
        </ConfirmDialog>
      )}
    </Section>
  );
}

function NewSecret({ hasOne, onClose }: { hasOne: boolean; onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const make = useMutation({ mutationFn: rotateEmbedSecret, onSuccess: ({ embed }) => client.setQueryData(embedQuery.queryKey, embed) });
  if (make.data !== undefined)
    return (
      <SecretOnce title="The secret is made" label="Embed secret" secret={make.data.secret} onClose={onClose}>
        <p className="bw-quiet">Put it where your server reads its secrets; never in a page.</p>
      </SecretOnce>
    );
  return (
    <Dialog title={hasOne ? 'A new secret for embed tokens' : 'Make a secret for embed tokens'} onClose={onClose}>
      <Form label="New secret" onSubmit={(fields) => make.mutate(Number(textOf(fields, 'overlap') || '0'))}>
        {hasOne ? (
          <SelectField label="The old secret works besides" name="overlap" defaultValue="24" choices={overlaps} />
        ) : (
          <p>It is shown once, for the server that will sign tokens.</p>
        )}
        {make.isError && (
          <Notice tone="error" title="No secret was made">
            {make.error.message}
          </Notice>
        )}
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the secret
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

function PlacesSection({ embed, canManage }: { embed: Embed; canManage: boolean }): ReactNode {
  const client = useQueryClient();
  const save = useMutation({ mutationFn: setEmbed, onSuccess: (next) => client.setQueryData(embedQuery.queryKey, next) });
  const problem = save.error === null ? null : toServerProblem(save.error);
  const submit = (fields: FormData): void => {
    const jwksUrl = textOf(fields, 'jwksUrl');
    const frameOrigins = textOf(fields, 'origins')
      .split(/[\s,]+/)
      .filter((line) => line !== '');
    save.mutate({ jwksUrl: jwksUrl === '' ? null : jwksUrl, frameOrigins });
  };
  return (
    <Section title="Public keys and pages" about="Besides the secret: tokens of a key pair, and where panels may be shown.">
      <Form label="Public keys and pages" onSubmit={submit}>
        <div className={classes.columns}>
          <TextField
            label="Address of public keys (JWKS)"
            name="jwksUrl"
            type="url"
            isOptional
            isMono
            isReadOnly={!canManage}
            defaultValue={embed.jwksUrl ?? ''}
            placeholder="https://auth.example.com/.well-known/jwks.json"
            help="For tokens signed RS256 or ES256. Empty: such tokens are refused."
            wrong={problem?.issueAt('jwksUrl')}
          />
          <AreaField
            label="Pages that may show panels in a frame"
            name="origins"
            isMono
            isReadOnly={!canManage}
            defaultValue={embed.frameOrigins.join('\n')}
            placeholder="https://app.example.com"
            help="One a line, as origin. Empty: only pages of this server."
            wrong={problem?.issues.find((issue) => issue.path.startsWith('frameOrigins'))?.message}
          />
        </div>
        {problem !== null && (
          <Notice tone="error" title="Nothing was changed">
            {problem.message}
          </Notice>
        )}
        {canManage && (
          <FormButtons>
            <Button type="submit" variant="default" loading={save.isPending}>
              Save
            </Button>
            <span role="status" className="bw-quiet">
              {save.isSuccess && 'Saved.'}
            </span>
          </FormButtons>
        )}
      </Form>
    </Section>
  );
}
