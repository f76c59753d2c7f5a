/** Channels and what became of a delivery are told in words. */
import { expect, test } from 'vitest';
import type { Channel } from '../../../data/admin/channels.ts';
import { addressesOf, receiptWords, recipientWords, targetWords } from './channel-words.ts';

const channel = (target: Channel['target']): Channel => ({
  id: 'c1',
  name: 'On-call',
  isEnabled: true,
  leastSeverity: 'medium',
  target,
  createdAt: '2026-01-01T00:00:00.000Z',
  changedAt: '2026-01-01T00:00:00.000Z',
});

test('where a channel leads', () => {
  expect(targetWords(channel({ kind: 'webhook', url: 'https://example.com/x' }))).toBe('https://example.com/x');
  expect(targetWords(channel({ kind: 'email', addresses: null }))).toBe('whomever a notification is for');
  expect(targetWords(channel({ kind: 'email', addresses: ['a@example.com', 'b@example.com', 'c@example.com'] }))).toBe(
    'a@example.com and 2 more',
  );
});

test('how a try went', () => {
  const receipt = { attempt: 1, at: '', durationMs: 120, reply: '' };
  expect(receiptWords({ ...receipt, outcome: 'delivered', status: 200 })).toBe('delivered in 120 ms, status 200');
  expect(receiptWords({ ...receipt, outcome: 'refused', status: null })).toBe('refused for good in 120 ms');
});

test('recipients and addresses', () => {
  expect(recipientWords('address:a@example.com')).toBe('a@example.com');
  expect(recipientWords('endpoint')).toBe('the webhook');
  expect(addressesOf(' a@example.com,\nb@example.com ')).toEqual(['a@example.com', 'b@example.com']);
});
