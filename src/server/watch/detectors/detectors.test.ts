/** Each detector: what it lets pass, and what it does not. */
import { describe, expect, test } from 'vitest';
import type { Detector } from '../finding.ts';
import type { PlacesBySubject } from '../places.ts';
import type { CallSighting, SignInSighting } from '../sighting.ts';
import { beyondHabit } from './beyond-habit.ts';
import { bruteForce } from './brute-force.ts';
import { farTooSoon } from './far-too-soon.ts';
import { massExport } from './mass-export.ts';
import { newPlace } from './new-place.ts';
import { probing } from './probing.ts';
import { looksLikeEscape, sqlEscape } from './sql-escape.ts';

const startMs = Date.UTC(2026, 4, 4, 12);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const signIn = (more: Partial<SignInSighting> = {}): SignInSighting => ({
  what: 'sign-in',
  atMs: startMs,
  workspaceIds: ['w'],
  personId: 'p1',
  account: 'a1',
  address: '192.0.2.1',
  country: 'DE',
  outcome: 'refused',
  ...more,
});
const call = (more: Partial<CallSighting> = {}): CallSighting => ({
  what: 'call',
  atMs: startMs,
  workspaceId: 'w',
  subject: { kind: 'key', id: 'k1' },
  address: '192.0.2.1',
  country: null,
  operation: 'query',
  outcome: 'done',
  rows: 0,
  isEscape: false,
  ...more,
});
const nothing = (): void => undefined;

describe('brute force', () => {
  const home = (): Detector => bruteForce(() => 'home');

  test('nine wrong passwords are a bad day, ten in a quarter of an hour are a finding against the address', () => {
    const detector = home();
    for (let i = 0; i < 9; i++) expect(detector.look(signIn())).toBeNull();
    expect(detector.look(signIn())).toMatchObject({
      workspaceId: 'w',
      subject: { kind: 'address', id: '192.0.2.1' },
      evidence: { tries: 10 },
    });
  });

  test('ten in a day are nothing', () => {
    const detector = home();
    for (let i = 0; i < 10; i++) expect(detector.look(signIn({ atMs: startMs + i * 2 * hourMs }))).toBeNull();
  });

  test('one address that tries many accounts, known or not, is found at its thirtieth try', () => {
    const detector = home();
    const tries = Array.from({ length: 30 }, (_, i) => detector.look(signIn({ account: `a${i % 10}`, personId: null, workspaceIds: [] })));
    expect(tries.slice(0, 29).every((finding) => finding === null)).toBe(true);
    expect(tries[29]).toMatchObject({ workspaceId: 'home', severity: 'high', subject: { kind: 'address' } });
  });

  test('a right password after five wrong ones from the same address is told, and the count begins anew', () => {
    const detector = home();
    for (let i = 0; i < 5; i++) detector.look(signIn());
    expect(detector.look(signIn({ outcome: 'done' }))).toMatchObject({ subject: { kind: 'person', id: 'p1' }, evidence: { tries: 5 } });
    expect(detector.look(signIn({ outcome: 'done' }))).toBeNull();
    for (let i = 0; i < 4; i++) detector.look(signIn({ address: '192.0.2.9' }));
    expect(detector.look(signIn({ outcome: 'done' }))).toBeNull();
  });
});

describe('far too soon', () => {
  const seen = (...places: [string | null, number][]) => {
    const detector = farTooSoon(new Map() as PlacesBySubject, nothing);
    return places.map(([country, hours]) => detector.look(signIn({ outcome: 'done', country, atMs: startMs + hours * hourMs })));
  };

  test('Tokyo an hour after Berlin cannot be; two days later it can', () => {
    expect(seen(['DE', 0], ['JP', 1])[1]).toMatchObject({
      kind: 'far-too-soon',
      severity: 'high',
      evidence: { from: 'DE', to: 'JP', hours: 1 },
    });
    expect(seen(['DE', 0], ['JP', 48])[1]).toBeNull();
  });

  test('neighbours, the same country, an unknown country and a first sign-in are nothing', () => {
    expect(seen(['DE', 0], ['FR', 0.1], ['FR', 0.2], [null, 0.3], ['XX', 0.4]).every((finding) => finding === null)).toBe(true);
  });

  test('the edges of a large country are near to what lies beyond them', () => {
    expect(seen(['US', 0], ['MX', 0.5])[1]).toBeNull();
    expect(seen(['FR', 0], ['ES', 0.5])[1]).toBeNull();
  });
});

describe('a new place', () => {
  test('of a key that has been used for days is a finding, once', () => {
    const detector = newPlace(new Map(), nothing);
    for (let day = 0; day < 5; day++) expect(detector.look(call({ atMs: startMs + day * dayMs }))).toBeNull();
    const elsewhere = { atMs: startMs + 5 * dayMs, address: '198.51.100.7' };
    expect(detector.look(call(elsewhere))).toMatchObject({ evidence: { place: '198.51.0.0/16', known: 1 } });
    expect(detector.look(call(elsewhere))).toBeNull();
  });

  test('of a key in its first days, or within its network, is nothing', () => {
    const detector = newPlace(new Map(), nothing);
    detector.look(call());
    expect(detector.look(call({ atMs: startMs + dayMs, address: '198.51.100.7' }))).toBeNull();
    expect(detector.look(call({ atMs: startMs + 9 * dayMs, address: '192.0.77.7' }))).toBeNull();
  });

  test('goes by the country where it is known, and by /32 for IPv6', () => {
    const detector = newPlace(new Map(), nothing);
    detector.look(call({ address: '2001:db8::1' }));
    expect(detector.look(call({ atMs: startMs + 4 * dayMs, address: '2001:db8:ffff::9' }))).toBeNull();
    expect(detector.look(call({ atMs: startMs + 5 * dayMs, address: '2001:db9::1' }))).toMatchObject({
      evidence: { place: '2001:db9::/32' },
    });
    expect(detector.look(call({ atMs: startMs + 6 * dayMs, country: 'BR' }))).toMatchObject({ evidence: { place: 'BR' } });
  });
});

describe('mass export', () => {
  test('a million rows within an hour, or twenty exports, are a finding', () => {
    const detector = massExport();
    const export_ = (rows: number, minutes: number) =>
      detector.look(call({ operation: 'export', rows, atMs: startMs + minutes * minuteMs }));
    expect(export_(600_000, 0)).toBeNull();
    expect(export_(600_000, 10)).toMatchObject({ evidence: { rows: 1_200_000, exports: 2 } });
    const small = massExport();
    const found = Array.from({ length: 20 }, (_, i) => small.look(call({ operation: 'export', rows: 10, atMs: startMs + i * minuteMs })));
    expect(found.findIndex((finding) => finding !== null)).toBe(19);
  });

  test('the same over a day, or by questions, is nothing here', () => {
    const detector = massExport();
    for (let i = 0; i < 24; i++)
      expect(detector.look(call({ operation: 'export', rows: 600_000, atMs: startMs + i * 2 * hourMs }))).toBeNull();
    expect(detector.look(call({ operation: 'query', rows: 5_000_000 }))).toBeNull();
  });
});

describe('beyond habit', () => {
  const week = (detector: Detector, rows: number) => {
    for (let day = 0; day < 7; day++) detector.look(call({ rows, atMs: startMs + day * dayMs }));
  };

  test('more than ten times the usual day is a finding', () => {
    const detector = beyondHabit(new Map(), nothing);
    week(detector, 8_000);
    expect(detector.look(call({ rows: 70_000, atMs: startMs + 7 * dayMs }))).toBeNull();
    expect(detector.look(call({ rows: 20_000, atMs: startMs + 7 * dayMs }))).toMatchObject({
      evidence: { rowsToday: 90_000, usualRows: 8_000 },
    });
  });

  test('little is never much, and without a habit there is nothing to go beyond', () => {
    const detector = beyondHabit(new Map(), nothing);
    week(detector, 10);
    expect(detector.look(call({ rows: 40_000, atMs: startMs + 7 * dayMs }))).toBeNull();
    expect(detector.look(call({ rows: 9_000_000, subject: { kind: 'person', id: 'new' } }))).toBeNull();
  });
});

test('twenty refusals of one caller within five minutes are probing, and of twenty callers are not', () => {
  const detector = probing();
  const denied = { outcome: 'denied' } as const;
  for (let i = 0; i < 19; i++) expect(detector.look(call(denied))).toBeNull();
  for (let i = 0; i < 19; i++) expect(detector.look(call({ ...denied, subject: { kind: 'person', id: `p${i}` } }))).toBeNull();
  expect(detector.look(call(denied))).toMatchObject({ evidence: { denials: 20, operation: 'query' } });
  expect(probing().look(call({ outcome: 'failed' }))).toBeNull();
});

describe('getting out of a question', () => {
  test('is told from an honest mistake', () => {
    const escapes = [
      "x'; DROP TABLE events",
      'properties.a UNION ALL SELECT * FROM system.users',
      "name INTO OUTFILE '/etc/passwd'",
      'file("/etc/passwd")',
      "url ( 'http://169.254.169.254/' )",
      'system.tables',
      "admin' --",
      'a /* b */ c',
    ];
    expect(escapes.filter((text) => !looksLikeEscape(text))).toEqual([]);
    const honest = [
      'properties.file',
      'profile(2)',
      'properties.url',
      'the selected union',
      "O'Brien",
      'C# developer',
      'a -- b',
      'systems.x',
      'merged',
    ];
    expect(honest.filter(looksLikeEscape)).toEqual([]);
  });

  test('is a finding each time', () => {
    expect(sqlEscape().look(call({ isEscape: true, outcome: 'failed' }))).toMatchObject({ severity: 'high' });
    expect(sqlEscape().look(call({ outcome: 'failed' }))).toBeNull();
  });
});
