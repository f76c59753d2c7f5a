/** Everybody finds the pages of Settings that are open to them, and no others. */
import { expect, test } from 'vitest';
import { permissions } from '../../../shared/model/permission.ts';
import { pagesFor, settingsPageOf, settingsPages } from './settings-pages.ts';

test('what one may not read is not offered', () => {
  expect(pagesFor(permissions)).toEqual(settingsPages);
  expect(pagesFor([]).every((page) => page.needs === null)).toBe(true);
});

test('an address belongs to the page that names it most closely', () => {
  expect(settingsPageOf('/profile')?.label).toBe('Profile');
  expect(settingsPageOf('/profile/tokens')?.label).toBe('Tokens');
  expect(settingsPageOf('/explore')).toBeUndefined();
});
