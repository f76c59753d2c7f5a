/** Says, over every page, that one looks as a role, and leads out of it. */
import { Button } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './SeeingAs.module.css';
import { useLook } from './use-look.ts';

/** The banner for the role named `roleName`. */
export function SeeingAs({ roleName }: { roleName: string }): ReactNode {
  const look = useLook();
  return (
    <section className={classes.banner} aria-label="Preview of a role">
      <IconEye size={18} stroke={1.5} aria-hidden="true" />
      <p className={classes.words}>
        You see what the role <strong>{roleName}</strong> sees, with your own attributes. Nothing can be changed meanwhile.
      </p>
      <Button variant="default" size="compact-sm" onClick={() => look.as(null)}>
        Back to your own view
      </Button>
    </section>
  );
}
