/** The second step of signing in: a code of the authenticator, or a recovery code. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '../../../shared/format/number.ts';
import { secondFactor } from '../../data/account/sign-in.ts';
import { toServerProblem } from '../../data/http.ts';
import { CodeInput } from '../../ui/form/CodeInput.tsx';
import { Form, textOf } from '../../ui/form/Form.tsx';
import { TextField } from '../../ui/form/TextField.tsx';
import { Checkbox } from '../../ui/form/Tick.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Door, DoorLinks } from './Door.tsx';
import classes from './Door.module.css';
import { DoorProblem } from './DoorProblem.tsx';

interface SecondFactorProps {
  onDone: (hasSession: boolean) => void;
  /** the time or the tries are over: the password is asked for again */
  onOver: () => void;
}

/** The step. Six digits send themselves. */
export function SecondFactor({ onDone, onOver }: SecondFactorProps): ReactNode {
  const [way, setWay] = useState<'app' | 'recovery'>('app');
  const [code, setCode] = useState('');
  const [isTrusted, setIsTrusted] = useState(false);
  const attempt = useMutation({
    mutationFn: (given: string) => secondFactor(given, isTrusted),
    onSuccess: ({ session, recoveryCodesLeft }) => {
      if (recoveryCodesLeft === null) onDone(session !== null);
    },
    onError: (error) => {
      setCode('');
      if (toServerProblem(error).document['isOver'] === true) onOver();
    },
  });
  const change = (to: 'app' | 'recovery'): void => {
    attempt.reset();
    setWay(to);
  };
  if (attempt.data !== undefined && attempt.data.recoveryCodesLeft !== null) {
    return <UsedUp left={attempt.data.recoveryCodesLeft} onGoOn={() => onDone(attempt.data.session !== null)} />;
  }
  const isRefused = attempt.isError && toServerProblem(attempt.error).status === 401;
  const isBusy = attempt.isPending || attempt.isSuccess;
  return (
    <Door
      title="Two-step sign-in"
      about={
        way === 'app'
          ? 'Open your authenticator app and give the code for Bellwether.'
          : 'Give one of the codes that you kept when you set this up. Each works once.'
      }
    >
      <Form label="Second step" onSubmit={(fields) => attempt.mutate(way === 'app' ? code : textOf(fields, 'recovery'))}>
        {way === 'app' ? (
          <CodeInput
            key="app"
            label="Code"
            value={code}
            onChange={(text) => {
              if (attempt.isError && text !== '') attempt.reset();
              setCode(text);
            }}
            onComplete={(text) => attempt.mutate(text)}
            wrong={isRefused ? 'This code is not right. A new one comes every 30 seconds.' : undefined}
            isFirst
          />
        ) : (
          <TextField
            key="recovery"
            label="Recovery code"
            name="recovery"
            size="md"
            isFirst
            isMono
            minLength={6}
            maxLength={40}
            wrong={isRefused ? 'This code is not right, or was used before.' : undefined}
          />
        )}
        <Checkbox
          label="Do not ask on this device for 30 days"
          name="trust"
          isOn={isTrusted}
          onChange={setIsTrusted}
          help="Only on a device that is yours alone."
        />
        {attempt.isError && !isRefused && <DoorProblem error={attempt.error} />}
        <Button type="submit" size="md" loading={isBusy}>
          Go on
        </Button>
      </Form>
      <DoorLinks>
        <button type="button" className={classes.word} onClick={() => change(way === 'app' ? 'recovery' : 'app')}>
          {way === 'app' ? 'Use a recovery code' : 'Use the authenticator app'}
        </button>
      </DoorLinks>
    </Door>
  );
}

function UsedUp({ left, onGoOn }: { left: number; onGoOn: () => void }): ReactNode {
  return (
    <Door title="You are in">
      <Notice
        tone={left > 2 ? 'info' : 'warning'}
        title={left === 0 ? 'That was your last recovery code' : `You have ${formatCount(left, 'recovery code')} left`}
      >
        The one you used does not work again. {left <= 2 && 'Make new ones in your profile, or you may not get in without the app.'}
      </Notice>
      <Button size="md" onClick={onGoOn}>
        Go on
      </Button>
    </Door>
  );
}
