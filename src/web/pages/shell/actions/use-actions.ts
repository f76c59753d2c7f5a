/** What the menu and the palette can do besides going somewhere. */
import { useMantineColorScheme } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { signOut } from '../../../data/account/sign-in.ts';
import { leaveKey } from '../../../data/session.ts';

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
  const { mutate } = useMutation({
    mutationKey: leaveKey,
    mutationFn: signOut,
    onSettled: async (answer) => {
      if (answer?.redirectUrl) return location.assign(answer.redirectUrl);
      client.clear();
      await router.navigate({ to: '/sign-in', search: { workspace: undefined, as: undefined } });
    },
  });
  return useMemo(() => ({ setTheme: setColorScheme, leave: () => mutate() }), [setColorScheme, mutate]);
}
