/** What is looked at comes from the address first, and nothing in an address can become a strange header. */
import { expect, test } from 'vitest';
import { idFrom, lookAt, looking, lookingHeaders, lookingKey } from './looking.ts';

test('the address says what is looked at', () => {
  lookAt({ workspace: 'w2', as: 'viewer' });
  expect(looking()).toEqual({ workspaceId: 'w2', seeAs: 'viewer' });
  expect(lookingHeaders()).toEqual({ 'bellwether-workspace': 'w2', 'bellwether-see-as': 'viewer' });
  lookAt({});
  expect(looking()).toEqual({ workspaceId: null, seeAs: null });
  expect(lookingHeaders()).toEqual({});
});

test('answers of different workspaces and roles are kept apart', () => {
  const keys = [
    { workspaceId: null, seeAs: null },
    { workspaceId: 'w', seeAs: null },
    { workspaceId: null, seeAs: 'w' },
    { workspaceId: 'w', seeAs: 'viewer' },
  ].map(lookingKey);
  expect(new Set(keys).size).toBe(4);
});

test('what can be no id is left out', () => {
  expect(idFrom('w2')).toBe('w2');
  for (const text of ['', 'a b', 'a\nb', 'ü', 'x'.repeat(65), ['w'], undefined]) expect(idFrom(text)).toBeUndefined();
});
