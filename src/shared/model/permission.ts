/** The closed list of permissions, by resource and operation, and the roles that everybody has from the start. */

/** What may be done with each resource. A role is a set of `resource:operation`. */
export const operationsByResource = {
  events: ['read', 'write', 'export', 'import', 'delete'],
  datasets: ['read', 'edit'],
  sql: ['run'],
  metrics: ['read', 'edit'],
  dashboards: ['read', 'edit', 'share'],
  alerts: ['read', 'edit'],
  reports: ['read', 'edit'],
  sources: ['read', 'edit'],
  models: ['read', 'edit'],
  autopilot: ['read', 'approve'],
  incidents: ['read', 'manage'],
  notifications: ['manage'],
  people: ['read', 'manage'],
  roles: ['read', 'manage'],
  keys: ['read', 'manage'],
  audit: ['read', 'export'],
  privacy: ['read', 'manage'],
  workspace: ['manage'],
} as const satisfies Record<string, readonly string[]>;

/** What permissions are about. */
export type Resource = keyof typeof operationsByResource;
/** `resource:operation`. */
export type Permission = { [R in Resource]: `${R}:${(typeof operationsByResource)[R][number]}` }[Resource];

/** Every permission, in the order of the matrix. */
export const permissions: readonly Permission[] = Object.entries(operationsByResource).flatMap(([resource, operations]) =>
  operations.map((operation) => `${resource}:${operation}` as Permission),
);

const known: ReadonlySet<string> = new Set(permissions);

/** Whether `text` is a permission. */
export function isPermission(text: string): text is Permission {
  return known.has(text);
}

/** The roles that every workspace has and nobody can change. */
export const builtInRoles = ['owner', 'admin', 'analyst', 'editor', 'viewer', 'auditor'] as const;
/** One of {@link builtInRoles}. */
export type BuiltInRole = (typeof builtInRoles)[number];

const viewing: readonly Permission[] = [
  'events:read',
  'datasets:read',
  'metrics:read',
  'dashboards:read',
  'alerts:read',
  'reports:read',
  'models:read',
  'autopilot:read',
];
const editing: readonly Permission[] = [...viewing, 'dashboards:edit', 'dashboards:share', 'alerts:edit', 'reports:edit', 'incidents:read'];
const analysing: readonly Permission[] = [
  ...editing,
  'events:export',
  'datasets:edit',
  'sql:run',
  'metrics:edit',
  'sources:read',
  'models:edit',
];
const auditing: readonly Permission[] = [
  'audit:read',
  'audit:export',
  'people:read',
  'roles:read',
  'keys:read',
  'incidents:read',
  'privacy:read',
];

/** What each built-in role may do. An owner and an admin may do the same; only owners make and unmake owners. */
export const permissionsByRole: Readonly<Record<BuiltInRole, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions,
  analyst: analysing,
  editor: editing,
  viewer: viewing,
  auditor: auditing,
};

/** Bundles of permissions that an API key can be given by one word. */
export const permissionsByScope = {
  ask: [...viewing, 'events:export', 'sql:run', 'sources:read', 'incidents:read'],
  ingest: ['events:write'],
  admin: permissions,
} as const satisfies Record<string, readonly Permission[]>;
/** A word for a bundle of permissions. */
export type ScopeName = keyof typeof permissionsByScope;
