/** The second factor: whether it is on, how to set it up, its recovery codes, and devices that are trusted. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../../shared/format/number.ts';
import { formatDay } from '../../../../shared/format/time.ts';
import { accountQuery, disableTwoFactor, forgetDevices, newRecoveryCodes } from '../../../data/account/account.ts';
import type { Account } from '../../../data/account/account.ts';
import { preferredZone } from '../../../data/period.ts';
import { DangerButton } from '../../../ui/form/DangerButton.tsx';
import { FormButtons } from '../../../ui/form/Form.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Badge } from '../../../ui/page/Badge.tsx';
import { ConfirmDialog } from '../../../ui/page/ConfirmDialog.tsx';
import { Dialog } from '../../../ui/page/Dialog.tsx';
import { Section } from '../../../ui/page/PageHead.tsx';
import classes from '../Profile.module.css';
import { ProofDialog, ProofForm } from '../ProofDialog.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import { TwoFactorSteps } from './TwoFactorSteps.tsx';

type Open = { is: 'set-up' | 'disable' | 'codes' | 'devices' } | { is: 'new-codes'; codes: string[] };

/** The section. */
export function TwoFactorSection({ account }: { account: Account }): ReactNode {
  const { isOn, isRequired, onSince } = account.twoFactor;
  const [open, setOpen] = useState<Open | null>(null);
  return (
    <Section
      title={<>Two-step sign-in {isOn ? <Badge tone="good">On</Badge> : <Badge>Off</Badge>}</>}
      about={
        isOn
          ? `Sign-in asks for a code of your authenticator app${onSince === null ? '' : `, since ${formatDay(onSince, preferredZone())}`}.`
          : 'Besides your password, sign-in asks for a code that only your phone knows. Whoever learns your password alone cannot get in.'
      }
      actions={!isOn && <Button onClick={() => setOpen({ is: 'set-up' })}>Set it up</Button>}
    >
      {!isOn && isRequired && (
        <Notice tone="warning" title="It is required">
          A workspace of yours, or the whole installation, asks for it.
        </Notice>
      )}
      {isOn && <Standing account={account} onOpen={(is) => setOpen({ is })} />}
      {open !== null && <Opened open={open} account={account} onOpen={setOpen} />}
    </Section>
  );
}

function Standing({ account, onOpen }: { account: Account; onOpen: (is: 'disable' | 'codes' | 'devices') => void }): ReactNode {
  const { recoveryCodesLeft, trustedDevices, isRequired } = account.twoFactor;
  return (
    <div className={classes.facts}>
      {recoveryCodesLeft < 3 && (
        <Notice
          tone="warning"
          title={recoveryCodesLeft === 0 ? 'No recovery codes left' : `Only ${formatCount(recoveryCodesLeft, 'recovery code')} left`}
        >
          Without one you cannot get in when the app is not at hand. Make new ones.
        </Notice>
      )}
      <p className="bw-quiet">
        {formatCount(recoveryCodesLeft, 'recovery code')} left, {formatCount(trustedDevices, 'trusted device')}.{' '}
        {isRequired && 'It is required and cannot be turned off.'}
      </p>
      <FormButtons>
        <Button variant="default" onClick={() => onOpen('codes')}>
          New recovery codes…
        </Button>
        {trustedDevices > 0 && (
          <Button variant="default" onClick={() => onOpen('devices')}>
            Forget trusted devices…
          </Button>
        )}
        {!isRequired && <DangerButton onClick={() => onOpen('disable')}>Turn it off…</DangerButton>}
      </FormButtons>
    </div>
  );
}

function Opened({ open, account, onOpen }: { open: Open; account: Account; onOpen: (open: Open | null) => void }): ReactNode {
  const client = useQueryClient();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: accountQuery.queryKey });
  const close = (): void => onOpen(null);
  const { hasPassword } = account.profile;
  switch (open.is) {
    case 'set-up':
      return <SetUp account={account} onClose={close} onDone={() => renew().then(close)} />;
    case 'codes':
      return (
        <Dialog title="New recovery codes" onClose={close}>
          <NewCodes
            hasPassword={hasPassword}
            onCancel={close}
            onDone={(codes) => void renew().then(() => onOpen({ is: 'new-codes', codes }))}
          />
        </Dialog>
      );
    case 'new-codes':
      return (
        <Dialog title="Your new recovery codes" onClose={close} isKept>
          <RecoveryCodes codes={open.codes} email={account.profile.email} onDone={close} />
        </Dialog>
      );
    case 'devices':
      return (
        <ConfirmDialog
          title="Forget trusted devices?"
          confirm="Forget them"
          isDanger={false}
          onConfirm={() => forgetDevices().then(renew)}
          onClose={close}
        >
          The next sign-in asks for a code on every device.
        </ConfirmDialog>
      );
    case 'disable':
      return (
        <ProofDialog
          title="Turn two-step sign-in off?"
          confirm="Turn it off"
          isDanger
          hasPassword={hasPassword}
          onProof={(proof) => disableTwoFactor(proof).then(renew)}
          onClose={close}
        >
          <p>Then your password alone lets somebody in. Recovery codes stop working, and trusted devices are forgotten.</p>
        </ProofDialog>
      );
  }
}

function SetUp({ account, onClose, onDone }: { account: Account; onClose: () => void; onDone: () => void }): ReactNode {
  const [isKept, setIsKept] = useState(false);
  return (
    <Dialog title="Set up two-step sign-in" onClose={onClose} isKept={isKept}>
      <TwoFactorSteps
        hasPassword={account.profile.hasPassword}
        email={account.profile.email}
        onCodes={() => setIsKept(true)}
        onCancel={onClose}
        onDone={onDone}
      />
    </Dialog>
  );
}

interface NewCodesProps {
  hasPassword: boolean;
  onCancel: () => void;
  onDone: (codes: string[]) => void;
}

function NewCodes({ hasPassword, onCancel, onDone }: NewCodesProps): ReactNode {
  return (
    <ProofForm
      hasPassword={hasPassword}
      confirm="Make new codes"
      onCancel={onCancel}
      onProof={(proof) => newRecoveryCodes(proof).then(onDone)}
    >
      <p>The old codes stop working at once.</p>
    </ProofForm>
  );
}
