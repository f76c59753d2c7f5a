/** Measures what a session adds to a question: who it is, what they may see, and the question under those limits. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '../src/server/adapters/sqlite/catalog.ts';
import { createIdentity } from '../src/server/identity/identity.ts';
import { wholeWorkspace } from '../src/server/identity/policy.ts';
import { resolve } from '../src/server/query/resolve.ts';
import type { DatasetRules } from '../src/shared/model/policy.ts';
import { markdownTable, quantile, short } from './measure.ts';

const people = 50;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = await mkdtemp(join(tmpdir(), 'bellwether-bench-'));
const catalog = await openSqliteCatalog({ file: join(folder, 'catalog.db'), clock: Date });
/** A clock that can jump, so that the next check has to ask whether anything has changed. */
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };
const identity = createIdentity({
  catalog,
  secret: 'a secret for a benchmark, of enough length',
  previousSecrets: [],
  localOwnerToken: 'local',
  publicUrl: null,
  outbound: { send: () => Promise.reject(new Error('a benchmark calls nobody')), assertAllowed: () => undefined },
  clock,
  randomBytes,
  log: silent,
});
const nobody = { headers: new Headers(), address: '192.0.2.1', country: null };
const password = 'a long enough password';
const { signUpToken } = await identity.prepareFirstStart({ owner: null, workspaceName: 'Bench', writeKey: null, apiKey: null });
await identity.joining.signUp(nobody, signUpToken!, { name: 'Owner', email: 'owner@example.com', password });
const owner = (await identity.authenticateBearer('local'))!;
const rules = (seller: string): DatasetRules => ({
  events: {
    rows: [
      {
        any: [
          { field: 'properties.seller', is: [seller] },
          { field: 'properties.country', is: ['DE', 'AT', 'CH'] },
        ],
      },
    ],
    masks: [
      { field: 'user', as: 'hash' },
      { field: 'properties.address', as: 'hide' },
    ],
  },
});
const role = await identity.register.roles.create(owner, {
  name: 'Seller',
  description: '',
  permissions: ['events:read', 'dashboards:read'],
  rules: rules('{person.seller}'),
});
const groups = await Promise.all(
  ['North', 'South', 'Night'].map((name) => identity.register.groups.create(owner, { name, roles: ['viewer', role.id], members: [] })),
);
const sessions: Headers[] = [];
for (let i = 0; i < people; i++) {
  const invitation = {
    email: null,
    role: role.id,
    groups: groups.map(({ id }) => id),
    attributes: { seller: [`s${i}`] },
    expiresInDays: 1,
  };
  const { link } = await identity.register.invitations.create(owner, invitation);
  const newcomer = { token: link!.split('#token=')[1]!, name: `Person ${i}`, email: `p${i}@example.com`, password };
  const { setCookies } = await identity.joining.accept(nobody, newcomer);
  sessions.push(new Headers({ cookie: setCookies[0]!.split(';')[0]! }));
}

/** Microseconds per call, median and p99 of `rounds` rounds of `calls` calls. */
async function measure(rounds: number, calls: number, prepare: () => void, call: (i: number) => Promise<unknown>): Promise<string[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    prepare();
    const start = performance.now();
    for (let i = 0; i < calls; i++) if ((await call(i)) === null) throw new Error('refused');
    times.push(((performance.now() - start) * 1_000) / calls);
  }
  return [short(quantile(times, 0.5)), short(quantile(times, 0.99))];
}

const question = {
  kind: 'trend',
  metrics: [{ aggregate: 'count', as: 'n' }],
  where: [{ field: 'name', is: ['purchase'] }],
  range: { last: '7d' },
};
const nothing = (): void => undefined;
const pass = (ms: number) => (): void => void (aheadMs += ms);
const session = (i: number) => identity.authenticateSession(sessions[i % people]!);
const asked = async (i: number): Promise<unknown> => resolve((await session(i))!.policy, question);
const unlimited = wholeWorkspace(owner.workspaceId);
await measure(20, 1_000, nothing, asked);
const rows = [
  ['a question resolved for nobody in particular', ...(await measure(100, 1_000, nothing, async () => resolve(unlimited, question)))],
  ['the same for a session, its limits too, from memory', ...(await measure(100, 1_000, nothing, asked))],
  ['session alone, from memory', ...(await measure(100, 1_000, nothing, session))],
  ['session, once a second (has anything changed?)', ...(await measure(300, 1, pass(1_001), session))],
  ['session, read again after a change or ten seconds', ...(await measure(300, 1, pass(10_001), session))],
];
process.stdout.write(
  `${markdownTable(['check', 'median us', 'p99 us'], rows)}\n\nSQLite catalog, ${people} sessions in turn, each of a role and three groups with row filters and masks; budget of session and limits: 1,000 us.\n`,
);
await identity.close();
await catalog.close();
await rm(folder, { recursive: true });
