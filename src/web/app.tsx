/** The pages and their addresses. */
import { QueryClientProvider } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, RouterProvider } from '@tanstack/react-router';
import type { SearchSchemaInput } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { oneOf, parseSearch, stringifySearch } from './data/address.ts';
import { periodOf, preferredZone } from './data/period.ts';
import type { Period } from './data/period.ts';
import { sessionQuery } from './data/session.ts';
import { eventsSearch } from './data/events-search.ts';
import type { EventsSearch } from './data/events-search.ts';
import { NotFound, PageError } from './pages/shell/Trouble.tsx';
import { Waiting } from './pages/shell/Waiting.tsx';

/** An address parameter that came from outside must be a path of ours. */
function ownPath(text: string | undefined): string | undefined {
  return text !== undefined && /^\/(?![/\\])/.test(text) ? text : undefined;
}

/** Everything in an address may be missing. */
type Given<T> = Partial<T> & SearchSchemaInput;

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Outlet });

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  loader: ({ context }) => context.client.ensureQueryData(sessionQuery),
  component: lazyRouteComponent(() => import('./pages/shell/Inside.tsx'), 'Inside'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: (search: Given<Period>): Period => periodOf(search, { range: '1d', zone: preferredZone() }),
  component: lazyRouteComponent(() => import('./pages/home/HomePage.tsx'), 'HomePage'),
});

const explore = createRoute({
  getParentRoute: () => inside,
  path: '/explore',
  validateSearch: (search: Given<Period> & Record<string, unknown>): Period & Record<string, unknown> => ({
    ...search,
    ...periodOf(search, { range: '30d', zone: preferredZone() }),
  }),
  component: lazyRouteComponent(() => import('./pages/explore/ExplorePage.tsx'), 'ExplorePage'),
});

const events = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: (search: Given<EventsSearch>): EventsSearch => eventsSearch(search, preferredZone()),
  component: lazyRouteComponent(() => import('./pages/events/EventsPage.tsx'), 'EventsPage'),
});

const start = createRoute({
  getParentRoute: () => inside,
  path: '/start',
  validateSearch: (search): { with?: string | undefined } => ({ with: oneOf(search, 'with') }),
  component: lazyRouteComponent(() => import('./pages/start/StartPage.tsx'), 'StartPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string | undefined } => ({ to: ownPath(oneOf(search, 'to')) }),
  loader: ({ context }) => context.client.ensureQueryData(sessionQuery),
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: (search): { token?: string | undefined } => ({ token: oneOf(search, 'token') }),
  component: lazyRouteComponent(() => import('./pages/sign-in/SignUpPage.tsx'), 'SignUpPage'),
});

/** The gallery is for developers and needs no server; the built app does not hold it. */
const gallery = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => root,
        path: '/gallery',
        component: lazyRouteComponent(() => import('./gallery/GalleryPage.tsx'), 'GalleryPage'),
      }),
    ]
  : [];

function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([inside.addChildren([home, explore, events, start]), signIn, signUp, ...gallery]),
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingMinMs: 0,
    defaultPendingComponent: Waiting,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: PageError,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

/** The whole app for one query client. */
export function createApp(client: QueryClient): () => ReactNode {
  const router = makeRouter(client);
  return function App() {
    return (
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    );
  };
}
