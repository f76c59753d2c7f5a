/** The pages and their addresses. */
import { QueryClientProvider } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
  RouterProvider,
} from '@tanstack/react-router';
import type { SearchSchemaInput } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { auditSearch } from './data/admin/audit.ts';
import type { AuditSearch } from './data/admin/audit.ts';
import { peopleSearch } from './data/admin/members.ts';
import type { PeopleSearch } from './data/admin/members.ts';
import { newRoleSearch } from './data/admin/roles.ts';
import type { NewRoleSearch } from './data/admin/roles.ts';
import { keysSearch } from './data/admin/keys-search.ts';
import type { KeysSearch } from './data/admin/keys-search.ts';
import { channelsSearch } from './data/admin/channels.ts';
import type { ChannelsSearch } from './data/admin/channels.ts';
import { securitySearch } from './data/admin/security.ts';
import type { SecuritySearch } from './data/admin/security.ts';
import { oneOf, parseSearch, stringifySearch } from './data/address.ts';
import { idFrom, lookAt, rememberWorkspace } from './data/looking.ts';
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

/** What stands in every address: the workspace and the role that are looked at and as. */
interface LookingSearch {
  workspace?: string | undefined;
  as?: string | undefined;
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  validateSearch: (search: LookingSearch & SearchSchemaInput): LookingSearch => ({
    workspace: idFrom(search.workspace),
    as: idFrom(search.as),
  }),
  search: { middlewares: [retainSearchParams(['workspace', 'as'])] },
  beforeLoad: ({ search, preload }) => {
    if (!preload) lookAt(search);
  },
  component: Outlet,
});

/** Whoever is a member of several workspaces finds the one that is looked at in every address, so that it can be passed on. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  loaderDeps: ({ search }) => ({ workspace: search.workspace, as: search.as }),
  loader: async ({ context: { client }, deps, location, preload }) => {
    const answer = await client.ensureQueryData(sessionQuery);
    if (answer.session === null || preload) return;
    const { workspaceId: workspace, workspaces } = answer.session;
    rememberWorkspace(workspaces.length > 1 ? workspace : null);
    if (workspaces.length < 2 || deps.workspace !== undefined) return;
    lookAt({ workspace, as: deps.as });
    client.setQueryData(sessionQuery.queryKey, answer);
    const search = { ...location.search, workspace };
    throw redirect({ to: location.pathname as '/', search, hash: location.hash, replace: true });
  },
  component: lazyRouteComponent(() => import('./pages/shell/Inside.tsx'), 'Inside'),
  errorComponent: lazyRouteComponent(() => import('./pages/shell/NotAMember.tsx'), 'NotAMember'),
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

const settings = createRoute({
  getParentRoute: () => inside,
  id: 'settings',
  component: lazyRouteComponent(() => import('./pages/settings/SettingsFrame.tsx'), 'SettingsFrame'),
});

const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/SettingsStart.tsx'), 'SettingsStart'),
});

const peoplePage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/people',
  validateSearch: (search: Given<PeopleSearch>): PeopleSearch => peopleSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/people/PeoplePage.tsx'), 'PeoplePage'),
});

const groupsPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/groups',
  component: lazyRouteComponent(() => import('./pages/settings/people/groups/GroupsPage.tsx'), 'GroupsPage'),
});

const rolesPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/roles',
  component: lazyRouteComponent(() => import('./pages/settings/roles/RolesPage.tsx'), 'RolesPage'),
});

const newRolePage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/roles/new',
  validateSearch: (search: Given<NewRoleSearch>): NewRoleSearch => newRoleSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/roles/RolePage.tsx'), 'NewRolePage'),
});

const rolePage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/roles/$role',
  component: lazyRouteComponent(() => import('./pages/settings/roles/RolePage.tsx'), 'RolePage'),
});

const keysPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/keys',
  validateSearch: (search: Given<KeysSearch>): KeysSearch => keysSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/keys/KeysPage.tsx'), 'KeysPage'),
});

const auditPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/audit',
  validateSearch: (search: Given<AuditSearch>): AuditSearch => auditSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/audit/AuditPage.tsx'), 'AuditPage'),
});

const securityPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/security',
  validateSearch: (search: Given<SecuritySearch>): SecuritySearch => securitySearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/security/SecurityPage.tsx'), 'SecurityPage'),
});

const channelsPage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/channels',
  validateSearch: (search: Given<ChannelsSearch>): ChannelsSearch => channelsSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/channels/ChannelsPage.tsx'), 'ChannelsPage'),
});

const workspacePage = createRoute({
  getParentRoute: () => settings,
  path: '/settings/workspace',
  component: lazyRouteComponent(() => import('./pages/settings/workspace/WorkspacePage.tsx'), 'WorkspacePage'),
});

const profile = createRoute({
  getParentRoute: () => settings,
  path: '/profile',
  validateSearch: (search: Record<string, unknown>): { failure?: string | undefined } => ({
    failure: oneOf(search, 'failure'),
  }),
  component: lazyRouteComponent(() => import('./pages/profile/ProfilePage.tsx'), 'ProfilePage'),
});

const sessions = createRoute({
  getParentRoute: () => settings,
  path: '/profile/sessions',
  component: lazyRouteComponent(() => import('./pages/profile/SessionsPage.tsx'), 'SessionsPage'),
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: '/profile/tokens',
  component: lazyRouteComponent(() => import('./pages/profile/tokens/TokensPage.tsx'), 'TokensPage'),
});

/** What the pages before the door need is fetched with them, not before. */
async function askSignInOptions(client: QueryClient): Promise<void> {
  const { signInOptionsQuery } = await import('./data/account/sign-in.ts');
  await client.ensureQueryData(signInOptionsQuery);
}

/** What the address of the sign-in page may say. */
interface SignInSearch {
  /** where to go afterwards */
  to?: string | undefined;
  /** the same, as a provider's visit gives it back */
  return?: string | undefined;
  step?: 'second-factor' | undefined;
  failure?: string | undefined;
  /** why one stands there */
  why?: 'ended' | 'new-password' | undefined;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    to: ownPath(oneOf(search, 'to')),
    return: ownPath(oneOf(search, 'return')),
    step: search['step'] === 'second-factor' ? 'second-factor' : undefined,
    failure: oneOf(search, 'failure'),
    why: search['why'] === 'ended' || search['why'] === 'new-password' ? search['why'] : undefined,
  }),
  loader: ({ context: { client } }) => {
    // Only begun here: the page asks itself, also when signing out meanwhile clears what was asked.
    askSignInOptions(client).catch(() => undefined);
    return client.ensureQueryData(sessionQuery);
  },
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: (search): { token?: string | undefined } => ({ token: oneOf(search, 'token') }),
  component: lazyRouteComponent(() => import('./pages/sign-in/SignUpPage.tsx'), 'SignUpPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  loader: ({ context: { client } }) => askSignInOptions(client),
  component: lazyRouteComponent(() => import('./pages/sign-in/ForgotPasswordPage.tsx'), 'ForgotPasswordPage'),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./pages/sign-in/ResetPasswordPage.tsx'), 'ResetPasswordPage'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  loader: ({ context: { client } }) => client.ensureQueryData(sessionQuery),
  component: lazyRouteComponent(() => import('./pages/sign-in/InvitationPage.tsx'), 'InvitationPage'),
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
    routeTree: root.addChildren([
      inside.addChildren([
        home,
        explore,
        events,
        start,
        settings.addChildren([
          settingsStart,
          peoplePage,
          groupsPage,
          rolesPage,
          newRolePage,
          rolePage,
          keysPage,
          auditPage,
          securityPage,
          channelsPage,
          workspacePage,
          profile,
          sessions,
          tokens,
        ]),
      ]),
      signIn,
      signUp,
      forgotPassword,
      resetPassword,
      invitation,
      ...gallery,
    ]),
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
