/** The secret of a key that was just made, with a line that shows it at work. */
import type { ReactNode } from 'react';
import type { MadeKey } from '../../../data/admin/keys.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { SecretOnce } from '../../../ui/page/SecretOnce.tsx';
import { curlFor } from './key-words.ts';
import classes from './Keys.module.css';

/** The dialog. */
export function KeySecret({ title, made, onClose }: { title: string; made: MadeKey; onClose: () => void }): ReactNode {
  const { key, secret } = made;
  const line = curlFor(key.kind, secret, location.origin);
  return (
    <SecretOnce
      title={title}
      label={key.kind === 'write' ? 'Write key' : 'API key'}
      secret={secret}
      {...(key.kind === 'write' ? { kept: 'The server keeps it sealed, for its own snippets.' } : {})}
      onClose={onClose}
    >
      <div className={classes.curl}>
        <span>Try it in a terminal:</span>
        <pre tabIndex={0} role="group" aria-label="A line for a terminal">
          <code>{line}</code>
        </pre>
        <CopyButton text={line} label="Copy the line" />
      </div>
    </SecretOnce>
  );
}
