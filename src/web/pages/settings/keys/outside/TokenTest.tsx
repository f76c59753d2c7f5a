/** Reads a pasted token on this page alone, and says what the settings would make of it. */
import { IconCheck, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useNow } from '../../../../data/clock.ts';
import { AreaField } from '../../../../ui/form/AreaField.tsx';
import { Notice } from '../../../../ui/Notice.tsx';
import { Section } from '../../../../ui/page/PageHead.tsx';
import { JsonView } from '../../../events/detail/JsonView.tsx';
import classes from '../Keys.module.css';
import { checkToken, readToken } from './token-look.ts';
import type { LookedAt, TokenLook } from './token-look.ts';

function lookAt(token: string): TokenLook | string | null {
  if (token.trim() === '') return null;
  try {
    return readToken(token);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The section. */
export function TokenTest({ settings }: { settings: LookedAt }): ReactNode {
  const [token, setToken] = useState('');
  const look = useMemo(() => lookAt(token), [token]);
  const nowMs = useNow();
  return (
    <Section title="Look into a token" about="It is read on this page and sent nowhere. Its signature is not checked here.">
      <div className={classes.decoded}>
        <AreaField
          label="Token"
          name="token"
          isMono
          rows={3}
          value={token}
          onChange={setToken}
          placeholder="eyJhbGciOi…"
          maxLength={16_000}
        />
        <div role="status" className={classes.decoded}>
          {typeof look === 'string' && (
            <Notice tone="warning" title="This cannot be read">
              {look}
            </Notice>
          )}
          {look !== null && typeof look !== 'string' && (
            <>
              <ul className={classes.checks}>
                {checkToken(look, settings, nowMs).map(({ isOk, words }) => (
                  <li key={words} data-ok={isOk}>
                    {isOk ? <IconCheck size={18} stroke={1.5} aria-label="Good:" /> : <IconX size={18} stroke={1.5} aria-label="Wrong:" />}
                    <span>{words}</span>
                  </li>
                ))}
              </ul>
              <JsonView text={JSON.stringify(look.claims, null, 2)} label="What the token says" />
            </>
          )}
        </div>
      </div>
    </Section>
  );
}
