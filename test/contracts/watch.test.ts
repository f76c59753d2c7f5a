/** The watch on both catalogs: incidents, graded responses and their undoing, and what it remembers over a restart. */
import { beforeEach, describe, expect, test, afterEach } from 'vitest';
import { defaultWatchSettings } from '../../src/shared/contract/security.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import type { Act } from '../../src/server/watch/responses.ts';
import type { CallSighting, SignInSighting } from '../../src/server/watch/sighting.ts';
import { openWatch, type Watch, type WatchIncident } from '../../src/server/watch/watch.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const startMs = Date.UTC(2026, 4, 4, 12);
const dayMs = 86_400_000;

describeOnEachCatalog('the watch', (place) => {
  let catalog: Catalog;
  let watch: Watch;
  let nowMs: number;
  let incidents: WatchIncident[];
  let acted: Act[];
  let done: string[];
  let lastOwner: string | null;

  const open = (): Promise<Watch> =>
    openWatch({
      db: catalog.db,
      clock: { now: () => nowMs },
      log: silentLog,
      homeWorkspaceId: () => 'w',
      acts: {
        endSessions: async (personId) => void done.push(`end sessions of ${personId}`),
        endTokens: async (personId) => void done.push(`end tokens of ${personId}`),
        revokeKey: async (_, keyId) => {
          done.push(`revoke ${keyId}`);
          return !keyId.startsWith('embed');
        },
        restoreKey: async (_, keyId) => void done.push(`restore ${keyId}`),
        setLocked: async (personId, isLocked) => void done.push(`${isLocked ? 'lock' : 'unlock'} ${personId}`),
        isLastOwner: async (_, personId) => personId === lastOwner,
      },
      openIncident: async (incident) => {
        const isNew = !incidents.some((known) => known.dedupKey === incident.dedupKey);
        if (isNew) incidents.push(incident);
        return { id: `i${incidents.length}`, isNew };
      },
      noteAct: async (_, __, act) => void acted.push(act),
    });
  beforeEach(async () => {
    nowMs = startMs;
    [incidents, acted, done, lastOwner] = [[], [], [], null];
    catalog = await (await place()).open();
    await catalog.db.insertInto('workspaces').values({ id: 'w', name: 'W', created_at: startMs, settings: '{}' }).execute();
    watch = await open();
  });
  afterEach(() => catalog.close());

  const signIn = (more: Partial<SignInSighting>): SignInSighting => ({
    what: 'sign-in',
    atMs: nowMs,
    workspaceIds: ['w'],
    personId: 'p1',
    account: 'a1',
    address: '192.0.2.1',
    country: 'DE',
    outcome: 'done',
    ...more,
  });
  const denied = (id: string): CallSighting => ({
    what: 'call',
    atMs: nowMs,
    workspaceId: 'w',
    subject: { kind: 'key', id },
    address: '192.0.2.1',
    country: null,
    operation: 'members',
    outcome: 'denied',
    rows: 0,
    isEscape: false,
  });
  const probe = async (id: string): Promise<void> => {
    for (let i = 0; i < 25; i++) watch.see(denied(id));
    await watch.settle();
  };

  test('a key that probes gets one incident and is slowed down for an hour, which can be taken back', async () => {
    await probe('k1');
    expect(incidents).toMatchObject([{ workspaceId: 'w', kind: 'probing', subject: { kind: 'key', id: 'k1' } }]);
    expect(acted).toMatchObject([{ response: 'throttle', canUndo: true }]);
    const [key, other] = [{ kind: 'key', id: 'k1' } as const, { kind: 'key', id: 'k2' } as const];
    expect([watch.isThrottled(key), watch.isThrottled(other)]).toEqual([true, false]);
    const elsewhere = await open();
    expect(elsewhere.isThrottled(key)).toBe(true);
    await watch.undo('w', acted[0]!);
    expect(watch.isThrottled(key)).toBe(false);
    await elsewhere.tidy();
    expect(elsewhere.isThrottled(key)).toBe(false);
    await probe('k2');
    nowMs += 3_600_001;
    expect(watch.isThrottled(other)).toBe(false);
  });

  describe('does what the workspace has set', () => {
    const grade = async (response: 'note' | 'challenge' | 'throttle' | 'revoke' | 'lock', isOn = true): Promise<void> => {
      await watch.setSettings('w', { ...defaultWatchSettings, probing: { isOn, response }, 'far-too-soon': { isOn, response } });
      await probe('k1');
      watch.see(signIn({}));
      watch.see(signIn({ country: 'JP' }));
      await watch.settle();
    };

    test('note: incidents and no more', async () => {
      await grade('note');
      expect([incidents.length, done]).toEqual([2, []]);
    });
    test('challenge: a person signs in again, a key is slowed down', async () => {
      await grade('challenge');
      expect(done).toEqual(['end sessions of p1']);
      expect(watch.isThrottled({ kind: 'key', id: 'k1' })).toBe(true);
    });
    test('revoke: the key, and the sessions', async () => {
      await grade('revoke');
      expect(done).toEqual(['revoke k1', 'end sessions of p1', 'end tokens of p1']);
      for (const act of acted) await watch.undo('w', act);
      expect(done.slice(3)).toEqual(['restore k1']);
    });
    test('revoke: a token that cannot be taken back is slowed down', async () => {
      await watch.setSettings('w', { ...defaultWatchSettings, probing: { isOn: true, response: 'revoke' } });
      await probe('embed:1');
      expect(acted).toMatchObject([{ response: 'throttle', canUndo: true }]);
      expect(watch.isThrottled({ kind: 'key', id: 'embed:1' })).toBe(true);
    });
    test('lock: the account, and it is unlocked again', async () => {
      await grade('lock');
      expect(done).toEqual(['revoke k1', 'lock p1', 'end sessions of p1']);
      await watch.undo('w', acted[1]!);
      expect(done.at(-1)).toBe('unlock p1');
    });
    test('the last owner is challenged and never locked out', async () => {
      lastOwner = 'p1';
      await grade('lock');
      expect(done).toEqual(['revoke k1', 'end sessions of p1']);
    });
    test('nothing, where a kind is switched off', async () => {
      await grade('lock', false);
      expect([incidents, done]).toEqual([[], []]);
    });
  });

  test('habits and places outlive a restart, and old ones are forgotten', async () => {
    watch.see(signIn({}));
    const read = (rows: number): void => watch.see({ ...denied('k1'), outcome: 'done', operation: 'query', rows });
    for (let day = 0; day < 6; day++) {
      read(8_000);
      nowMs += dayMs;
    }
    await watch.tidy();
    watch = await open();
    read(90_000);
    await watch.settle();
    expect(incidents.map(({ kind }) => kind)).toEqual(['beyond-habit']);
    nowMs = startMs + 60_000;
    watch.see(signIn({ country: 'NZ' }));
    await watch.settle();
    expect(incidents.map(({ kind }) => kind)).toEqual(['beyond-habit', 'far-too-soon']);
    await watch.tidy();
    expect(await catalog.db.selectFrom('watch_memory').select('key').execute()).toHaveLength(3);
    nowMs = startMs + 200 * dayMs;
    await watch.tidy();
    expect(await catalog.db.selectFrom('watch_memory').select('key').execute()).toEqual([]);
  });
});
