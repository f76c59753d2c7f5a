/** Collects what the checklist of a workspace is made from. */
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Config } from '../config.ts';
import type { Identity } from '../identity/identity.ts';
import { accessOf } from '../identity/members/access.ts';
import { readMembers } from '../identity/members/grants.ts';
import type { Incidents } from '../incident/incidents.ts';
import type { Clock } from '../ports/clock.ts';
import type { PostureFacts } from '../watch/posture.ts';
import type { Watch } from '../watch/watch.ts';

/** What the facts are collected from. */
export interface PostureParts {
  db: CatalogDatabase;
  config: Pick<Config, 'publicUrl' | 'host' | 'mail'> & { auditStream?: unknown };
  identity: Identity;
  incidents: Incidents;
  watch: Watch;
  clock: Clock;
}

const dormantMs = 90 * 86_400_000;
const managing = ['workspace:manage', 'people:manage', 'roles:manage', 'keys:manage'] as const;

/** The facts of a workspace. */
export async function collectPosture(parts: PostureParts, workspaceId: string): Promise<PostureFacts> {
  const { config, incidents, watch } = parts;
  const [people, keys, auditHeadAgeMs, { unresolved }, settings] = await Promise.all([
    factsOfPeople(parts, workspaceId),
    factsOfKeys(parts, workspaceId),
    headAge(parts, workspaceId),
    incidents.list(workspaceId, { states: null, severities: null, kind: null, after: null, limit: 1 }),
    watch.settings(workspaceId),
  ]);
  return {
    isHttps: config.publicUrl?.startsWith('https:') === true,
    isLoopback: ['127.0.0.1', '::1', 'localhost'].includes(config.host),
    hasMail: config.mail !== null,
    ...people,
    ...keys,
    auditHeadAgeMs,
    hasOutsideStream: (config.auditStream ?? null) !== null,
    openIncidents: unresolved,
    watchKindsOff: Object.values(settings).filter((setting) => !setting.isOn).length,
  };
}

type PeopleFacts = Pick<
  PostureFacts,
  'members' | 'owners' | 'managers' | 'managersWithoutTwoFactor' | 'membersWithoutTwoFactor' | 'isTwoFactorRequired' | 'dormantMembers'
>;

async function factsOfPeople({ db, identity, clock }: PostureParts, workspaceId: string): Promise<PeopleFacts> {
  const [members, rules] = await Promise.all([readMembers(db, { workspaceId }), identity.signIn.rules.read(workspaceId)]);
  const managers = members.filter((member) => managing.some((permission) => accessOf(member).permissions.has(permission)));
  const without = new Set(rules.without.map(({ id }) => id));
  const isDormant = ({ lastSeenMs, joinedMs }: (typeof members)[number]): boolean => clock.now() - (lastSeenMs ?? joinedMs) > dormantMs;
  return {
    members: members.length,
    owners: members.filter(({ role }) => role.id === 'owner').length,
    managers: managers.length,
    managersWithoutTwoFactor: managers.filter(({ person }) => without.has(person.id)).length,
    membersWithoutTwoFactor: without.size,
    isTwoFactorRequired: rules.requiresTwoFactor || rules.installationRequiresTwoFactor,
    dormantMembers: members.filter(isDormant).length,
  };
}

async function factsOfKeys(
  { identity, clock }: PostureParts,
  workspaceId: string,
): Promise<Pick<PostureFacts, 'keys' | 'fullKeys' | 'keysWithoutExpiry' | 'dormantKeys'>> {
  const nowMs = clock.now();
  const all = await identity.keys.list(workspaceId);
  const keys = all.filter(({ revokedMs, expiresMs }) => revokedMs === null && (expiresMs === null || expiresMs > nowMs));
  return {
    keys: keys.length,
    fullKeys: keys.filter(({ scopes, role }) => scopes.includes('admin') && role === null).length,
    keysWithoutExpiry: keys.filter(({ kind, expiresMs }) => kind === 'api' && expiresMs === null).length,
    dormantKeys: keys.filter(({ lastUsedMs, createdMs }) => nowMs - (lastUsedMs ?? createdMs) > dormantMs).length,
  };
}

/** Since when something is recorded and not signed; 0 when all is signed, null when there is nothing. */
async function headAge({ db, clock }: PostureParts, workspaceId: string): Promise<number | null> {
  const chain = await db.selectFrom('audit_chains').select('seq').where('workspace_id', '=', workspaceId).executeTakeFirst();
  if (chain === undefined) return null;
  const head = await db
    .selectFrom('audit_heads')
    .select(['seq', 'at'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (head !== undefined && head.seq === chain.seq) return 0;
  const first = await db
    .selectFrom('audit_entries')
    .select('at')
    .where('workspace_id', '=', workspaceId)
    .where('seq', '>', head?.seq ?? 0)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return clock.now() - (first?.at ?? clock.now());
}
