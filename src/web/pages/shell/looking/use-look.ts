/** Looks somewhere else: at another workspace, or as a role. Everything on the page begins anew then. */
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { placeOf } from '../places.ts';

/** Where one can look. */
export interface Look {
  /** at the same place of another workspace */
  at: (workspaceId: string) => void;
  /** as the role of this id; null: with all that one may */
  as: (roleId: string | null) => void;
}

/** The ways to look, from this page. */
export function useLook(): Look {
  const navigate = useNavigate();
  const pathname = useLocation({ select: (location) => location.pathname });
  return useMemo(() => {
    const to = placeOf(pathname)?.path ?? '/';
    return {
      at: (workspace) => void navigate({ to, search: { workspace, as: undefined } }),
      as: (roleId) => void navigate({ to: roleId === null ? to : '/', search: { as: roleId ?? undefined } }),
    };
  }, [navigate, pathname]);
}
