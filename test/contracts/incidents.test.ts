/** Incidents on both catalogs: one cause is one incident, whoever sees it, and everything that was done can be read and undone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { systemActor, type IncidentChange, type Json, type Opening } from '../../src/server/incident/incident.ts';
import { createIncidents, type Incidents } from '../../src/server/incident/incidents.ts';
import { Problem } from '../../src/shared/model/errors.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { clearPeople, seedWorkspaces } from '../fixtures/seed-people.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const startMs = Date.UTC(2026, 0, 15, 12, 0, 0);
const ada = { kind: 'person', id: 'ada' };
const all = { states: null, severities: null, kind: null, after: null, limit: 100 };

describeOnEachCatalog('incidents', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let nowMs: number;
  let incidents: Incidents;
  let changes: IncidentChange[];

  const room = (on: Catalog): Incidents => createIncidents({ catalog: on, clock: { now: () => nowMs }, randomBytes, log: silentLog });
  const opening = (given: Partial<Opening> = {}): Opening => ({
    workspaceId: 'w1',
    kind: 'brute-force',
    severity: 'medium',
    title: 'Many wrong passwords',
    cause: '20 wrong passwords in a minute.',
    evidence: { tries: 20 },
    subject: { kind: 'address', id: '192.0.2.7' },
    dedupKey: 'brute-force 192.0.2.7',
    by: systemActor('watch'),
    ...given,
  });
  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  afterAll(() => catalog.close());
  beforeEach(async () => {
    nowMs = startMs;
    await clearPeople(catalog.db);
    await seedWorkspaces(catalog.db, 'w1', 'w2');
    incidents = room(catalog);
    changes = [];
    incidents.onChange((change) => void changes.push(change));
  });

  const storyOf = (id: string) => incidents.story('w1', id);
  const kindsOf = async (id: string) => (await storyOf(id)).timeline.map((entry) => entry.kind);

  test('what is opened can be read, with who opened it and why', async () => {
    const { incident, outcome } = await incidents.open(opening());
    expect(outcome).toBe('opened');
    expect(await storyOf(incident.id)).toEqual({
      incident: {
        id: incident.id,
        workspaceId: 'w1',
        kind: 'brute-force',
        severity: 'medium',
        state: 'open',
        title: 'Many wrong passwords',
        cause: '20 wrong passwords in a minute.',
        evidence: { tries: 20 },
        subject: { kind: 'address', id: '192.0.2.7' },
        dedupKey: 'brute-force 192.0.2.7',
        symptoms: 1,
        assigneeId: null,
        openedMs: startMs,
        lastSeenMs: startMs,
        acknowledgedMs: null,
        resolvedMs: null,
      },
      timeline: [{ atMs: startMs, kind: 'opened', actor: { kind: 'system', id: 'watch' }, text: '20 wrong passwords in a minute.' }],
      acts: [],
    });
    expect(changes).toEqual([{ what: 'opened', incident }]);
  });

  test('further symptoms of the same cause count up, keep the newest evidence, and tell nobody anew', async () => {
    const { incident } = await incidents.open(opening());
    nowMs += 60_000;
    const again = await incidents.open(opening({ evidence: { tries: 40 } }));
    expect(again).toMatchObject({ outcome: 'repeated', incident: { id: incident.id, symptoms: 2, evidence: { tries: 40 } } });
    expect(again.incident).toMatchObject({ openedMs: startMs, lastSeenMs: nowMs });
    expect(changes).toHaveLength(1);
    expect(await kindsOf(incident.id)).toEqual(['opened']);
  });

  test('two nodes that see a cause forty times at once open one incident, and lose no symptom', async () => {
    const other = await at.open();
    const rooms = [incidents, room(other)];
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => rooms[i % 2]!.open(opening())));
    expect(outcomes.filter(({ outcome }) => outcome === 'opened')).toHaveLength(1);
    const listed = await incidents.list('w1', all);
    expect(listed.incidents.map(({ symptoms }) => symptoms)).toEqual([40]);
    await other.close();
  });

  test('a worse symptom raises the severity and opens what was acknowledged; a lesser one does not lower it', async () => {
    const { incident } = await incidents.open(opening());
    await incidents.acknowledge({ workspaceId: 'w1', id: incident.id, by: ada });
    expect((await incidents.open(opening({ severity: 'low' }))).incident).toMatchObject({ severity: 'medium', state: 'acknowledged' });
    const worse = await incidents.open(opening({ severity: 'critical', cause: 'One was right.' }));
    expect(worse.incident).toMatchObject({ severity: 'critical', state: 'open', acknowledgedMs: null, symptoms: 3 });
    expect(await kindsOf(incident.id)).toEqual(['opened', 'acknowledged', 'escalated']);
    expect((await storyOf(incident.id)).timeline.at(-1)!.text).toBe('From medium to critical: One was right.');
    expect(changes.map(({ what }) => what)).toEqual(['opened', 'acknowledged', 'escalated']);
  });

  test('after it was resolved the same cause opens a new incident, or the old one when that was asked for and is recent', async () => {
    const { incident } = await incidents.open(opening());
    await incidents.resolve({ workspaceId: 'w1', id: incident.id, by: ada, text: 'It was me.' });
    nowMs += 10_000;
    const back = await incidents.open(opening({ reopenWithinMs: 10_000 }));
    expect(back).toMatchObject({ outcome: 'reopened', incident: { id: incident.id, state: 'open', symptoms: 2, resolvedMs: null } });
    await incidents.resolve({ workspaceId: 'w1', id: incident.id, by: ada });
    nowMs += 10_001;
    const later = await incidents.open(opening({ reopenWithinMs: 10_000 }));
    expect(later).toMatchObject({ outcome: 'opened', incident: { symptoms: 1 } });
    expect(later.incident.id).not.toBe(incident.id);
    const refused = incidents.reopen({ workspaceId: 'w1', id: incident.id, by: ada });
    await expect(refused).rejects.toThrow('its cause has a newer incident');
    expect(await kindsOf(incident.id)).toEqual(['opened', 'resolved', 'reopened', 'resolved']);
  });

  test('states change only the ways they may, and the refusal says why', async () => {
    const { incident } = await incidents.open(opening());
    const doing = { workspaceId: 'w1', id: incident.id, by: ada };
    await expect(incidents.reopen(doing)).rejects.toThrow(`The incident "${incident.id}" is open: it cannot be reopened.`);
    expect(await incidents.acknowledge(doing)).toMatchObject({ state: 'acknowledged', acknowledgedMs: startMs });
    await expect(incidents.acknowledge(doing)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await incidents.assign({ ...doing, assigneeId: 'ada' })).toMatchObject({ assigneeId: 'ada' });
    nowMs += 1;
    expect(await incidents.resolve(doing)).toMatchObject({ state: 'resolved', resolvedMs: startMs + 1 });
    await expect(incidents.resolve(doing)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(incidents.assign({ ...doing, assigneeId: null })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await incidents.reopen({ ...doing, text: 'Not over.' })).toMatchObject({
      state: 'open',
      resolvedMs: null,
      acknowledgedMs: null,
    });
    await incidents.note({ ...doing, text: 'Called them.\r\n<b>x</b>\u0000' });
    expect((await storyOf(incident.id)).timeline.map(({ kind, actor, text }) => [kind, actor.id, text])).toEqual([
      ['opened', 'watch', '20 wrong passwords in a minute.'],
      ['acknowledged', 'ada', ''],
      ['assigned', 'ada', 'ada'],
      ['resolved', 'ada', ''],
      ['reopened', 'ada', 'Not over.'],
      ['note', 'ada', 'Called them.\n<b>x</b> '],
    ]);
  });

  test('a cause that is gone resolves its own incident, once', async () => {
    const { incident } = await incidents.open(opening());
    const cause = { workspaceId: 'w1', dedupKey: opening().dedupKey, by: systemActor('watch'), text: 'Quiet for an hour.' };
    expect(await incidents.resolveCause({ ...cause, workspaceId: 'w2' })).toBeNull();
    expect(await incidents.resolveCause(cause)).toMatchObject({ id: incident.id, state: 'resolved' });
    expect(await incidents.resolveCause(cause)).toBeNull();
  });

  test('another workspace sees nothing of it and can do nothing to it', async () => {
    const { incident } = await incidents.open(opening());
    const act = await incidents.addAct({ workspaceId: 'w1', id: incident.id, by: ada }, { kind: 'lock', title: 'Locked', undo: 1 });
    incidents.registerUndo('lock', async () => undefined);
    const foreign = { workspaceId: 'w2', id: incident.id, by: ada };
    expect(await incidents.list('w2', all)).toEqual({ incidents: [], unresolved: 0 });
    const tries = [
      incidents.story('w2', incident.id),
      incidents.acknowledge(foreign),
      incidents.resolve(foreign),
      incidents.reopen(foreign),
      incidents.assign({ ...foreign, assigneeId: 'eve' }),
      incidents.note({ ...foreign, text: 'x' }),
      incidents.addAct(foreign, { kind: 'lock', title: 'x', undo: null }),
      incidents.undoAct(foreign, act.id),
    ];
    for (const outcome of await Promise.allSettled(tries)) expect(outcome).toMatchObject({ reason: { code: 'NOT_FOUND' } });
    const own = await incidents.open(opening({ workspaceId: 'w2' }));
    expect(own.outcome).toBe('opened');
    await expect(incidents.undoAct({ ...foreign, id: own.incident.id }, act.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await kindsOf(incident.id)).toEqual(['opened', 'act']);
  });

  test('the list goes newest first, page by page, and can be narrowed', async () => {
    for (let i = 0; i < 7; i++) {
      if (i % 2 === 0) nowMs += 1_000;
      const severity = i < 3 ? 'low' : 'critical';
      await incidents.open(opening({ dedupKey: `k${i}`, title: `t${i}`, severity, kind: i === 6 ? 'probing' : 'brute-force' }));
    }
    const whole = (await incidents.list('w1', all)).incidents.map(({ id }) => id);
    const paged: string[] = [];
    let after: { openedMs: number; id: string } | null = null;
    for (let page = 0; page < 4; page++) {
      const { incidents: some } = await incidents.list('w1', { ...all, after, limit: 2 });
      paged.push(...some.map(({ id }) => id));
      const last = some.at(-1)!;
      after = { openedMs: last.openedMs, id: last.id };
    }
    expect(paged).toEqual(whole);
    expect(new Set(whole).size).toBe(7);
    await incidents.resolve({ workspaceId: 'w1', id: whole[0]!, by: ada });
    const titlesOf = async (filter: Partial<typeof all> & object) =>
      (await incidents.list('w1', { ...all, ...filter })).incidents.map(({ title }) => title).toSorted();
    expect(await titlesOf({ severities: ['low'] } as object)).toEqual(['t0', 't1', 't2']);
    expect(await titlesOf({ kind: 'probing' } as object)).toEqual(['t6']);
    expect(await titlesOf({ states: ['resolved'] } as object)).toEqual(['t6']);
    expect(await incidents.list('w1', { ...all, limit: 1 })).toMatchObject({ unresolved: 6 });
  });

  test('an act is undone once, by whoever knows how, with what it noted', async () => {
    const { incident } = await incidents.open(opening());
    const doing = { workspaceId: 'w1', id: incident.id, by: systemActor('watch') };
    const act = await incidents.addAct(doing, { kind: 'revoke-key', title: 'Revoked the key abc', undo: { keyId: 'abc' } });
    expect(act).toMatchObject({ state: 'done', canUndo: true, doneMs: startMs });
    const undone: Json[] = [];
    incidents.registerUndo('revoke-key', async (undo, about) => {
      undone.push(undo);
      expect(about).toMatchObject({ workspaceId: 'w1', actor: ada, incident: { id: incident.id } });
    });
    const tries = await Promise.allSettled([1, 2, 3].map(() => incidents.undoAct({ ...doing, by: ada }, act.id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(undone).toEqual([{ keyId: 'abc' }]);
    expect((await storyOf(incident.id)).acts).toMatchObject([{ state: 'undone', canUndo: false, undoneMs: startMs }]);
    expect(await kindsOf(incident.id)).toEqual(['opened', 'act', 'act-undone']);
    await expect(incidents.undoAct(doing, act.id)).rejects.toThrow('was undone before');
  });

  test('undoing that fails can be tried again, and the timeline says why it failed', async () => {
    const { incident } = await incidents.open(opening());
    const doing = { workspaceId: 'w1', id: incident.id, by: ada };
    const act = await incidents.addAct(doing, { kind: 'lock', title: 'Locked eve', undo: {} });
    const fixed = await incidents.addAct(doing, { kind: 'note', title: 'Wrote it down', undo: null });
    await expect(incidents.undoAct(doing, act.id)).rejects.toThrow('Nothing here knows how to undo "lock".');
    let failure: Error | null = new Error('secret detail');
    incidents.registerUndo('lock', async () => {
      if (failure !== null) throw failure;
    });
    await expect(incidents.undoAct(doing, act.id)).rejects.toThrow('secret detail');
    failure = new Problem('CONFLICT', 'Eve is gone.');
    await expect(incidents.undoAct(doing, act.id)).rejects.toThrow('Eve is gone.');
    failure = null;
    expect(await incidents.undoAct(doing, act.id)).toMatchObject({ state: 'undone' });
    await expect(incidents.undoAct(doing, fixed.id)).rejects.toThrow('cannot be undone');
    const texts = (await storyOf(incident.id)).timeline.filter(({ kind }) => kind === 'undo-failed').map(({ text }) => text);
    expect(texts).toEqual([
      'Locked eve: Nothing here knows how to undo "lock".',
      'Locked eve: an unexpected error, which was logged',
      'Locked eve: Eve is gone.',
    ]);
  });

  test('undoing that a node never finished can be taken over after a minute', async () => {
    const { incident } = await incidents.open(opening());
    const doing = { workspaceId: 'w1', id: incident.id, by: ada };
    const act = await incidents.addAct(doing, { kind: 'lock', title: 'Locked eve', undo: {} });
    let starts = 0;
    incidents.registerUndo('lock', () => (++starts === 1 ? new Promise(() => undefined) : Promise.resolve()));
    void incidents.undoAct(doing, act.id);
    await expect.poll(() => starts).toBe(1);
    await expect(incidents.undoAct(doing, act.id)).rejects.toThrow('is being undone');
    nowMs += 60_001;
    expect(await incidents.undoAct(doing, act.id)).toMatchObject({ state: 'undone' });
    expect(starts).toBe(2);
  });

  test('hostile text is kept as text, and what is too long is cut', async () => {
    const title = `Evil\r\nSubject: x\u0000${'y'.repeat(500)}`;
    const dedupKey = `key\u0000${'z'.repeat(1_000)}`;
    const evidence = { text: 'e'.repeat(100_000) };
    const { incident } = await incidents.open(opening({ title, dedupKey, evidence, subject: { kind: 'account', id: 'a\u0000b' } }));
    expect(incident.title).toMatch(/^Evil Subject: x y+ \[\.\.\.\]$/);
    expect(incident.title).toHaveLength(200);
    expect(incident.subject).toEqual({ kind: 'account', id: 'a b' });
    expect(incident.evidence).toEqual({ leftOut: '100011 characters of evidence are too many to keep' });
    expect((await incidents.open(opening({ dedupKey }))).outcome).toBe('repeated');
    expect(await incidents.resolveCause({ workspaceId: 'w1', dedupKey, by: ada, text: '' })).not.toBeNull();
  });

  test('a listener that fails harms neither the incident nor the others', async () => {
    incidents.onChange(() => Promise.reject(new Error('no luck')));
    incidents.onChange(() => {
      throw new Error('no luck either');
    });
    const told: string[] = [];
    incidents.onChange(({ what }) => void told.push(what));
    await incidents.open(opening());
    expect(told).toEqual(['opened']);
  });

  test('what was resolved long ago is let go with its timeline; the rest stays', async () => {
    const old = await incidents.open(opening());
    await incidents.addAct({ workspaceId: 'w1', id: old.incident.id, by: ada }, { kind: 'lock', title: 'x', undo: null });
    await incidents.resolve({ workspaceId: 'w1', id: old.incident.id, by: ada });
    const open = await incidents.open(opening());
    nowMs += 1_000;
    expect(await incidents.prune(nowMs)).toBe(1);
    expect((await incidents.list('w1', all)).incidents.map(({ id }) => id)).toEqual([open.incident.id]);
    expect(await catalog.db.selectFrom('incident_acts').select('id').execute()).toEqual([]);
    expect(await catalog.db.selectFrom('incident_entries').select('incident_id').execute()).toEqual([{ incident_id: open.incident.id }]);
  });
});
