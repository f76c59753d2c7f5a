/** Sets up the second factor, step by step: it is you, scan, confirm with a code, keep the recovery codes. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { beginTwoFactor, confirmTwoFactor } from '../../../data/account/account.ts';
import type { TwoFactorSecret } from '../../../data/account/account.ts';
import { toServerProblem } from '../../../data/http.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { CodeInput } from '../../../ui/form/CodeInput.tsx';
import { Form } from '../../../ui/form/Form.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { DialogButtons } from '../../../ui/page/Dialog.tsx';
import { ProofForm } from '../ProofDialog.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import classes from './TwoFactor.module.css';

interface TwoFactorStepsProps {
  hasPassword: boolean;
  email?: string;
  /** the recovery codes are on the screen: they must not be lost by a slip */
  onCodes?: () => void;
  onCancel?: () => void;
  onDone: () => void;
}

/** The steps. */
export function TwoFactorSteps({ hasPassword, email = '', onCodes, onCancel, onDone }: TwoFactorStepsProps): ReactNode {
  const [secret, setSecret] = useState<TwoFactorSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes !== null) return <RecoveryCodes codes={codes} email={email} onDone={onDone} />;
  if (secret === null) {
    return (
      <ProofForm
        hasPassword={hasPassword}
        confirm="Go on"
        {...(onCancel === undefined ? {} : { onCancel })}
        onProof={(proof) => beginTwoFactor(proof).then(setSecret)}
      >
        <p>You need an authenticator app on your phone, such as Aegis, 1Password, Google Authenticator or the one that came with it.</p>
      </ProofForm>
    );
  }
  const keep = (made: string[]): void => {
    onCodes?.();
    setCodes(made);
  };
  return <Scan secret={secret} onCancel={onCancel} onDone={keep} />;
}

function Scan({
  secret,
  onCancel,
  onDone,
}: {
  secret: TwoFactorSecret;
  onCancel: (() => void) | undefined;
  onDone: (codes: string[]) => void;
}): ReactNode {
  const [code, setCode] = useState('');
  const confirm = useMutation({ mutationFn: confirmTwoFactor, onSuccess: onDone, onError: () => setCode('') });
  const problem = confirm.isError ? toServerProblem(confirm.error) : null;
  const isWrong = problem?.status === 401;
  const change = (text: string): void => {
    if (confirm.isError && text !== '') confirm.reset();
    setCode(text);
  };
  return (
    <Form label="Confirm the app" onSubmit={() => confirm.mutate(code)}>
      <div className={classes.scan}>
        <QrCode {...secret.qr} />
        <div className={classes.words}>
          <p>
            <strong>Scan this</strong> with the app. On this device? <a href={secret.uri}>Open the app</a>.
          </p>
          <p className="bw-quiet">Or type the key in:</p>
          <code className={classes.secret}>{secret.secret}</code>
          <CopyButton text={secret.secret.replaceAll(' ', '')} label="Copy the key" />
        </div>
      </div>
      <CodeInput
        label="Then give the code that the app shows"
        value={code}
        onChange={change}
        onComplete={(text) => confirm.mutate(text)}
        wrong={isWrong ? 'This code is not right. If that stays so, check the clock of your phone.' : undefined}
        isFirst
      />
      {problem !== null && !isWrong && (
        <Notice tone="error" title={problem.title}>
          {problem.message}
        </Notice>
      )}
      <DialogButtons>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" loading={confirm.isPending}>
          Turn it on
        </Button>
      </DialogButtons>
    </Form>
  );
}

/** Always dark on light, in both themes: not every app reads it the other way round. */
function QrCode({ size, path }: TwoFactorSecret['qr']): ReactNode {
  const margin = 4;
  return (
    <svg
      className={classes.qr}
      viewBox={`${-margin} ${-margin} ${size + 2 * margin} ${size + 2 * margin}`}
      role="img"
      aria-label="QR code of the key"
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}
