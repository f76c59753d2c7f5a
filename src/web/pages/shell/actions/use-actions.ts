/** What the menu and the palette can do besides going somewhere. */
import { useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { signOut } from '../../../data/session.ts';

/** The actions. */
export interface Actions {
  setTheme: (scheme: 'light' | 'dark' | 'auto') => void;
  leave: () => void;
}

/** The actions, bound to this page. */
export function useActions(): Actions {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const client = useQueryClient();
  const router = useRouter();
  return useMemo(
    () => ({
      setTheme: setColorScheme,
      leave: () =>
        void signOut().finally(() => {
          client.clear();
          void router.navigate({ to: '/sign-in' });
        }),
    }),
    [setColorScheme, client, router],
  );
}
