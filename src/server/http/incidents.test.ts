/** Incidents over HTTP: who may look, who may act, and what every doing answers. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { seedWorkspaces } from '../../../test/fixtures/seed-people.ts';
import { serveBindings, type Ask } from '../../../test/fixtures/serve-bindings.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import type { IncidentAnswer, IncidentStoryAnswer } from '../../shared/contract/incidents.ts';
import { systemActor } from '../incident/incident.ts';
import { createIncidents, type Incidents } from '../incident/incidents.ts';
import { incidentRoutes } from './incidents.ts';

const path = '/api/analytics/incidents';
const principals = {
  ada: principalFor('person', 'w1', 'ada', ['incidents:read', 'incidents:manage'], { personId: 'ada' }),
  key: principalFor('api-key', 'w1', 'key1', ['incidents:read', 'incidents:manage']),
  viewer: principalFor('person', 'w1', 'ben', ['incidents:read'], { personId: 'ben' }),
  nobody: principalFor('person', 'w1', 'cy', ['events:read'], { personId: 'cy' }),
  eve: principalFor('person', 'w2', 'eve', ['incidents:read', 'incidents:manage'], { personId: 'eve' }),
};
const members: Record<string, Record<string, string>> = { w1: { ada: 'Ada', ben: 'Ben' }, w2: { eve: 'Eve' } };

let incidents: Incidents;
let ask: Ask;
let nowMs: number;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 15, 12);
  const { catalog, close } = await openTestCatalog();
  await seedWorkspaces(catalog.db, 'w1', 'w2');
  incidents = createIncidents({ catalog, clock: { now: () => nowMs }, randomBytes, log: silentLog });
  const namesOf = async (workspaceId: string, ids: readonly string[]) =>
    new Map(Object.entries(members[workspaceId] ?? {}).filter(([id]) => ids.includes(id)));
  const served = await serveBindings(incidentRoutes({ incidents, namesOf }), principals);
  ask = served.ask;
  closing.push(served.close, close);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const open = async (more: object = {}): Promise<string> => {
  const { incident } = await incidents.open({
    workspaceId: 'w1',
    kind: 'brute-force',
    severity: 'high',
    title: 'Many wrong passwords',
    cause: '20 wrong passwords in a minute.',
    evidence: { tries: 20 },
    subject: { kind: 'address', id: '192.0.2.7' },
    dedupKey: randomBytes(8).toString('hex'),
    by: systemActor('watch'),
    ...more,
  });
  return incident.id;
};

test('an incident goes through its life, and every doing answers the whole story with names', async () => {
  const id = await open();
  const act = await incidents.addAct(
    { workspaceId: 'w1', id, by: systemActor('watch') },
    { kind: 'lock', title: 'Locked', undo: { a: 1 } },
  );
  incidents.registerUndo('lock', async () => undefined);
  const does = async (verb: string, body?: object, token = 'ada') => {
    const answer = await ask<IncidentStoryAnswer>(token, 'POST', `${path}/${id}/${verb}`, body);
    expect([verb, answer.status]).toEqual([verb, 200]);
    return answer.body;
  };
  expect((await does('acknowledge')).incident).toMatchObject({ state: 'acknowledged', acknowledgedAt: '2026-01-15T12:00:00.000Z' });
  expect((await does('assign', { assignee: 'ben' })).incident.assignee).toEqual({ id: 'ben', name: 'Ben' });
  expect((await does('assign', { assignee: null })).incident.assignee).toBeNull();
  await does('note', { text: 'Called them.' }, 'key');
  expect((await does(`acts/${act.id}/undo`)).acts).toMatchObject([{ title: 'Locked', state: 'undone', canUndo: false }]);
  expect((await does('resolve', { text: 'It was me.' })).incident).toMatchObject({ state: 'resolved' });
  const { timeline } = await does('reopen', {});
  expect(timeline.map(({ kind, actor, text }) => [kind, actor.kind, actor.name, text])).toEqual([
    ['opened', 'system', null, '20 wrong passwords in a minute.'],
    ['act', 'system', null, 'Locked'],
    ['acknowledged', 'person', 'Ada', ''],
    ['assigned', 'person', 'Ada', 'Ben'],
    ['assigned', 'person', 'Ada', 'nobody'],
    ['note', 'api-key', null, 'Called them.'],
    ['act-undone', 'person', 'Ada', 'Locked'],
    ['resolved', 'person', 'Ada', 'It was me.'],
    ['reopened', 'person', 'Ada', ''],
  ]);
});

test('the list can be narrowed and goes on page by page', async () => {
  const ids: string[] = [];
  for (const severity of ['low', 'medium', 'high', 'critical']) {
    nowMs += 1_000;
    ids.unshift(await open({ severity, kind: severity === 'low' ? 'probing' : 'brute-force' }));
  }
  await incidents.resolve({ workspaceId: 'w1', id: ids[0]!, by: systemActor('watch') });
  type List = { incidents: IncidentAnswer[]; unresolved: number; next: string | null };
  const list = async (query: string) => (await ask<List>('viewer', 'GET', `${path}?${query}`)).body;
  const first = await list('limit=3');
  const second = await list(`limit=3&after=${first.next}`);
  expect([...first.incidents, ...second.incidents].map(({ id }) => id)).toEqual(ids);
  expect([first.unresolved, second.next]).toEqual([3, null]);
  expect((await list('state=open,acknowledged')).incidents).toHaveLength(3);
  expect((await list('severity=low,critical')).incidents.map(({ severity }) => severity)).toEqual(['critical', 'low']);
  expect((await list('kind=probing')).incidents).toHaveLength(1);
});

describe('who may not', () => {
  test('without the permission nothing is seen, and seeing is not doing', async () => {
    const id = await open();
    expect((await ask(null, 'GET', path)).status).toBe(401);
    expect((await ask('nobody', 'GET', `${path}/${id}`)).status).toBe(403);
    expect((await ask('viewer', 'GET', `${path}/${id}`)).status).toBe(200);
    for (const verb of ['acknowledge', 'resolve', 'reopen', 'assign', 'note', 'acts/act_1/undo'])
      expect([verb, (await ask('viewer', 'POST', `${path}/${id}/${verb}`, { text: 'x' })).status]).toEqual([verb, 403]);
  });

  test('another workspace finds nothing, whatever it does', async () => {
    const id = await open();
    expect((await ask('eve', 'GET', path)).body).toEqual({ incidents: [], unresolved: 0, next: null });
    const bodies = { acknowledge: {}, resolve: {}, reopen: {}, assign: { assignee: 'eve' }, note: { text: 'x' }, 'acts/act_1/undo': {} };
    for (const [verb, body] of Object.entries(bodies))
      expect([verb, (await ask('eve', 'POST', `${path}/${id}/${verb}`, body)).status]).toEqual([verb, 404]);
    expect((await ask('eve', 'GET', `${path}/${id}`)).status).toBe(404);
  });
});

test('what makes no sense is refused with the reason', async () => {
  const id = await open();
  const refusals: [string, unknown, number][] = [
    ['assign', { assignee: 'eve' }, 400],
    ['assign', {}, 400],
    ['note', { text: '  ' }, 400],
    ['note', { text: 'x'.repeat(4_001) }, 400],
    ['resolve', { text: 1 }, 400],
    ['reopen', {}, 409],
    ['acts/act_unknown/undo', {}, 404],
  ];
  for (const [verb, body, status] of refusals)
    expect([verb, (await ask('ada', 'POST', `${path}/${id}/${verb}`, body)).status]).toEqual([verb, status]);
  for (const query of ['state=gone', 'severity=', 'kind=A%20b', 'limit=0', 'limit=201', 'after=x', 'other=1'])
    expect([query, (await ask('ada', 'GET', `${path}?${query}`)).status]).toEqual([query, 400]);
  expect((await ask('ada', 'GET', `${path}/inc_unknown`)).status).toBe(404);
});
