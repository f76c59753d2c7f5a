/** The checklist: each fact moves its line, and the worst comes first. */
import { expect, test } from 'vitest';
import { postureOf, type PostureFacts } from './posture.ts';

const well: PostureFacts = {
  isHttps: true,
  isLoopback: false,
  hasMail: true,
  members: 4,
  owners: 2,
  managers: 2,
  managersWithoutTwoFactor: 0,
  membersWithoutTwoFactor: 0,
  isTwoFactorRequired: false,
  dormantMembers: 0,
  keys: 3,
  fullKeys: 0,
  keysWithoutExpiry: 0,
  dormantKeys: 0,
  auditHeadAgeMs: 30_000,
  hasOutsideStream: true,
  openIncidents: 0,
  watchKindsOff: 0,
};

test('where all is well every line is good and asks for nothing', () => {
  const items = postureOf(well);
  expect(items.every((item) => item.state === 'good' && item.action === null)).toBe(true);
  expect(new Set(items.map((item) => item.id)).size).toBe(items.length);
});

test.each([
  ['https', { isHttps: false }, 'bad'],
  ['https', { isHttps: false, isLoopback: true }, 'advice'],
  ['mail', { hasMail: false }, 'advice'],
  ['two-factor', { managersWithoutTwoFactor: 1, membersWithoutTwoFactor: 1 }, 'bad'],
  ['two-factor', { membersWithoutTwoFactor: 2 }, 'advice'],
  ['two-factor', { membersWithoutTwoFactor: 2, isTwoFactorRequired: true }, 'good'],
  ['owners', { owners: 1 }, 'advice'],
  ['owners', { owners: 0 }, 'bad'],
  ['owners', { owners: 9 }, 'advice'],
  ['dormant-members', { dormantMembers: 1 }, 'advice'],
  ['full-keys', { fullKeys: 1 }, 'advice'],
  ['key-expiry', { keysWithoutExpiry: 1 }, 'advice'],
  ['dormant-keys', { dormantKeys: 1 }, 'advice'],
  ['audit-heads', { auditHeadAgeMs: 600_000 }, 'bad'],
  ['audit-heads', { auditHeadAgeMs: null }, 'good'],
  ['audit-outside', { hasOutsideStream: false }, 'advice'],
  ['incidents', { openIncidents: 2 }, 'bad'],
  ['watch', { watchKindsOff: 1 }, 'advice'],
] as const)('%s with %o is %s', (id, change, state) => {
  const items = postureOf({ ...well, ...change });
  const item = items.find((each) => each.id === id);
  expect(item?.state).toBe(state);
  expect(item?.action === null).toBe(state === 'good');
  const order = items.map((each) => ['bad', 'advice', 'good'].indexOf(each.state));
  expect(order).toEqual(order.toSorted());
});
