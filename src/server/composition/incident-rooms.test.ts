/** The rooms joined: who is told of an incident, and how what the watch did is taken back. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { seedMembers } from '../../../test/fixtures/open-notifications.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { createGuardedHttp } from '../adapters/guarded-http/guarded-http.ts';
import { systemActor } from '../incident/incident.ts';
import { createSealer } from '../sealing/sealer.ts';
import { incidentsOfWatch, joinIncidentRooms, undoByWatch, type IncidentRooms } from './incident-rooms.ts';

const all = { isUnreadOnly: false, after: null, limit: 100 };
let rooms: IncidentRooms;
let close: () => Promise<void>;

beforeEach(async () => {
  const opened = await openTestCatalog();
  close = opened.close;
  const { catalog } = opened;
  await seedMembers(catalog);
  await catalog.db
    .updateTable('memberships')
    .set({ role: 'viewer' })
    .where('person_id', '=', 'ben')
    .where('workspace_id', '=', 'w1')
    .execute();
  rooms = joinIncidentRooms({
    catalog,
    clock: { now: () => 1_000 },
    randomBytes,
    random: () => 0.5,
    log: silentLog,
    owner: 'node',
    sealer: createSealer({ secret: 's'.repeat(32), previousSecrets: [] }, randomBytes),
    outbound: createGuardedHttp({ allow: [] }),
    mailer: null,
    publicUrl: null,
  });
});
afterEach(() => close());

const finding = {
  workspaceId: 'w1',
  kind: 'brute-force',
  severity: 'high',
  title: '30 wrong passwords from one address',
  subject: { kind: 'address', id: '192.0.2.7' },
  evidence: { tries: 30 },
  dedupKey: 'brute-force address 192.0.2.7',
} as const;
const told = async (personId: string): Promise<string[]> =>
  (await rooms.notifications.inbox('w1', personId, all)).notifications.map(({ title }) => title).toSorted();

test('those who manage incidents are told when one opens, gets worse, ends and comes back; its assignee when it is theirs', async () => {
  const by = systemActor('watch');
  const opening = { ...finding, cause: finding.title, by };
  const { incident } = await rooms.incidents.open({ ...opening, severity: 'medium' });
  await rooms.incidents.open({ ...opening, severity: 'medium' });
  await rooms.incidents.open({ ...opening, severity: 'critical' });
  const doing = { workspaceId: 'w1', id: incident.id, by };
  await rooms.incidents.acknowledge(doing);
  await rooms.incidents.assign({ ...doing, assigneeId: 'ben' });
  await rooms.incidents.assign({ ...doing, assigneeId: null });
  await rooms.incidents.resolve(doing);
  await rooms.incidents.reopen(doing);
  const title = finding.title;
  expect(await told('ada')).toEqual([title, `It got worse: ${title}`, `It is back: ${title}`, `It is over: ${title}`].toSorted());
  expect(await told('ben')).toEqual([`For you to look after: ${title}`]);
  const { notifications } = await rooms.notifications.inbox('w1', 'ada', all);
  expect(new Set(notifications.map(({ about }) => about))).toEqual(new Set([`incident:${incident.id}`]));
});

test('names are those of members of the workspace', async () => {
  expect(await rooms.namesOf('w1', ['ada', 'eve', 'nobody'])).toEqual(new Map([['ada', 'ada']]));
  expect(await rooms.namesOf('w1', [])).toEqual(new Map());
});

test('what the watch found is one incident, and what it did can be taken back from there, once', async () => {
  const watch = incidentsOfWatch(rooms.incidents);
  const { id, isNew } = await watch.openIncident(finding);
  expect([isNew, (await watch.openIncident(finding)).isNew]).toEqual([true, false]);
  const { subject } = finding;
  await watch.noteAct('w1', id, { response: 'throttle', subject, said: 'Slowed the address down for an hour.', canUndo: true });
  await watch.noteAct('w1', id, { response: 'note', subject, said: 'Noted; nothing else was done.', canUndo: false });
  const undone: unknown[] = [];
  undoByWatch(rooms.incidents, { undo: async (workspaceId, act) => void undone.push([workspaceId, act]) });
  const { acts } = await rooms.incidents.story('w1', id);
  expect(acts.map(({ title, canUndo }) => [title, canUndo]).toSorted()).toEqual([
    ['Noted; nothing else was done.', false],
    ['Slowed the address down for an hour.', true],
  ]);
  const throttle = acts.find(({ canUndo }) => canUndo)!;
  await rooms.incidents.undoAct({ workspaceId: 'w1', id, by: { kind: 'person', id: 'ada' } }, throttle.id);
  expect(undone).toEqual([['w1', { response: 'throttle', subject }]]);
});
