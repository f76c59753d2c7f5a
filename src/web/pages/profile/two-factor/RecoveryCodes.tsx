/** The recovery codes, shown this once: to copy, to download, to print. */
import { Button } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { Checkbox } from '../../../ui/form/Tick.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { DialogButtons } from '../../../ui/page/Dialog.tsx';
import classes from './TwoFactor.module.css';

interface RecoveryCodesProps {
  codes: readonly string[];
  /** stands on the paper and in the file; '' leaves it out */
  email: string;
  onDone: () => void;
}

function download(text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = 'bellwether-recovery-codes.txt';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** The codes. Whoever goes on says that they have kept them. */
export function RecoveryCodes({ codes, email, onDone }: RecoveryCodesProps): ReactNode {
  const [isStored, setIsStored] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.focus(), []);
  const heading = `Bellwether recovery codes${email === '' ? '' : ` of ${email}`}, ${location.host}`;
  const text = `${heading}\nEach signs in once, where the authenticator app is not at hand.\n\n${codes.join('\n')}\n`;
  return (
    <>
      <Notice tone="success" title="Two-step sign-in is on">
        Keep these codes where you find them without your phone. Each signs in once. They are not shown again.
      </Notice>
      <div className={classes.printed} data-print>
        <p className={classes.onPaper}>{heading}</p>
        <ul ref={list} className={classes.codes} aria-label="Recovery codes" tabIndex={-1}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className={classes.tools}>
        <CopyButton text={codes.join('\n')} label="Copy" />
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={14} stroke={1.5} aria-hidden="true" />}
          onClick={() => download(text)}
        >
          Download
        </Button>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPrinter size={14} stroke={1.5} aria-hidden="true" />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </div>
      <Checkbox label="I have stored the codes" isOn={isStored} onChange={setIsStored} />
      <DialogButtons>
        <Button disabled={!isStored} onClick={onDone}>
          Done
        </Button>
      </DialogButtons>
    </>
  );
}
