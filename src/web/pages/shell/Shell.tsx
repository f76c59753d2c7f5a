/** The frame around every page of a signed-in person. */
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../shared/contract/identity.ts';
import { loadAgain } from '../../ui/load-again.ts';
import { placeOf, placesFor } from './places.ts';
import type { Place } from './places.ts';
import { Rail } from './Rail.tsx';
import classes from './Shell.module.css';
import { TopBar } from './TopBar.tsx';
import { useShortcuts } from './actions/use-shortcuts.ts';

const Palette = lazy(() => loadAgain(() => import('./actions/Palette.tsx')).then((palette) => ({ default: palette.Palette })));

const NotPermitted = lazy(() => loadAgain(() => import('../NotPermitted.tsx')).then((page) => ({ default: page.NotPermitted })));
const SeeingAs = lazy(() => loadAgain(() => import('./looking/SeeingAs.tsx')).then((banner) => ({ default: banner.SeeingAs })));

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
      <Rail places={placesFor(session.permissions)} isCollapsed={isCollapsed} onToggle={toggle} />
      <div className={classes.right}>
        <TopBar session={session} place={place} onSearch={openPalette} />
        {session.seeingAs !== null && (
          <Suspense>
            <SeeingAs roleName={session.seeingAs.name} />
          </Suspense>
        )}
        <main id="main" tabIndex={-1} className={classes.main}>
          <Allowed session={session} place={place} />
        </main>
      </div>
      {isPaletteOpen && (
        <Suspense>
          <Palette session={session} onClose={() => setIsPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** The page, if the person may see anything on it. Whoever cannot see Home begins in Settings. */
function Allowed({ session, place }: { session: Session; place: Place | undefined }): ReactNode {
  if (place === undefined || place.needs === null || session.permissions.includes(place.needs)) return <Outlet />;
  if (place.path === '/') return <Navigate to="/settings" replace />;
  return (
    <Suspense>
      <h1>{place.label}</h1>
      <NotPermitted words={`It takes the permission ${place.needs}.`} />
    </Suspense>
  );
}
