/** What each route of the contract is tried with; a route that is missing here fails the attack suite. */
import type { Sample } from './attack.ts';
import { marker, password } from './world.ts';

type Ids = Readonly<Record<string, string>>;

/** `own`: nobody but the attacked workspace has what the address names. */
export interface RouteSample {
  sample(ids: Ids): Sample;
  own: boolean;
}

const plain = (sample: Sample = {}): RouteSample => ({ own: false, sample: () => sample });
const about = (kind: string, body?: unknown, name = 'id'): RouteSample => ({
  own: true,
  sample: (ids) => ({ params: { [name]: ids[kind] ?? 'missing' }, ...(body === undefined ? {} : { body }) }),
});

const total = { kind: 'total', metrics: [{ aggregate: 'count' }] };
const panels = [{ id: 'p1', title: 'Total', query: total }];

/** By operation. Of ingest calls, which all stand behind one check, one is tried here; the others in refused-ingest.test.ts. */
export const samples: Readonly<Record<string, RouteSample>> = {
  // asking
  query: plain({ body: total }),
  readCatalog: plain(),
  events: plain(),
  event: about('event', undefined, 'key'),
  deadLetters: plain(),
  deadLetter: about('deadLetter', undefined, 'key'),
  export: plain({ query: { format: 'ndjson', timezone: 'UTC' } }),
  people: plain(),
  person: about('person'),
  readLedger: plain(),
  dashboards: plain(),
  createDashboard: plain({ body: { name: 'Tried', panels } }),
  dashboard: about('dashboard'),
  replaceDashboard: {
    own: true,
    sample: (ids) => ({
      params: { id: ids.dashboard ?? 'missing' },
      headers: { 'if-match': '*' },
      body: { name: `${marker} changed`, panels },
    }),
  },
  deleteDashboard: about('dashboard'),
  signEmbedToken: { own: true, sample: (ids) => ({ body: { dashboards: [ids.dashboard ?? 'missing'] } }) },
  incidents: plain(),
  incident: about('incident'),
  acknowledgeIncident: about('incident', { text: 'tried' }),
  resolveIncident: about('incident', { text: 'tried' }),
  reopenIncident: about('incident', { text: 'tried' }),
  assignIncident: about('incident', { assignee: null }),
  noteIncident: about('incident', { text: 'tried' }),
  undoAct: { own: true, sample: (ids) => ({ params: { id: ids.incident ?? 'missing', act: ids.act ?? 'missing' } }) },
  // data in
  sendEvents: plain({ body: [{ name: 'tried' }] }),
  startImport: plain({ body: { fileName: 'tried.ndjson', contentHash: 'b'.repeat(64), mapping: {} } }),
  imports: plain(),
  import: about('import'),
  progressImport: about('import', {
    position: 1,
    counts: { read: 0, accepted: 0, duplicates: 0, rejected: 0, reasons: {} },
    isDone: false,
  }),
  undoImport: about('import'),
  // people and roles
  members: plain(),
  changeMember: about('member', { role: 'auditor' }),
  removeMember: about('member'),
  unlockPerson: about('member'),
  resetLink: about('member'),
  erasePerson: about('member'),
  changeOperator: about('member', { isOperator: true }),
  createInvitation: plain({ body: { email: 'tried@invited.example', role: 'viewer' } }),
  deleteInvitation: about('invitation'),
  roles: plain(),
  createRole: plain({ body: { name: 'Tried', permissions: ['events:read'] } }),
  changeRole: about('role', { name: `${marker} changed`, permissions: ['events:read'] }),
  deleteRole: about('role'),
  groups: plain(),
  createGroup: plain({ body: { name: 'Tried', roles: ['viewer'], members: [] } }),
  changeGroup: about('group', { name: `${marker} changed`, roles: ['viewer'], members: [] }),
  deleteGroup: about('group'),
  workspaces: plain(),
  createWorkspace: plain({ body: { name: 'Tried' } }),
  renameWorkspace: plain({ body: { name: 'Tried' } }),
  leaveWorkspace: plain(),
  // keys and tokens
  keys: plain(),
  createKey: plain({ body: { kind: 'api', name: 'Tried', scopes: ['ask'] } }),
  changeKey: about('key', { name: `${marker} changed` }),
  rotateKey: about('key', { overlapHours: 0 }),
  revokeKey: about('key'),
  writeKey: plain(),
  tokens: plain(),
  createToken: plain({ body: { name: 'Tried', scopes: ['ask'] } }),
  revokeToken: about('token'),
  embed: plain(),
  rotateEmbedSecret: plain({ body: { overlapHours: 0 } }),
  deleteEmbedSecret: plain(),
  setEmbed: plain({ body: { frameOrigins: [] } }),
  outside: plain(),
  setOutside: plain({
    body: { algorithm: 'HS256', secret: 'tried secret of enough length!', claims: [{ claim: 'client_id', field: 'properties.client_id' }] },
  }),
  deleteOutside: plain(),
  // one's own account
  account: plain(),
  changeAccount: plain({ body: { name: 'Tried' } }),
  changePassword: plain({ body: { currentPassword: 'not the password', newPassword: password } }),
  endSession: about('session'),
  endOtherSessions: plain(),
  beginTwoFactor: plain({ body: { password: 'not the password' } }),
  confirmTwoFactor: plain({ body: { code: '000000' } }),
  disableTwoFactor: plain({ body: { password: 'not the password' } }),
  newRecoveryCodes: plain({ body: { password: 'not the password' } }),
  forgetDevices: plain(),
  linkProvider: plain({ params: { id: 'none' }, body: { password: 'not the password' } }),
  unlinkProvider: about('provider'),
  notifications: plain(),
  readNotifications: plain({ body: { all: true } }),
  // running it
  channels: plain(),
  addChannel: plain({ body: { name: 'Tried', target: { kind: 'webhook', url: 'https://tried.example/hook' } } }),
  changeChannel: about('channel', { name: `${marker} changed`, target: { kind: 'webhook', url: 'https://tried.example/hook' } }),
  deleteChannel: about('channel'),
  rotateChannel: about('channel'),
  testChannel: about('channel'),
  deliveries: plain(),
  retryDelivery: about('delivery'),
  audit: plain(),
  exportAudit: plain({ query: { format: 'ndjson' } }),
  verifyAudit: plain({ body: { log: 'own' } }),
  security: plain(),
  watchSettings: plain(),
  setWatch: plain({ body: {} }),
  jobs: plain(),
  health: plain(),
  backup: plain({ body: { directory: '/tmp/never' } }),
  signInProviders: plain(),
  createSignInProvider: plain({ body: { name: 'Tried', issuer: 'https://tried.example', clientId: 'x', clientSecret: 'x' } }),
  changeSignInProvider: about('provider', { name: 'Tried', issuer: 'https://tried.example', clientId: 'x' }),
  deleteSignInProvider: about('provider'),
  checkSignInProvider: about('provider'),
  signInRules: plain(),
  setSignInRules: plain({ body: { requiresTwoFactor: false } }),
  setInstallationSignInRules: plain({ body: { requiresTwoFactor: false } }),
  // open to everybody
  session: plain(),
  signUp: plain({ body: { token: 'none', name: 'Tried', email: 'tried@example.com', password } }),
  lookAtInvitation: plain({ body: { token: 'none' } }),
  acceptInvitation: plain({ body: { token: 'none', name: 'Tried', password } }),
  signInOptions: plain(),
  signIn: plain({ body: { email: 'owner@ours.example', password: 'not the password' } }),
  secondFactor: plain({ body: { code: '000000' } }),
  signOut: plain(),
  forgotPassword: plain({ body: { email: 'nobody@ours.example' } }),
  resetPassword: plain({ body: { token: 'none', password } }),
  passwordCheck: plain({ body: { password } }),
  startProvider: about('provider'),
  providerCallback: about('provider'),
  liveness: plain(),
  readiness: plain(),
  metrics: plain(),
};
