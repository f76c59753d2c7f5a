/** The frame around every page of a signed-in person. */
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../shared/contract/identity.ts';
import { loadAgain } from '../../ui/load-again.ts';
import { SeeingAs } from './looking/SeeingAs.tsx';
import { placeOf } from './places.ts';
import { Rail } from './Rail.tsx';
import classes from './Shell.module.css';
import { TopBar } from './TopBar.tsx';
import { useShortcuts } from './actions/use-shortcuts.ts';

const Palette = lazy(() => loadAgain(() => import('./actions/Palette.tsx')).then((palette) => ({ default: palette.Palette })));

const railKey = 'bellwether.rail';

/** Rail, top bar, the page itself and the palette over them. */
export function Shell({ session }: { session: Session }): ReactNode {
  const [isCollapsed, setIsCollapsed] = useState(() => localStorage.getItem(railKey) === 'collapsed');
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const place = placeOf(useLocation({ select: (location) => location.pathname }));
  const openPalette = useCallback(() => setIsPaletteOpen(true), []);
  useShortcuts(openPalette);
  useEffect(() => {
    document.title = place === undefined ? 'Bellwether' : `${place.label} · Bellwether`;
  }, [place]);
  const toggle = (): void => {
    localStorage.setItem(railKey, isCollapsed ? 'open' : 'collapsed');
    setIsCollapsed(!isCollapsed);
  };
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      <Rail isCollapsed={isCollapsed} onToggle={toggle} />
      <div className={classes.right}>
        <TopBar session={session} place={place} onSearch={openPalette} />
        {session.seeingAs !== null && <SeeingAs roleName={session.seeingAs.name} />}
        <main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      {isPaletteOpen && (
        <Suspense>
          <Palette onClose={() => setIsPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
