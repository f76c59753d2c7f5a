/** How to keep signed heads out of the reach of whoever runs the server, and how to check against those that were kept. */
import { Button } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { HeadDocument } from '../../../../../shared/contract/audit.ts';
import { readHeads } from '../../../../data/admin/audit.ts';
import { CopyButton } from '../../../../ui/CopyButton.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import classes from './Verify.module.css';

/** What the part takes. */
export interface HeadsElsewhereProps {
  /** known once something was verified */
  publicKey: string | undefined;
  isBusy: boolean;
  onHeads: (heads: HeadDocument[]) => void;
}

const command = 'bellwether verify audit --heads /mnt/elsewhere/heads.jsonl';

/** The part, folded until it is wanted. */
export function HeadsElsewhere({ publicKey, isBusy, onHeads }: HeadsElsewhereProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      onHeads(readHeads(await file.text()));
      setWrong(null);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
    if (input.current !== null) input.current.value = '';
  };
  return (
    <details className={classes.elsewhere}>
      <summary>
        <IconChevronRight size={16} stroke={1.5} aria-hidden="true" />
        Keep heads elsewhere, and check against them
      </summary>
      <div className={classes.explained}>
        <p>
          Every minute the newest hash is signed: a <em>head</em>. Somebody who has the whole server could write the log and all its heads
          anew; whoever holds one head from before finds that out. So heads also go to a file, and with <code>AUDIT_STREAM</code> to a SIEM:
          copy them to where the people who run this server cannot write.
        </p>
        <div className={classes.command}>
          <code>{command}</code>
          <CopyButton text={command} label="Copy the command" />
        </div>
        {publicKey !== undefined && (
          <div className={classes.command}>
            <span>
              Signed with <code>{publicKey}</code>
            </span>
            <CopyButton text={publicKey} label="Copy the public key" />
          </div>
        )}
        <div>
          <input
            ref={input}
            type="file"
            hidden
            aria-label="File of signed heads"
            accept=".ndjson,.jsonl,.json,.log,.txt"
            onChange={(change) => void take(change.currentTarget.files?.[0])}
          />
          <Button variant="default" disabled={isBusy} onClick={() => input.current?.click()}>
            Check against a file of heads…
          </Button>
        </div>
        {wrong !== null && (
          <Notice tone="error" title="No heads were read">
            {wrong}
          </Notice>
        )}
      </div>
    </details>
  );
}
