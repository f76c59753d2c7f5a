/** What a token may do is said in words, and only what one has oneself is offered. */
import { expect, test } from 'vitest';
import { expiryAfter, permissionsByResource, scopeWords } from './scopes.ts';

test('bundles have names, and long lists of permissions are cut', () => {
  expect(scopeWords(['ask'])).toBe('ask questions');
  expect(scopeWords(['ingest', 'audit:read'])).toBe('send events, audit:read');
  expect(scopeWords(['events:read', 'events:export', 'sql:run', 'audit:read'])).toBe('events:read, events:export, 2 more');
});

test('what one has not cannot be given away', () => {
  expect(permissionsByResource(['audit:read', 'events:export', 'events:read'])).toEqual([
    { resource: 'events', permissions: ['events:read', 'events:export'] },
    { resource: 'audit', permissions: ['audit:read'] },
  ]);
});

test('an expiry counts from now', () => {
  expect(expiryAfter('7', Date.UTC(2026, 0, 1))).toBe('2026-01-08T00:00:00.000Z');
  expect(expiryAfter('never', 0)).toBeNull();
});
