/** Joining what came while one looks with what was known. */
import { expect, test } from 'vitest';
import type { StoredEvent } from '../../shared/contract/events.ts';
import { joinByKey } from './events.ts';

const at = (key: string, seconds: number): StoredEvent => ({
  key,
  name: 'page',
  id: '',
  time: `2026-03-05T10:00:0${seconds}.000Z`,
  user: '',
  anonymous: '',
  session: '',
  properties: {},
  source: 'http',
  importId: '',
  received: `2026-03-05T10:00:0${seconds}.000Z`,
});

test('each event is there once, newest first, also one that was stored late', () => {
  const joined = joinByKey([at('d', 4), at('late', 2), at('c', 3)], [at('c', 3), at('a', 1)]);
  expect(joined.map((event) => event.key)).toEqual(['d', 'c', 'late', 'a']);
});
