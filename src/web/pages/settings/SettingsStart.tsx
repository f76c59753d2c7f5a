/** The address of Settings itself leads to its first page that is about the workspace, else to one's profile. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { sessionQuery } from '../../data/session.ts';
import { pagesFor } from './settings-pages.ts';

/** Goes there. */
export function SettingsStart(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const first = pagesFor(session?.permissions ?? []).find((page) => page.group === 'Workspace');
  return <Navigate to={first?.path ?? '/profile'} replace />;
}
