/** The button with the initials of the signed-in person, and the menu behind it. */
import { UnstyledButton } from '@mantine/core';
import { lazy } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { loadAgain } from '../../../ui/load-again.ts';
import { MenuBox } from '../../../ui/menu/MenuBox.tsx';
import classes from '../TopBar.module.css';

const PersonActions = lazy(() => loadAgain(() => import('./PersonActions.tsx')).then((list) => ({ default: list.PersonActions })));

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** The menu behind the person's initials. */
export function PersonMenu({ person }: { person: Session['person'] }): ReactNode {
  const short = initials(person.name === '' ? person.email : person.name);
  return (
    <MenuBox
      label="You"
      place="end"
      widthPx={240}
      button={(props) => (
        <UnstyledButton {...props} className={classes.person} aria-label={`${short}, ${person.name}: profile, theme, sign out`}>
          {short}
        </UnstyledButton>
      )}
    >
      {(close) => <PersonActions person={person} onClose={close} />}
    </MenuBox>
  );
}
