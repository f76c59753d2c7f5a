/** Other ways in: one button for each sign-in provider. */
import { Button } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { providerStart } from '../../data/account/sign-in.ts';
import type { SignInOptions } from '../../data/account/sign-in.ts';
import classes from './Door.module.css';

/** The buttons, set off from the form above by "or"; nothing where there is no provider. */
export function Providers({ options, returnPath }: { options: SignInOptions | undefined; returnPath: string }): ReactNode {
  const providers = options?.providers ?? [];
  if (providers.length === 0) return null;
  return (
    <>
      <div className={classes.or}>or</div>
      <div className={classes.providers}>
        {providers.map(({ id, name }) => (
          <Button
            key={id}
            component="a"
            href={providerStart(id, returnPath)}
            variant="default"
            size="md"
            leftSection={<IconUserCircle size={18} stroke={1.5} aria-hidden="true" />}
          >
            Continue with {name}
          </Button>
        ))}
      </div>
    </>
  );
}
