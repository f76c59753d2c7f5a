/** A password that is chosen: its field, how strong it is, and what would help. The server judges; here is only shown. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { checkPassword, newPasswordLength } from '../../data/account/sign-in.ts';
import type { PasswordCheck } from '../../data/account/sign-in.ts';
import { PasswordField } from '../../ui/form/TextField.tsx';
import classes from './NewPasswordField.module.css';

/** What the field takes. */
export interface NewPasswordFieldProps {
  label?: string;
  name?: string;
  /** what others may guess the password from: name, e-mail address, workspace */
  known?: readonly string[];
  wrong?: string | undefined;
  isFirst?: boolean;
  size?: 'sm' | 'md';
}

const words = ['Guessed at once', 'Easily guessed', 'Could be guessed', 'Strong', 'Very strong'] as const;

/** Typing rests for this long before the server is asked. */
const restMs = 250;

/** The field with its meter. */
export function NewPasswordField({
  label = 'Password',
  name = 'password',
  known = [],
  wrong,
  isFirst = false,
  size = 'sm',
}: NewPasswordFieldProps): ReactNode {
  const [password, setPassword] = useState('');
  const check = useCheck(password, known);
  return (
    <div>
      <PasswordField
        label={label}
        name={name}
        value={password}
        onChange={setPassword}
        wrong={wrong}
        isFirst={isFirst}
        size={size}
        autoComplete="new-password"
        minLength={newPasswordLength.min}
        maxLength={newPasswordLength.max}
      />
      <Meter length={password.length} check={check} />
    </div>
  );
}

/** What the server said last of what was typed; null until it has answered, and where it cannot be asked. */
function useCheck(password: string, known: readonly string[]): PasswordCheck | null {
  const [answered, setAnswered] = useState<PasswordCheck | null>(null);
  const knownKey = known.join('\n');
  useEffect(() => {
    if (password.length < newPasswordLength.min) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const parts = knownKey.split('\n').filter((part) => part !== '');
      checkPassword(password, parts, stop.signal).then(setAnswered, () => setAnswered(null));
    }, restMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [password, knownKey]);
  // while the next answer is on its way the last one stays, so that the bars do not flicker with every key
  return password.length < newPasswordLength.min ? null : answered;
}

function Meter({ length, check }: { length: number; check: PasswordCheck | null }): ReactNode {
  const isShort = length < newPasswordLength.min;
  const score = isShort ? 0 : (check?.score ?? null);
  const filled = length === 0 || score === null ? 0 : score + 1;
  const help = check?.advice[0];
  return (
    <div className={classes.meter}>
      <div className={classes.bars} data-score={score ?? undefined} aria-hidden="true">
        {words.map((word, at) => (
          <span key={word} data-on={at < filled || undefined} />
        ))}
      </div>
      <div className={classes.words} role="status">
        {isShort && `At least ${newPasswordLength.min} characters; several words are best.`}
        {!isShort && check !== null && <strong>{words[check.score]}. </strong>}
        {!isShort && help}
      </div>
    </div>
  );
}
