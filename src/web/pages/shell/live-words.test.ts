/** The live dot never says "live" when it is not, and always says why. */
import { expect, test } from 'vitest';
import { liveWords } from './live-words.ts';

const words = (state: Parameters<typeof liveWords>[0], nowMs = 0): string => {
  const { tone, label, age } = liveWords(state, nowMs);
  return `${tone}: ${label} ${age}`.trim();
};

test('states have their words', () => {
  expect(words({ link: 'connecting', status: null, lostAtMs: null })).toBe('waiting: Connecting');
  expect(words({ link: 'connected', status: null, lostAtMs: null })).toBe('live: Live');
  expect(words({ link: 'connected', status: { state: 'live', freshnessMs: 300 }, lostAtMs: null })).toBe('live: Live 300 ms');
  expect(words({ link: 'connected', status: { state: 'live', freshnessMs: 42_000 }, lostAtMs: null })).toBe(
    'behind: Catching up 42 s behind',
  );
  expect(words({ link: 'connected', status: { state: 'degraded', freshnessMs: 60_000 }, lostAtMs: null })).toBe(
    'behind: Degraded 1 min behind',
  );
});

test('a short break is not called offline, a long one is, with its age', () => {
  expect(words({ link: 'offline', status: null, lostAtMs: 1_000 }, 2_000)).toBe('waiting: Reconnecting');
  expect(words({ link: 'offline', status: null, lostAtMs: 1_000 }, 13_000)).toBe('offline: Offline 12 s');
});
